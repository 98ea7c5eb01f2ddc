import type { Clock } from '../clock.ts';
import type { PartitionOwner } from './partition-owner.ts';
import type { WriteSnapshot } from './snapshot-writer.ts';

/** Partitions whose snapshot is due are looked for so many times per interval. */
export const roundsPerInterval = 4;
/** All snapshots at an orderly stop together: the rest of a drain needs its time too. */
const longestStopSnapshotsMs = 5_000;
/** A walk takes no longer than this, or than the interval. */
const shortestWalkLimitMs = 60_000;

/** What writing the snapshots of a member's partitions needs. */
export interface SnapshotRoundsDependencies<State> {
  write: WriteSnapshot;
  intervalMs: number;
  owners(): Iterable<PartitionOwner<State>>;
  /** False once the member stops: a walk ends at its next page. */
  goesOn(): boolean;
  isCut(): boolean;
  clock: Clock;
}

/** One partition after the other, so that a round is never in the way of the work on batches. */
export async function writeDueSnapshots<State>(dependencies: SnapshotRoundsDependencies<State>): Promise<void> {
  const { write, intervalMs, owners, goesOn, clock } = dependencies;
  for (const owner of [...owners()]) {
    const nowMs = clock.nowMs();
    const dueAtMs = (owner.ownership?.snapshot.atMs ?? nowMs) + intervalMs;
    if (!goesOn() || nowMs < dueAtMs) continue;
    const untilMs = nowMs + Math.max(intervalMs, shortestWalkLimitMs);
    await write(owner, () => goesOn() && clock.nowMs() < untilMs);
  }
}

/** After the group was left: where another member has taken over already, the store refuses us. */
export async function writeLastSnapshots<State>(dependencies: SnapshotRoundsDependencies<State>): Promise<void> {
  const { write, owners, isCut, clock } = dependencies;
  const untilMs = clock.nowMs() + longestStopSnapshotsMs;
  const mayGoOn = (): boolean => !isCut() && clock.nowMs() < untilMs;
  const writing = async (): Promise<void> => {
    for (const owner of [...owners()]) if (mayGoOn()) await write(owner, mayGoOn);
  };
  let cancel = (): void => undefined;
  const timeUp = new Promise<void>((resolve) => {
    cancel = clock.after(longestStopSnapshotsMs, resolve);
  });
  await Promise.race([writing(), timeUp]);
  cancel();
}
