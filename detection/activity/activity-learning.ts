import { expectationOf } from './activity-expectation.ts';
import type { ActivityModel } from './activity-model.ts';
import { activityWindowsMs, hourMs } from './activity-model.ts';
import type { ActivityState, ActivityWindow } from './activity-state.ts';
import { countAtSurprise } from './excess-surprise.ts';

/** Active hours after which what was learned counts half: about four weeks of work. */
const halfLifeHours = 100;
/** A window that came further than this share of the threshold teaches no more than one that came as far. */
const learnedUpTo = 0.5;
/** An alert is stronger than all that the account did before, by this margin, as long as that is remembered; up to a limit. */
const alertMargin = 1.2;
const highestInThresholds = 3;

/** What each kind of a window counts towards learning: an excess is cut where it would surprise by half a threshold. */
function learnable(model: ActivityModel, state: ActivityState, index: 0 | 1, threshold: number): number[] {
  return state.windows[index].counts.map((count, kind) => {
    const { expected, shape } = expectationOf(model, state, kind, index);
    return Math.min(count, countAtSurprise(learnedUpTo * threshold, expected, shape));
  });
}

/** The next window: empty, and knowing how unevenly the ones before it filled. */
function emptied(model: ActivityModel, state: ActivityState, index: 0 | 1, threshold: number): ActivityWindow {
  const window = state.windows[index];
  const counts = learnable(model, state, index, threshold);
  const kept = fading(window.activeMs);
  const expected = counts.map((_, kind) => expectationOf(model, state, kind, index).expected);
  return {
    activeMs: 0,
    counts: counts.map(() => 0),
    excess: counts.map((count, kind) => kept * window.excess[kind]! + (count - expected[kind]!) ** 2 - expected[kind]!),
    squares: expected.map((each, kind) => kept * window.squares[kind]! + each * each),
  };
}

function fading(activeMs: number): number {
  return 0.5 ** (activeMs / hourMs / halfLifeHours);
}

/**
 * Full windows are emptied. Rates are learned when the long one is, and the short one then starts anew with it: what is
 * expected never moves under a window that is filling, so that doing nothing cannot make what was done before look like more.
 */
export function learned(
  model: ActivityModel,
  state: ActivityState,
  thresholds: readonly [number, number],
  inThresholds: readonly [number, number],
): ActivityState {
  const [short, long] = state.windows;
  const shortIsFull = short.activeMs >= activityWindowsMs[0];
  if (long.activeMs < activityWindowsMs[1]) {
    if (!shortIsFull) return state;
    const highest = Math.max(state.highest, remembered(inThresholds[0]));
    return { ...state, highest, windows: [emptied(model, state, 0, thresholds[0]), long] };
  }
  const counts = learnable(model, state, 1, thresholds[1]);
  const kept = fading(long.activeMs);
  return {
    ...state,
    windows: [
      shortIsFull ? emptied(model, state, 0, thresholds[0]) : { ...short, activeMs: 0, counts: counts.map(() => 0) },
      emptied(model, state, 1, thresholds[1]),
    ],
    learned: counts.map((count, kind) => kept * state.learned[kind]! + count),
    learnedHours: counts.map((count, kind) =>
      count + state.learned[kind]! > 0 ? kept * state.learnedHours[kind]! + long.activeMs / hourMs : 0,
    ),
    highest: Math.max(kept * state.highest, ...inThresholds.map(remembered)),
  };
}

function remembered(inThresholds: number): number {
  return Math.min(alertMargin * inThresholds, highestInThresholds);
}
