import type { Clock } from '../clock.ts';

/**
 * When the snapshot of each partition is due. Kept from one ownership to the next: a rebalance, a rest or a fence ends an
 * ownership, and must not put the snapshot off by another interval.
 */
export interface SnapshotSchedule {
  /** The partition is in this member's hands now; whatever is asked about it says that too. */
  seen(partition: number): void;
  isDue(partition: number): boolean;
  /** The snapshot topic now contains everything. */
  completed(partition: number): void;
  /** Since {@link completed}; since the partition was seen first where that was never said. */
  ageMs(partition: number): number;
}

interface Known {
  completeAtMs: number;
  dueAtMs: number;
  seenAtMs: number;
}

/** Multiples of it, less their whole part, lie far apart: partitions taken over together are not due together. */
const goldenRatio = (Math.sqrt(5) - 1) / 2;
/** Of an interval: within it a partition of which nothing is known is due, so that processes that live shorter than an interval write too. */
const firstShare = 0.5;
/** In intervals: a partition that was elsewhere for longer has had its snapshot from others. */
const longestAbsence = 2;

/** Remembers three numbers for each partition that it is asked about. */
export function createSnapshotSchedule(clock: Pick<Clock, 'nowMs'>, intervalMs: number): SnapshotSchedule {
  const partitions = new Map<number, Known>();

  function of(partition: number): Known {
    const nowMs = clock.nowMs();
    let known = partitions.get(partition);
    if (known === undefined || nowMs - known.seenAtMs > longestAbsence * intervalMs) {
      const firstDelayMs = ((partition * goldenRatio) % 1) * firstShare * intervalMs;
      known = { completeAtMs: nowMs, dueAtMs: nowMs + firstDelayMs, seenAtMs: nowMs };
      partitions.set(partition, known);
    }
    known.seenAtMs = nowMs;
    return known;
  }

  return {
    seen(partition) {
      of(partition);
    },
    isDue: (partition) => clock.nowMs() >= of(partition).dueAtMs,
    completed(partition) {
      const known = of(partition);
      known.completeAtMs = clock.nowMs();
      known.dueAtMs = known.completeAtMs + intervalMs;
    },
    ageMs: (partition) => clock.nowMs() - of(partition).completeAtMs,
  };
}
