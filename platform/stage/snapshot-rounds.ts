import type { Clock } from '../clock.ts';
import type { PartitionOwner } from './partition-owner.ts';
import { createSnapshotSchedule } from './snapshot-schedule.ts';
import type { WriteSnapshot } from './snapshot-writer.ts';
import type { StageMetrics } from './stage-metrics.ts';

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
  metrics: Pick<StageMetrics, 'snapshotAge'>;
}

/** When the snapshots of a member's partitions are written. None of these rejects. */
export interface SnapshotRounds<State> {
  /** Those that are due: one partition after the other, so that a round is never in the way of the work on batches. */
  writeDue(): Promise<void>;
  /** Those of `last`, after the group was left: where another member has taken over already, the store refuses us. */
  writeLast(last: Iterable<PartitionOwner<State>>): Promise<void>;
  /** Tells how old the snapshots of the partitions in hand are. */
  tellAges(): void;
}

/** What it knows of a partition lasts from one ownership to the next; see `SnapshotSchedule`. */
export function createSnapshotRounds<State>(dependencies: SnapshotRoundsDependencies<State>): SnapshotRounds<State> {
  const { write, intervalMs, owners, goesOn, isCut, clock, metrics } = dependencies;
  const schedule = createSnapshotSchedule(clock, intervalMs);

  async function writeOne(owner: PartitionOwner<State>, mayGoOn: () => boolean): Promise<void> {
    if (await write(owner, mayGoOn)) schedule.completed(owner.partition);
  }
  function tellAges(): void {
    for (const { partition } of owners()) metrics.snapshotAge(partition, schedule.ageMs(partition) / 1000);
  }

  return {
    tellAges,
    async writeDue() {
      for (const owner of [...owners()]) {
        if (!goesOn()) return;
        for (const { partition } of owners()) schedule.seen(partition); // a walk may take long
        if (owner.ownership === undefined || !schedule.isDue(owner.partition)) continue;
        const untilMs = clock.nowMs() + Math.max(intervalMs, shortestWalkLimitMs);
        await writeOne(owner, () => goesOn() && clock.nowMs() < untilMs);
      }
      tellAges();
    },
    async writeLast(last) {
      const untilMs = clock.nowMs() + longestStopSnapshotsMs;
      const mayGoOn = (): boolean => !isCut() && clock.nowMs() < untilMs;
      const writing = async (): Promise<void> => {
        for (const owner of [...last]) if (mayGoOn()) await writeOne(owner, mayGoOn);
      };
      let cancel = (): void => undefined;
      const timeUp = new Promise<void>((resolve) => {
        cancel = clock.after(longestStopSnapshotsMs, resolve);
      });
      await Promise.race([writing(), timeUp]);
      cancel();
    },
  };
}
