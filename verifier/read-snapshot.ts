import type { Broker, ConsumedRecord } from '../platform/broker/broker.ts';
import { StateCorrupt, type StateScope, type StateWrite } from '../platform/store/state-store.ts';
import { decodeStoredState, epochOfStored } from '../platform/store/stored-state-bytes.ts';
import type { FindingList } from './finding-list.ts';
import type { InitialStates } from './replayed-partition.ts';

/** Which scope's snapshots are read, and what is left of its input log. */
export interface ReadSnapshotOptions {
  broker: Pick<Broker, 'read'>;
  /** The snapshot topic. */
  topic: string;
  scope: StateScope;
  lowOffset: number;
  highOffset: number;
  findings: FindingList;
  signal: AbortSignal | undefined;
}

type Content =
  | { kind: 'state'; epoch: number; containedOffset: number; state: StateWrite }
  | { kind: 'marker'; epoch: number; appliedOffset: number }
  | { kind: 'unreadable'; detail: string };

/** What the topic tells of a key. */
interface KeptKey {
  /** The one with the highest stamp. */
  state: StateWrite;
  /** All of the key's records up to here are in it. */
  containedOffset: number;
  /** The ownerships that wrote it before the marker. */
  epochs: Set<number>;
}

/** First byte of a value of the snapshot topic. */
const tags = { state: 3, marker: 4 } as const;
/** Of the contained offset, behind the tag and before the stored state. */
const containedBytes = 8;

/**
 * The states from which the replay of a partition can go on whose oldest records are gone: those of the oldest snapshot that
 * ends no earlier than what is left begins, so that most is recomputed. `undefined` where there is none, or where a record of
 * the scope cannot be read, which is a finding. Memory: all states of the scope.
 *
 * A marker speaks of the states that its ownership wrote before it: they contain everything up to its offset. Others under
 * the same keys, or behind it, where compaction has left nothing else, contain what they say themselves; where that is less,
 * the replay goes on at the least.
 */
export async function readSnapshot(options: ReadSnapshotOptions): Promise<InitialStates | undefined> {
  const { broker, topic, scope, lowOffset, highOffset, findings, signal } = options;
  const keys = new Map<string, KeptKey>();
  let marker: { epoch: number; appliedOffset: number } | undefined;
  const reading = { topic, partition: scope.partition, from: 'earliest', until: 'end' } as const;
  for await (const record of broker.read(signal === undefined ? reading : { ...reading, signal })) {
    const content = contentOf(record, scope);
    switch (content?.kind) {
      case undefined:
        continue;
      case 'unreadable':
        findings.add('corrupt-state', record, `a snapshot cannot be read: ${content.detail}`);
        return undefined;
      case 'state':
        if (marker === undefined) keep(keys, content);
        else if (!keys.has(content.state.key)) keep(keys, { ...content, epoch: -1 });
        continue;
      case 'marker': {
        const { appliedOffset } = content;
        if (appliedOffset + 1 >= lowOffset && appliedOffset < highOffset) marker ??= content;
      }
    }
  }
  signal?.throwIfAborted();
  if (marker === undefined) return undefined;
  let throughOffset = marker.appliedOffset;
  for (const { epochs, containedOffset } of keys.values()) {
    if (!epochs.has(marker.epoch)) throughOffset = Math.min(throughOffset, containedOffset);
  }
  if (throughOffset + 1 < lowOffset) return undefined;
  return { throughOffset, states: [...keys.values()].map(({ state }) => state) };
}

function keep(keys: Map<string, KeptKey>, { state, epoch, containedOffset }: Content & { kind: 'state' }): void {
  const known = keys.get(state.key);
  if (known === undefined) {
    keys.set(state.key, { state, containedOffset, epochs: new Set([epoch]) });
    return;
  }
  if (state.offset >= known.state.offset) known.state = state;
  known.containedOffset = Math.max(known.containedOffset, containedOffset);
  known.epochs.add(epoch);
}

/** What a record says to the scope; `undefined` where it is another's. */
function contentOf({ key, value }: ConsumedRecord, { stage, topic }: StateScope): Content | undefined {
  const name = key?.toString() ?? '';
  const own = `${stage}|${topic}`;
  if (value === null || (name !== own && !name.startsWith(`${own}|`))) return undefined;
  const kind = name === own ? 'marker' : 'state';
  if (value[0] !== tags[kind]) return { kind: 'unreadable', detail: `a value of kind ${value[0]}` };
  const body = value.subarray(1);
  try {
    return kind === 'marker' ? markerIn(body) : stateIn(body, name.slice(own.length + 1));
  } catch (error) {
    if (!(error instanceof StateCorrupt || error instanceof SyntaxError)) throw error;
    return { kind: 'unreadable', detail: error.message };
  }
}

function markerIn(body: Buffer): Content {
  const { epoch, appliedOffset } = JSON.parse(body.toString()) as Record<string, unknown>;
  if (typeof epoch === 'number' && typeof appliedOffset === 'number') return { kind: 'marker', epoch, appliedOffset };
  return { kind: 'unreadable', detail: 'a marker without its numbers' };
}

function stateIn(body: Buffer, key: string): Content {
  const stored = body.subarray(containedBytes);
  const state = { key, ...decodeStoredState(stored, key) };
  return { kind: 'state', epoch: epochOfStored(stored), containedOffset: Number(body.readBigUInt64BE(0)), state };
}
