import { pairBreakMs } from '../collector/keystroke-collector.ts';
import type { RawKeystroke } from '../collector/raw-input.ts';

/** Holds and press-press times of real or synthetic people, taken out of their order; what a careful injector imitates. */
export interface HumanTimings {
  holdsMs: readonly number[];
  pressPressMs: readonly number[];
}

/** Longer holds are accidents that no injector would imitate. */
const longestImitatedHoldMs = 1_000;

/** Gathers the marginal timings of sessions; pauses above 2 s and impossible rows are left out. */
export function gatherHumanTimings(sessions: Iterable<readonly RawKeystroke[]>): HumanTimings {
  const holdsMs: number[] = [];
  const pressPressMs: number[] = [];
  for (const session of sessions) {
    let previousPressMs = Number.NaN;
    for (const { pressMs, releaseMs } of session) {
      const holdMs = releaseMs - pressMs;
      if (holdMs >= 0 && holdMs < longestImitatedHoldMs) holdsMs.push(holdMs);
      const flightMs = pressMs - previousPressMs;
      if (flightMs >= 0 && flightMs <= pairBreakMs) pressPressMs.push(flightMs);
      previousPressMs = pressMs;
    }
  }
  return { holdsMs, pressPressMs };
}
