import type { Broker } from '../platform/broker/broker.ts';
import { templateVersion } from './template-format.ts';

/** A version's file as the topic tells it; `undefined`: forgotten. */
export interface LoggedTemplate {
  version: string;
  file: Buffer | undefined;
}

/** The durable home of template files: a compacted topic, from which a store that lost them is filled again. */
export interface TemplateChangelog {
  /** Resolves once all in-sync replicas have the file. Rejects with `BrokerUnavailable`. */
  append(version: string, file: Buffer): Promise<void>;
  /** The files may go at the next compaction; until then they are still found. Rejects with `BrokerUnavailable`. */
  forget(versions: readonly string[]): Promise<void>;
  /** What the topic holds now, oldest first; what is no template file of its version is passed over. Rejects with `BrokerUnavailable`. */
  read(): AsyncIterable<LoggedTemplate>;
}

/** Files under their version in `topic`. */
export function createTemplateChangelog({
  broker,
  topic,
}: {
  broker: Pick<Broker, 'produce' | 'read'>;
  topic: string;
}): TemplateChangelog {
  return {
    async append(version, file) {
      await broker.produce([{ topic, key: Buffer.from(version), value: file }]);
    },
    async forget(versions) {
      await broker.produce(versions.map((version) => ({ topic, key: Buffer.from(version), value: null })));
    },
    async *read() {
      for await (const { key, value } of broker.read({ topic, from: 'earliest', until: 'end' })) {
        const version = key?.toString() ?? '';
        if (value === null) yield { version, file: undefined };
        else if (templateVersion(value) === version) yield { version, file: value };
      }
    },
  };
}
