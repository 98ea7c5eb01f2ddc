import type { Broker, Consumption } from '../broker/broker.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { StateScope, StateStore } from '../store/state-store.ts';
import type { PartitionOwner } from './partition-owner.ts';
import { isUnavailable } from './patience.ts';

/** What looking after partitions without traffic needs. */
export interface IdleWatchDependencies<State> {
  /** Of the stage, without the partition. */
  scope: Omit<StateScope, 'partition'>;
  group: string;
  broker: Pick<Broker, 'committedOffsets' | 'offsets'>;
  store: StateStore;
  /** Of the member, as of now. */
  assigned(): readonly number[];
  owners(): ReadonlyMap<number, PartitionOwner<State>>;
  release(owner: PartitionOwner<State>): void;
  reread: Consumption['reread'];
  /** A partition counts as idle after so long without a batch. */
  idleAfterMs: number;
  clock: Clock;
  log: Logger;
}

/**
 * One look at every idle partition: does the store still have what it acknowledged? A store that lost its tail, or
 * everything, is otherwise noticed with the next record, which may come when the topic no longer keeps what has to be read
 * again. Where it does not, the last record is read once more, and with it the partition is taken over anew. A store or a
 * broker that is away is asked again by the next look; rejects for a defect alone.
 */
export async function lookAtIdlePartitions<State>(dependencies: IdleWatchDependencies<State>): Promise<void> {
  try {
    await lookAtOwned(dependencies);
    await lookAtUnowned(dependencies);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    // Nothing is known; the next look asks again.
  }
}

/** Whether the store knows the owner of a partition in which nothing happens. */
async function lookAtOwned<State>(dependencies: IdleWatchDependencies<State>): Promise<void> {
  const { scope, store, owners, release, reread, log } = dependencies;
  for (const owner of [...owners().values()]) {
    const { ownership, partition, nextOffset } = owner;
    if (ownership === undefined || !isIdle(owner, dependencies) || nextOffset === 0) continue;
    const { kind } = await store.load({ ...scope, partition }, ownership.epoch, []);
    if (kind === 'loaded' || owner.ownership !== ownership || owner.inHand > 0) continue;
    log.warn({ partition, nextOffset }, 'the store does not know the owner of an idle partition: taking it over anew');
    release(owner);
    reread(partition, nextOffset - 1);
  }
}

/**
 * A partition is taken over with its first batch, so one that nobody writes to has no owner after a restart or a rebalance.
 * Its state is behind what the group has committed only where the store lost it: no other partition is read again.
 */
async function lookAtUnowned<State>(dependencies: IdleWatchDependencies<State>): Promise<void> {
  const { scope, group, broker, store, assigned, reread, log } = dependencies;
  const unowned = assigned().filter((partition) => isUnowned(partition, dependencies));
  if (unowned.length === 0) return;
  const committed = await broker.committedOffsets(group, scope.topic);
  const behind: { partition: number; nextOffset: number; appliedOffset: number | undefined }[] = [];
  for (const { partition, offset: nextOffset } of committed) {
    if (nextOffset <= 0 || !unowned.includes(partition)) continue;
    const appliedOffset = await store.appliedOffset({ ...scope, partition });
    if ((appliedOffset ?? -1) + 1 < nextOffset) behind.push({ partition, nextOffset, appliedOffset });
  }
  if (behind.length === 0) return;
  const kept = new Map((await broker.offsets(scope.topic)).map(({ partition, low }) => [partition, low]));
  for (const found of behind) {
    const { partition, nextOffset } = found;
    // Without a record to read again it waits for the next one; nothing is left in the topic that could be lost meanwhile.
    if ((kept.get(partition) ?? nextOffset) >= nextOffset) continue;
    if (!assigned().includes(partition) || !isUnowned(partition, dependencies)) continue;
    log.warn(found, 'the state of an idle partition is behind what was committed: taking the partition over');
    reread(partition, nextOffset - 1);
  }
}

function isIdle<State>(owner: PartitionOwner<State>, { clock, idleAfterMs }: IdleWatchDependencies<State>): boolean {
  return owner.inHand === 0 && clock.nowMs() - owner.handledAtMs >= idleAfterMs;
}

/** Nobody is at work on it, and it does not rest. */
function isUnowned<State>(partition: number, dependencies: IdleWatchDependencies<State>): boolean {
  const owner = dependencies.owners().get(partition);
  if (owner === undefined) return true;
  return owner.ownership === undefined && owner.pausedFor === undefined && isIdle(owner, dependencies);
}
