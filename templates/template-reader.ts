import { LRUCache } from 'lru-cache';
import { type Broker, BrokerUnavailable } from '../platform/broker/broker.ts';
import type { KeyValueStore } from '../platform/store/key-value-store.ts';
import { StoreUnavailable } from '../platform/store/state-store.ts';
import { decodeTemplate, templateVersion } from './template-format.ts';
import { type TemplateStore, templateKey } from './template-store.ts';

/** What a reader stands on. */
export interface TemplateReaderParts {
  values: Pick<KeyValueStore, 'getMany'>;
  broker: Pick<Broker, 'read'>;
  /** The template topic. */
  topic: string;
  /** Files from the topic kept at hand. Default: 256 MiB, some 2,500 files. */
  maxHeldBytes?: number;
}

const defaultHeldBytes = 256 * 1024 * 1024;

/**
 * Templates for who looks on: like a store with its changelog, but what the store has lost comes into memory and is not put
 * back. The topic is read once, at the first file that is missing: a template that is published and lost later than that is
 * `absent`. Rejects with `StoreUnavailable` while store or topic do not answer.
 */
export function createTemplateReader(parts: TemplateReaderParts): Pick<TemplateStore, 'get'> {
  const { values, broker, topic, maxHeldBytes = defaultHeldBytes } = parts;
  const held = new LRUCache<string, Buffer>({ maxSize: maxHeldBytes, sizeCalculation: (file) => file.length + 1 });
  let places: Promise<Map<string, { partition: number; offset: number }>> | undefined;

  /** A forgotten file counts for as long as the topic keeps it: it may have judged what is looked at. */
  async function readTopic() {
    const found = new Map<string, { partition: number; offset: number }>();
    for await (const { key, value, partition, offset } of broker.read({ topic, from: 'earliest', until: 'end' })) {
      const version = key?.toString() ?? '';
      if (value === null || templateVersion(value) !== version) continue;
      found.set(version, { partition, offset });
      held.set(version, value);
    }
    return found;
  }

  async function fromTopic(version: string): Promise<Buffer | undefined> {
    places ??= readTopic();
    const place = (await places).get(version);
    if (place === undefined) return undefined;
    const atHand = held.get(version);
    if (atHand !== undefined) return atHand;
    const { partition, offset } = place;
    for await (const { key, value } of broker.read({ topic, partition, from: offset, until: 'end' })) {
      if (key?.toString() !== version || value === null) return undefined;
      held.set(version, value);
      return value;
    }
    return undefined;
  }

  return {
    async get(version) {
      const [stored] = await values.getMany([templateKey(version)]);
      try {
        const file = stored ?? (await fromTopic(version));
        return file === undefined ? { ok: false, reason: 'absent', detail: version } : decodeTemplate(file, version);
      } catch (error) {
        places = undefined;
        if (!(error instanceof BrokerUnavailable)) throw error;
        throw new StoreUnavailable(`the template topic cannot be read: ${error.message}`, { cause: error });
      }
    },
  };
}
