import type { ConsumedRecord, OutgoingRecord } from '../broker/broker.ts';
import { StateCorrupt, type StateScope, type StateWrite } from '../store/state-store.ts';
import {
  decodeStoredState,
  encodeStoredState,
  epochOfStored,
  readInteger,
  writeInteger,
} from '../store/stored-state-bytes.ts';

/**
 * Says that every state of a scope, as it was with `appliedOffset` contained and nothing later, stands before this record
 * in the snapshot topic, each under its own key.
 */
export interface SnapshotMarker {
  /** Of the ownership that wrote all of these states: those of another one are not what the marker speaks of. */
  epoch: number;
  appliedOffset: number;
  /** Of the input record at `appliedOffset`, in ms since 1970, to tell a topic from one created anew; 0 where it is not known. */
  timestampMs: number;
  /** Written since the marker before, or all at the first one of an ownership. */
  states: number;
}

/** A state as it was walked past. */
export interface SnapshotState {
  epoch: number;
  /** The state contains every record of its key up to this input offset, which is its own or above. */
  containedOffset: number;
  state: StateWrite;
}

/** What a record of the snapshot topic says to one scope. `none`: nothing, it is another's. */
export type SnapshotContent =
  | ({ kind: 'state' } & SnapshotState)
  | { kind: 'marker'; marker: SnapshotMarker }
  | { kind: 'none' }
  | { kind: 'unreadable'; detail: string };

/** First byte of a value: what follows. A value that begins otherwise is of a version to come. */
const stateTag = 3;
const markerTag = 4;
/** Of the contained offset, before the stored state. */
const containedBytes = 8;
/** No stage's and no topic's name has it. */
const separator = '|';

const scopeKey = ({ stage, topic }: StateScope): string => `${stage}${separator}${topic}`;

/** A state as a record of the snapshot topic: its key finds the one before, which compaction then removes. */
export function snapshotState(topic: string, scope: StateScope, walked: SnapshotState): OutgoingRecord {
  const { epoch, containedOffset, state } = walked;
  const key = Buffer.from(`${scopeKey(scope)}${separator}${state.key}`);
  const contained = Buffer.alloc(containedBytes);
  writeInteger(contained, containedOffset, 0);
  const value = Buffer.concat([Buffer.of(stateTag), contained, encodeStoredState(state, epoch)]);
  return { topic, partition: scope.partition, key, value };
}

/** A marker as a record of the snapshot topic. */
export function snapshotMarker(topic: string, scope: StateScope, marker: SnapshotMarker): OutgoingRecord {
  const value = Buffer.concat([Buffer.of(markerTag), Buffer.from(JSON.stringify(marker))]);
  return { topic, partition: scope.partition, key: Buffer.from(scopeKey(scope)), value };
}

/** What `record` says to `scope`. Never throws, whatever the bytes. */
export function readSnapshotRecord({ key, value }: ConsumedRecord, scope: StateScope): SnapshotContent {
  const name = key?.toString() ?? '';
  const own = scopeKey(scope);
  const isMarker = name === own;
  if (value === null || !(isMarker || name.startsWith(own + separator))) return { kind: 'none' };
  const body = value.subarray(1);
  if (value[0] !== (isMarker ? markerTag : stateTag)) {
    return { kind: 'unreadable', detail: `a value of kind ${value[0]}, written by another version` };
  }
  return isMarker ? readMarker(body) : readState(body, name.slice(own.length + separator.length));
}

function readState(body: Buffer, key: string): SnapshotContent {
  try {
    const stored = body.subarray(containedBytes);
    const state = { key, ...decodeStoredState(stored, key) };
    const containedOffset = readInteger(body, 0);
    if (!isCount(containedOffset)) return { kind: 'unreadable', detail: 'a state without its contained offset' };
    return { kind: 'state', epoch: epochOfStored(stored), containedOffset, state };
  } catch (error) {
    if (!(error instanceof StateCorrupt)) throw error;
    return { kind: 'unreadable', detail: error.message };
  }
}

function readMarker(body: Buffer): SnapshotContent {
  let found: unknown;
  try {
    found = JSON.parse(body.toString());
  } catch {
    return { kind: 'unreadable', detail: 'a marker that is no JSON' };
  }
  const { epoch, appliedOffset, timestampMs, states } = (found ?? {}) as Record<string, unknown>;
  if (!isCount(epoch) || !isCount(appliedOffset) || !isCount(timestampMs) || !isCount(states)) {
    return { kind: 'unreadable', detail: 'a marker without its numbers' };
  }
  return { kind: 'marker', marker: { epoch, appliedOffset, timestampMs, states } };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
