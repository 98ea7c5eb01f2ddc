import type { Broker } from '../broker/broker.ts';
import type { PageBounds, StateScope, StateStore, StateWrite } from '../store/state-store.ts';
import { keptAlive, type SignsOfLife } from './kept-alive.ts';
import { OwnershipEnded } from './partition-owner.ts';
import { readSnapshotRecord, type SnapshotMarker } from './snapshot-record.ts';

/** The newest complete snapshot of a scope, and where in the topic it ends. */
export interface FoundSnapshot extends SnapshotMarker {
  markerPosition: number;
}

/** `none`: nothing complete was ever written. `refused`: what is there must not be used; `detail` says the fix. */
export type SnapshotSearch =
  | { kind: 'found'; snapshot: FoundSnapshot }
  | { kind: 'none' }
  | { kind: 'refused'; reason: 'snapshot-ahead-of-topic' | 'snapshot-unreadable'; detail: string };

/** How a scope's snapshot is read. */
export interface SnapshotReading extends SignsOfLife {
  broker: Broker;
  topic: string;
  scope: StateScope;
}

const restoreBounds: PageBounds = { maxStates: 256, maxBytes: 524_288 };

function recordsOf(reading: SnapshotReading, read: Pick<Parameters<Broker['read']>[0], 'topic' | 'from'>) {
  const stop = new AbortController();
  const { partition } = reading.scope;
  const records = reading.broker.read({ ...read, partition, until: 'end', signal: stop.signal });
  return keptAlive(records, stop, reading);
}

/** Looks for the snapshot that contains most, and makes sure that it is of the input topic as it now is. */
export async function findSnapshot(reading: SnapshotReading): Promise<SnapshotSearch> {
  const { broker, topic, scope } = reading;
  let snapshot: FoundSnapshot | undefined;
  for await (const record of recordsOf(reading, { topic, from: 'earliest' })) {
    const content = readSnapshotRecord(record, scope);
    if (content.kind === 'unreadable') {
      const detail = `${content.detail}, at offset ${record.offset} of partition ${scope.partition} of ${topic}`;
      return { kind: 'refused', reason: 'snapshot-unreadable', detail };
    }
    if (content.kind !== 'marker') continue;
    // A marker of an owner that was replaced meanwhile may come late, and then says less than the one before.
    if (content.marker.appliedOffset < (snapshot?.appliedOffset ?? 0)) continue;
    snapshot = { ...content.marker, markerPosition: record.offset };
  }
  if (snapshot === undefined) return { kind: 'none' };
  const kept = (await broker.offsets(scope.topic)).find(({ partition }) => partition === scope.partition);
  const isAhead = snapshot.appliedOffset >= (kept?.high ?? 0);
  if (isAhead || (await isOfAnotherTopic(reading, snapshot, kept?.low ?? 0))) {
    const detail = `the snapshot contains offset ${snapshot.appliedOffset} of another ${scope.topic} than the one that is there: was the topic created anew?`;
    return { kind: 'refused', reason: 'snapshot-ahead-of-topic', detail };
  }
  return { kind: 'found', snapshot };
}

/** The record that the snapshot contains last tells, as long as it is kept. */
async function isOfAnotherTopic(reading: SnapshotReading, snapshot: FoundSnapshot, low: number): Promise<boolean> {
  const { appliedOffset, timestampMs } = snapshot;
  if (timestampMs === 0 || appliedOffset < low) return false;
  for await (const record of recordsOf(reading, { topic: reading.scope.topic, from: appliedOffset })) {
    return record.offset === appliedOffset && record.timestampMs !== timestampMs;
  }
  return false;
}

/** Where a snapshot is written back to. */
export interface RestoreTarget {
  store: StateStore;
  epoch: number;
  /** Repeats a call on the store while the store is away. */
  ask<Answer>(question: () => Promise<Answer>): Promise<Answer>;
  onProgress(states: number): void;
}

/** What was written back. */
export interface RestoredSnapshot {
  states: number;
  /** What the states contain together: the marker's offset, or less where a state that it speaks of is gone. */
  appliedOffset: number;
}

/**
 * Writes the states of a snapshot to an empty scope, in chunks, then what they contain.
 *
 * The marker speaks of the states that its ownership wrote before it. Others under the same keys are of a walk that was never
 * finished, or a late page of an owner that was replaced. Where compaction has removed the state that such a one follows, it is
 * all that is left: a newer one is taken as it is, and records up to its own offset are skipped when they are read again; from
 * an older one the partition goes on at what that contains. Remembers an offset for each key of the partition meanwhile.
 * @throws {@link OwnershipEnded} where another owner exists
 */
export async function restoreSnapshot(
  reading: SnapshotReading,
  { epoch: markersEpoch, appliedOffset, timestampMs, markerPosition }: FoundSnapshot,
  { store, epoch, ask, onProgress }: RestoreTarget,
): Promise<RestoredSnapshot> {
  const { topic, scope } = reading;
  /** By key, the most that any of its states contains; the marker's offset where that speaks of it. */
  const contained = new Map<string, number>();
  let chunk: StateWrite[] = [];
  let bytes = 0;
  let restored = 0;

  async function write(writes: readonly StateWrite[], offset?: number, atMs?: number): Promise<void> {
    const outcome = await ask(() => store.apply(scope, epoch, writes, offset, atMs));
    if (outcome.kind === 'fenced') throw new OwnershipEnded('fenced');
    restored += outcome.written;
  }
  async function flush(): Promise<void> {
    if (chunk.length === 0) return;
    await write(chunk);
    chunk = [];
    bytes = 0;
    onProgress(restored);
  }

  for await (const record of recordsOf(reading, { topic, from: 'earliest' })) {
    const content = readSnapshotRecord(record, scope);
    if (content.kind !== 'state') continue;
    const { state } = content;
    const isSpokenOf = content.epoch === markersEpoch && record.offset < markerPosition;
    const before = contained.get(state.key) ?? -1;
    // What the marker speaks of is complete, and what stands behind it is not needed.
    if (before >= appliedOffset && record.offset > markerPosition) continue;
    contained.set(state.key, Math.max(before, isSpokenOf ? appliedOffset : content.containedOffset));
    if (chunk.length >= restoreBounds.maxStates || bytes + state.bytes.length > restoreBounds.maxBytes) await flush();
    chunk.push(state);
    bytes += state.bytes.length;
  }
  await flush();
  let containedByAll = appliedOffset;
  for (const offset of contained.values()) containedByAll = Math.min(containedByAll, offset);
  const isMarkers = containedByAll === appliedOffset && timestampMs > 0;
  await write([], containedByAll, isMarkers ? timestampMs : undefined);
  return { states: restored, appliedOffset: containedByAll };
}
