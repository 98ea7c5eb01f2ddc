import { activityKinds } from '../words/behaviour.ts';

/** One window of active time that is filling, and how unevenly the ones before it filled. */
export interface ActivityWindow {
  activeMs: number;
  /** Events of each kind since it began. */
  counts: readonly number[];
  /** Of each kind, fading: `(count - expected)^2 - expected` of past windows, the variance beyond chance, */
  excess: readonly number[];
  /** and `expected^2`, which it is relative to. */
  squares: readonly number[];
}

/** What is remembered of how much a subject does: 52 numbers. Immutable. Arrays are in the order of `activityKinds`. */
export interface ActivityState {
  /** Hours of active time learned of each kind, fading; 0 until its first event, since a collector may not count it. */
  learnedHours: readonly number[];
  /** Events learned of each kind, fading alike. */
  learned: readonly number[];
  windows: readonly [ActivityWindow, ActivityWindow];
  /** In thresholds; fades with active time. */
  evidence: number;
  /** The strongest excess of past windows, in thresholds, with a margin, fading: what an alert has to be stronger than. */
  highest: number;
}

const kinds = activityKinds.length;
const none: readonly number[] = Array.from({ length: kinds }, () => 0);
const newWindow: ActivityWindow = { activeMs: 0, counts: none, excess: none, squares: none };

/** Numbers of an encoded state. */
export const activityStateLength = 2 + 2 * kinds + 2 * (1 + 3 * kinds);

/** The state of a subject that nothing is known of. */
export function newActivityState(): ActivityState {
  return { learnedHours: none, learned: none, windows: [newWindow, newWindow], evidence: 0, highest: 0 };
}

/** The state as {@link activityStateLength} numbers, exact. */
export function activityStateToNumbers({ learnedHours, learned, windows, evidence, highest }: ActivityState): number[] {
  const ofWindow = ({ activeMs, counts, excess, squares }: ActivityWindow) => [
    activeMs,
    ...counts,
    ...excess,
    ...squares,
  ];
  return [evidence, highest, ...learnedHours, ...learned, ...ofWindow(windows[0]), ...ofWindow(windows[1])];
}

/**
 * The state that {@link activityStateToNumbers} wrote.
 * @throws RangeError for another length, a number that is not finite, and a negative one where there can be none
 */
export function activityStateFromNumbers(numbers: readonly number[]): ActivityState {
  if (numbers.length !== activityStateLength || !numbers.every(Number.isFinite)) {
    throw new RangeError(`an activity state is ${activityStateLength} finite numbers`);
  }
  let at = 0;
  const next = (count: number) => {
    at += count;
    return numbers.slice(at - count, at);
  };
  const [evidence, highest] = next(2);
  const learnedHours = next(kinds);
  const learned = next(kinds);
  const window = (): ActivityWindow => ({
    activeMs: next(1)[0]!,
    counts: next(kinds),
    excess: next(kinds),
    squares: next(kinds),
  });
  const state: ActivityState = {
    learnedHours,
    learned,
    windows: [window(), window()],
    evidence: evidence!,
    highest: highest!,
  };
  const unsigned = [state.evidence, state.highest, ...learnedHours, ...learned];
  for (const { activeMs, counts, squares } of state.windows) unsigned.push(activeMs, ...counts, ...squares);
  if (unsigned.some((value) => value < 0)) throw new RangeError('an activity state counts below zero');
  return state;
}

/** The state with its windows begun anew and no evidence; what was learned, and how unevenly past windows filled, stays. */
export function withoutEvidenceOfActivity(state: ActivityState): ActivityState {
  const [short, long] = state.windows;
  const begun = (window: ActivityWindow): ActivityWindow => ({ ...window, activeMs: 0, counts: none });
  return { ...state, windows: [begun(short), begun(long)], evidence: 0 };
}
