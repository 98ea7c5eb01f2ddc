import { type Broker, BrokerUnavailable } from '../broker/broker.ts';
import type { Logger } from '../log.ts';
import {
  type PageBounds,
  StateCorrupt,
  type StateScope,
  type StateStore,
  type StateWrite,
  StoreUnavailable,
} from '../store/state-store.ts';
import type { Ownership, PartitionOwner } from './partition-owner.ts';
import { snapshotMarker, snapshotState } from './snapshot-record.ts';
import type { StageMetrics } from './stage-metrics.ts';

/** What writing snapshots needs. */
export interface SnapshotWriterDependencies {
  /** Of the stage, without the partition. */
  scope: Omit<StateScope, 'partition'>;
  /** Compacted; at least as many partitions as the input topic. */
  topic: string;
  broker: Broker;
  store: StateStore;
  log: Logger;
  metrics: StageMetrics;
}

/**
 * Writes what has changed in a partition's states since the last snapshot of this ownership, all of them at the first, and
 * a marker behind them, unless `mayGoOn` says no between two pages. Never rejects: what goes wrong is counted and logged,
 * and the snapshot before stays. Resolves with whether the snapshot topic now contains all that the states do.
 */
export type WriteSnapshot = <State>(owner: PartitionOwner<State>, mayGoOn: () => boolean) => Promise<boolean>;

/** One script call on the store, one produce. */
const pageBounds: PageBounds = { maxStates: 256, maxBytes: 524_288 };

type Written =
  | { kind: 'written'; states: number; appliedOffset: number; isWhole: boolean }
  | { kind: 'unchanged' | 'fenced' | 'given-up' };

/**
 * Snapshots are written beside the work on batches, not between it: each page is one atomic reading of the store, so the
 * partition never waits for it. That the walk sees every state as of one input offset is promised by `StateStore.page`.
 */
export function createSnapshotWriter(dependencies: SnapshotWriterDependencies): WriteSnapshot {
  const { broker, store, topic, log, metrics } = dependencies;

  async function walk<State>(
    owner: PartitionOwner<State>,
    ownership: Ownership<State>,
    mayGoOn: () => boolean,
  ): Promise<Written> {
    const scope = { ...dependencies.scope, partition: owner.partition };
    const { epoch, snapshot } = ownership;
    let after = snapshot.containedOffset;
    for (let states = 0; ; ) {
      const page = await store.page(scope, epoch, after, pageBounds);
      if (page.kind === 'fenced' || owner.ownership !== ownership) return { kind: 'fenced' };
      const { appliedOffset } = page;
      if (appliedOffset === undefined) return { kind: 'unchanged' };
      if (page.states.length > 0) {
        const walked = (state: StateWrite) => ({
          epoch,
          state,
          containedOffset: Math.max(state.offset, appliedOffset),
        });
        await broker.produce(page.states.map((state) => snapshotState(topic, scope, walked(state))));
      }
      states += page.states.length;
      after = Math.min(page.states.at(-1)?.offset ?? after, appliedOffset);
      if (!page.isLast) {
        if (!mayGoOn()) return { kind: 'given-up' };
        continue;
      }
      if (appliedOffset === snapshot.containedOffset) return { kind: 'unchanged' };
      const timestampMs = page.appliedTimestampMs ?? 0;
      const [place] = await broker.produce([
        snapshotMarker(topic, scope, { epoch, appliedOffset, timestampMs, states }),
      ]);
      const position = place?.offset ?? 0;
      // A place that is not behind the last one: the topic was created anew, and lacks what was written before.
      const isOther = position <= snapshot.markerPosition;
      ownership.snapshot = {
        containedOffset: isOther ? -1 : appliedOffset,
        markerPosition: position,
      };
      return { kind: 'written', states, appliedOffset, isWhole: !isOther };
    }
  }

  return async (owner, mayGoOn) => {
    const { ownership, partition } = owner;
    if (ownership === undefined) return false;
    try {
      const outcome = await walk(owner, ownership, mayGoOn);
      if (outcome.kind === 'written') {
        metrics.snapshotStates(outcome.states);
        log.debug({ partition, states: outcome.states, appliedOffset: outcome.appliedOffset }, 'snapshot written');
      }
      metrics.snapshot(outcome.kind);
      return outcome.kind === 'written' ? outcome.isWhole : outcome.kind === 'unchanged';
    } catch (error) {
      metrics.snapshot('failed');
      if (error instanceof StateCorrupt) ownership.corrupt = error; // the work on the partition's next batch heals it
      const isExpected = [StoreUnavailable, BrokerUnavailable, StateCorrupt].some((each) => error instanceof each);
      // The message alone: a corrupt state's error holds its key, which names a subject.
      if (isExpected) log.warn({ partition, reason: (error as Error).message }, 'no snapshot this time');
      else log.error({ partition, err: error }, 'no snapshot this time: a defect');
      return false;
    }
  };
}
