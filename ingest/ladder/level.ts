import type { Handling } from '../../detection/words/behaviour.ts';
import type { PartitionLag } from './partition-lag.ts';

/** What becomes of a new batch, best first: stamped with one of three handlings, or refused for now. */
export const levels = ['full', 'degraded', 'shed', 'refused'] as const satisfies readonly (Handling | 'refused')[];
/** What becomes of a new batch of one partition. */
export type Level = (typeof levels)[number];

/** From which age of the oldest unjudged record on a step of the ladder is taken, ms. Ascending. */
export interface LadderLimits {
  degradedAfterMs: number;
  shedAfterMs: number;
  refusedAfterMs: number;
  /** From which age on batches are refused while the scorers are away, or never came: well before the topic forgets them unjudged. */
  refusedAwayAfterMs: number;
}

/** A step is taken back once the age is under half of what it took: a lag at the limit does not flicker. */
const takenBackAt = 0.5;

/**
 * The level that follows `before`. Up only under overload: the scorers work, and for as long as the limit says they have lost
 * ground. While they are away, or have not come yet, every record keeps for them, and while they catch up every record will be judged in time, so
 * neither costs any evidence.
 */
export function nextLevel(before: Level, lag: PartitionLag, limits: LadderLimits): Level {
  switch (lag.scorers) {
    case 'unknown':
    case 'away':
      return lag.ageMs >= limits.refusedAwayAfterMs ? 'refused' : 'full';
    case 'moving': {
      const isOn = (level: Level, afterMs: number): boolean =>
        levels.indexOf(before) >= levels.indexOf(level)
          ? lag.ageMs >= afterMs * takenBackAt
          : lag.ageMs >= afterMs && lag.isLosingFor(afterMs);
      if (isOn('refused', limits.refusedAfterMs)) return 'refused';
      if (isOn('shed', limits.shedAfterMs)) return 'shed';
      return isOn('degraded', limits.degradedAfterMs) ? 'degraded' : 'full';
    }
  }
}
