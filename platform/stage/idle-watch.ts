import type { Consumption } from '../broker/broker.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { type StateScope, type StateStore, StoreUnavailable } from '../store/state-store.ts';
import type { PartitionOwner } from './partition-owner.ts';

/** What looking after partitions without traffic needs. */
export interface IdleWatchDependencies<State> {
  /** Of the stage, without the partition. */
  scope: Omit<StateScope, 'partition'>;
  store: StateStore;
  owners(): Iterable<PartitionOwner<State>>;
  release(owner: PartitionOwner<State>): void;
  reread: Consumption['reread'];
  /** A partition counts as idle after so long without a batch. */
  idleAfterMs: number;
  clock: Clock;
  log: Logger;
}

/**
 * One look at every idle partition: does the store still know its owner? A store that lost its tail, or everything, is
 * otherwise noticed with the next record, which may come when the topic no longer keeps what has to be read again. Where it
 * does not, the last record is read once more, and with it the partition is taken over anew. Never rejects.
 */
export async function lookAtIdlePartitions<State>(dependencies: IdleWatchDependencies<State>): Promise<void> {
  const { scope, store, owners, release, reread, idleAfterMs, clock, log } = dependencies;
  for (const owner of [...owners()]) {
    const { ownership, partition, nextOffset } = owner;
    const isIdle = owner.inHand === 0 && clock.nowMs() - owner.handledAtMs >= idleAfterMs;
    if (ownership === undefined || !isIdle || nextOffset === 0) continue;
    try {
      const { kind } = await store.load({ ...scope, partition }, ownership.epoch, []);
      if (kind === 'loaded' || owner.ownership !== ownership || owner.inHand > 0) continue;
      log.warn(
        { partition, nextOffset },
        'the store does not know the owner of an idle partition: taking it over anew',
      );
      release(owner);
      reread(partition, nextOffset - 1);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return; // nothing is known; the next look asks again
    }
  }
}
