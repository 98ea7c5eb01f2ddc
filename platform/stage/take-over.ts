import type { Broker, ConsumedRecord, RecordBatch } from '../broker/broker.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { StateCorrupt, StateScope, StateStore } from '../store/state-store.ts';
import type { Asking } from './asking.ts';
import { findContainedLast } from './contained-last.ts';
import { OwnershipEnded, type PartitionOwner } from './partition-owner.ts';
import { findSnapshot, restoreSnapshot, type SnapshotReading, type SnapshotSearch } from './partition-snapshot.ts';
import { wait } from './patience.ts';
import { partitionsAdded, restAdvice, stateOfAnotherTopic } from './rest-advice.ts';
import type { StageMetrics } from './stage-metrics.ts';
import { findStartingOffset } from './starting-offset.ts';
import type { StateCache } from './state-cache.ts';

/** What taking a partition over needs. */
export interface TakeOverDependencies<State> {
  stageName: string;
  broker: Broker;
  store: StateStore;
  cache: StateCache<State>;
  log: Logger;
  metrics: StageMetrics;
  clock: Clock;
  /** Where snapshots are; `undefined` for a stage that has none. */
  snapshotTopic: string | undefined;
  /** Of the input topic, when the stage started. */
  partitionCount(): number;
  sessionTimeoutMs: number;
}

/** Not now; `reason` is a metric label. */
export interface TakeOverRest {
  kind: 'rest';
  reason: string;
  detail: string;
}

/**
 * How a member becomes the owner of a partition in the store's eyes, and what it does when the store has not got its states. A
 * rebuild keeps a batch in hand, and so holds up the other partitions that the member reads from the same leader.
 */
export interface TakeOver<State> {
  /**
   * `seek`: other records than those in hand are needed first.
   * @throws {@link OwnershipEnded} where another owner exists
   */
  take(
    owner: PartitionOwner<State>,
    batch: RecordBatch,
    asking: Asking,
  ): Promise<{ kind: 'taken' } | { kind: 'seek'; offset: number } | TakeOverRest>;
  /**
   * A state that is not what was written is worth nothing, nor is a state without the others that it was stored with: the
   * partition's states are removed, to be built again at the next {@link take}. Only where that loses nothing.
   * @throws {@link OwnershipEnded} where another owner exists
   */
  heal(owner: PartitionOwner<State>, batch: RecordBatch, asking: Asking, found: StateCorrupt): Promise<TakeOverRest>;
}

/** Partitions of one process that are built again at once: each reads topics through groups of its own. */
const rebuildsAtOnce = 4;
const turnPollMs = 50;
/** A line of progress after so many states. */
const statesPerLine = 10_000;

/** The same records, each of which is progress. */
async function* gettingOn(records: AsyncIterable<ConsumedRecord>, progress: () => void) {
  for await (const record of records) {
    progress();
    yield record;
  }
}

/** Reads and writes through the given store and broker; see {@link TakeOver}. */
export function createTakeOver<State>(dependencies: TakeOverDependencies<State>): TakeOver<State> {
  const { stageName, broker, store, cache, log, metrics, clock, snapshotTopic, partitionCount, sessionTimeoutMs } =
    dependencies;
  let rebuilding = 0;
  const scopeOf = ({ topic, partition }: RecordBatch): StateScope => ({ stage: stageName, topic, partition });

  function readingOf(batch: RecordBatch, topic: string, { ask, signOfLife, progress }: Asking): SnapshotReading {
    const read: Broker['read'] = (options) => gettingOn(broker.read(options), progress);
    const offsets: Broker['offsets'] = (of) => ask(() => broker.offsets(of));
    return {
      broker: { ...broker, read, offsets },
      topic,
      scope: scopeOf(batch),
      clock,
      signOfLifeEveryMs: sessionTimeoutMs / 4,
      signOfLife,
    };
  }

  async function search(batch: RecordBatch, asking: Asking): Promise<SnapshotSearch> {
    if (snapshotTopic === undefined) return { kind: 'none' };
    const kept = (await asking.ask(() => broker.offsets(snapshotTopic))).find(
      ({ partition }) => partition === batch.partition,
    );
    if (kept === undefined || kept.low === kept.high) return { kind: 'none' };
    return await findSnapshot(readingOf(batch, snapshotTopic, asking));
  }

  async function inTurn<Value>({ signOfLife, progress }: Asking, work: () => Promise<Value>): Promise<Value> {
    while (rebuilding >= rebuildsAtOnce) {
      await wait(clock, turnPollMs);
      await signOfLife();
      progress(); // whoever has a turn and gets nowhere is noticed by itself
    }
    rebuilding += 1;
    try {
      return await work();
    } finally {
      rebuilding -= 1;
    }
  }

  async function clear(batch: RecordBatch, epoch: number, { ask }: Asking): Promise<void> {
    const cleared = await ask(() => store.clear(scopeOf(batch), epoch));
    if (cleared.kind === 'fenced') throw new OwnershipEnded('fenced');
  }

  /** The states of the snapshot, where there is one; returns what they contain. */
  async function rebuild(batch: RecordBatch, epoch: number, asking: Asking) {
    const { partition } = batch;
    const found = await search(batch, asking);
    if (found.kind !== 'found') return found;
    if (snapshotTopic === undefined) return { kind: 'none' as const };
    const { snapshot } = found;
    log.warn(
      { partition, snapshotOffset: snapshot.appliedOffset },
      'the store holds no state of a partition that has a snapshot: building it again from that',
    );
    // What an attempt before left behind may contain more than the snapshot.
    await clear(batch, epoch, asking);
    let told = 0;
    const { states, appliedOffset } = await restoreSnapshot(readingOf(batch, snapshotTopic, asking), snapshot, {
      ...{ store, epoch, ask: asking.ask },
      onProgress(count) {
        if (count - told < statesPerLine) return;
        told = count;
        log.info({ partition, states: count }, 'states taken from the snapshot so far');
      },
    });
    metrics.rebuilt(states);
    log.info({ partition, states, appliedOffset }, 'states taken from the snapshot');
    return { kind: 'rebuilt' as const, appliedOffset };
  }

  function anotherTopic({ topic, partition }: RecordBatch, appliedOffset: number): TakeOverRest {
    const detail = `the record at offset ${appliedOffset} of ${topic} is not the one that the states contain last`;
    log.error(
      { partition, appliedOffset },
      `${detail}: was the topic created anew? ${restAdvice(stateOfAnotherTopic)}`,
    );
    return { kind: 'rest', reason: stateOfAnotherTopic, detail };
  }

  /** Keys have moved to it whose states are elsewhere: judged here, they would begin as strangers, and beside their older records. */
  function partitionAdded({ topic, partition }: RecordBatch): TakeOverRest {
    const detail = `${topic} had ${partitionCount()} partitions when this stage started`;
    log.error({ partition, fix: restAdvice(partitionsAdded) }, `a partition was added: ${detail}`);
    return { kind: 'rest', reason: partitionsAdded, detail };
  }

  return {
    async take(owner, batch, asking) {
      const { partition } = owner;
      if (partition >= partitionCount()) return partitionAdded(batch);
      const known = await asking.ask(() => store.acquire(scopeOf(batch)));
      const { epoch, appliedTimestampMs } = known;
      let { appliedOffset } = known;
      if (appliedOffset === undefined && snapshotTopic !== undefined) {
        owner.pausedFor = 'rebuild';
        const rebuilt = await inTurn(asking, () => rebuild(batch, epoch, asking));
        if (rebuilt.kind === 'refused') return { kind: 'rest', reason: rebuilt.reason, detail: rebuilt.detail };
        if (rebuilt.kind === 'rebuilt') appliedOffset = rebuilt.appliedOffset;
      }
      const start = await asking.ask(() => findStartingOffset(broker, log, batch, appliedOffset));
      if (start.kind === 'ahead') {
        return { kind: 'rest', reason: 'state-ahead-of-topic', detail: `topic ends at ${start.endOffset}` };
      }
      // Counted here, as the records in hand may be others before the partition is taken.
      if (start.offset < (batch.records[0]?.offset ?? 0)) metrics.rewound();
      if (appliedOffset !== undefined && appliedTimestampMs !== undefined) {
        const last = { offset: appliedOffset, timestampMs: appliedTimestampMs };
        const found = await asking.ask(() => findContainedLast(owner, batch, last, broker.offsets));
        if (found.kind === 'seek') return found;
        if (found.kind === 'other') return anotherTopic(batch, appliedOffset);
      }
      const snapshot = { containedOffset: -1, markerPosition: -1 };
      owner.ownership = { epoch, states: cache.open(), snapshot };
      owner.nextOffset = start.offset;
      if (start.lostRecords > 0) metrics.recordsLost(start.lostRecords);
      log.info({ partition, epoch, appliedOffset, nextOffset: start.offset }, 'partition taken over');
      return { kind: 'taken' };
    },

    async heal(owner, batch, asking, { message }) {
      const { partition } = batch;
      const epoch = owner.ownership?.epoch;
      if (epoch === undefined) throw new OwnershipEnded('stale');
      metrics.stateCorrupt();
      const found = await inTurn(asking, () => search(batch, asking));
      const kept = (await asking.ask(() => broker.offsets(batch.topic))).find((each) => each.partition === partition);
      const contained = found.kind === 'found' ? found.snapshot.appliedOffset : -1;
      if (found.kind === 'refused' || kept === undefined || contained + 1 < kept.low) {
        log.error(
          { partition, reason: message, snapshotOffset: contained, oldestOffset: kept?.low },
          'a stored state is corrupt, and snapshot and topic do not suffice to build the partition again: bring back the store from a backup',
        );
        return { kind: 'rest', reason: 'state-corrupt', detail: message };
      }
      log.error(
        { partition, reason: message, snapshotOffset: contained },
        'a stored state is corrupt: removing the states of the partition, to build them again from snapshot and topic',
      );
      await clear(batch, epoch, asking);
      return { kind: 'rest', reason: 'rebuild', detail: message };
    },
  };
}
