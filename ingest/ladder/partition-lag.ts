/** Where one partition stood when the broker was asked. */
export interface LagReading {
  atMs: number;
  /** The oldest offset still kept. */
  firstOffset: number;
  /** The offset that the next record will get. */
  endOffset: number;
  /** What the scorers have committed; negative where they have committed nothing. */
  committedOffset: number;
}

/**
 * How far the scorers are behind on one partition.
 * - `unknown`: nothing is committed, so all that the topic holds waits, and nobody can say what they would do.
 * - `away`: they have committed nothing for half of the age of what waits, or longer.
 * - `moving`: they work.
 */
export interface PartitionLag {
  scorers: 'unknown' | 'away' | 'moving';
  /** The oldest record that is not judged has waited at least so long; 0 where none waits. */
  ageMs: number;
  /** Whether they have worked all through the last `ms`, and fewer records were judged than came in. */
  isLosingFor(ms: number): boolean;
}

/** Turns the readings of one partition into its lag in seconds. */
export interface LagTrack {
  take(reading: LagReading): PartitionLag;
}

/** Readings are kept so close that an age is known to this share of itself: every one up to eight minutes of lag, fewer beyond. */
const finestShare = 1 / 512;
/** Readings kept at most: enough for a lag of a week. Beyond, every second one is forgotten. */
const mostReadings = 4096;

/**
 * A track that knows nothing yet. A record's age is the time since its offset was first seen to exist: no record is read and no
 * clock but ours is asked. After a start the age of what waited before is thus too small: a gateway that knows little does little.
 * Where nothing is committed it counts from the first reading with records, until the topic holds none.
 * `patienceMs`: between two commits of scorers that work it never takes them for away.
 */
export function createLagTrack({ patienceMs }: { patienceMs: number }): LagTrack {
  /** Oldest first; the first is the one that saw the oldest waiting record first. */
  let readings: LagReading[] = [];
  let committedBefore: number | undefined;
  let lastCommitAtMs: number | undefined;
  let movingSinceMs: number | undefined;

  function remember(reading: LagReading): void {
    const { committedOffset, firstOffset } = reading;
    const waitingFrom = committedOffset < 0 ? firstOffset : committedOffset;
    if (reading.endOffset <= waitingFrom) {
      readings = [];
      return;
    }
    const firstWaiting = readings.findIndex(({ endOffset }) => endOffset > committedOffset);
    readings = firstWaiting < 0 ? [] : readings.slice(firstWaiting);
    const spanMs = reading.atMs - (readings[0]?.atMs ?? reading.atMs);
    const sinceLastMs = reading.atMs - (readings.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY);
    if (sinceLastMs >= finestShare * spanMs) readings.push(reading);
    if (readings.length > mostReadings) readings = readings.filter((_, index) => index % 2 === 0);
  }

  return {
    take(reading) {
      const { atMs, committedOffset } = reading;
      remember(reading);
      const ageMs = Math.max(0, atMs - (readings[0]?.atMs ?? atMs));
      if (committedOffset < 0) {
        committedBefore = committedOffset;
        lastCommitAtMs = movingSinceMs = undefined;
        return { scorers: 'unknown', ageMs, isLosingFor: () => false };
      }
      if (committedBefore !== undefined && committedOffset > committedBefore) lastCommitAtMs = atMs;
      committedBefore = committedOffset;
      const silentMs = lastCommitAtMs === undefined ? Number.POSITIVE_INFINITY : atMs - lastCommitAtMs;
      // Scorers that are away leave an age that is as long as their silence; those that are slow leave a longer one.
      const isAway = ageMs > 0 && silentMs > Math.max(patienceMs, ageMs / 2);
      if (isAway) movingSinceMs = undefined;
      else movingSinceMs ??= atMs;
      const since = movingSinceMs;
      return {
        scorers: isAway ? 'away' : 'moving',
        ageMs,
        isLosingFor(ms) {
          const then = readings.findLast((earlier) => earlier.atMs <= atMs - ms);
          if (then === undefined || since === undefined || since > then.atMs) return false;
          return reading.endOffset - then.endOffset >= committedOffset - then.committedOffset;
        },
      };
    },
  };
}
