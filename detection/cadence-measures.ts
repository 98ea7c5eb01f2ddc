import type { KeystrokeColumns } from './features/keystroke-window.ts';
import { keystrokeStepMs } from './features/keystroke-window.ts';
import { quantileOfSorted, sortFirst } from './features/order-statistics.ts';

/** What the rules on typing look at, none of it dependent on order. */
export const cadenceMeasureNames = [
  'timingRange',
  'coreRange',
  'pressPressSpread',
  'holdSpread',
  'slowHold',
  'pressPressPeak',
] as const;
/** One order-free measure of regularity. */
export type CadenceMeasure = (typeof cadenceMeasureNames)[number];

/** The measures of one window of typing. */
export interface CadenceMeasures {
  /**
   * `timingRange`: ln of slowest / fastest press-press, the longest pause set aside, plus ln of longest / shortest hold.
   * `coreRange`: the same over the fastest three quarters of the press-press times, so that pauses do not count.
   * `pressPressSpread`: standard deviation of ln press-press. `holdSpread`: standard deviation of the holds over their mean,
   * less what the 5 ms grid makes of a constant. `slowHold`: 90 % quantile of the holds, ln ms.
   * `pressPressPeak`: share of the press-press times in the two best adjacent cells of 10 ms.
   */
  values: Record<CadenceMeasure, number>;
  /** True where times seem read from so coarse a clock that equal ones mean nothing. */
  coarseClock: boolean;
}

/** Fewest flights among the keystrokes for their regularity to mean anything. */
const fewestFlights = 20;

/**
 * From here on (40 ms, in steps) the times of a window are too far apart for a fine clock: among 25 keystrokes of people, the
 * closest two different times are never more than 20 ms apart, on a clock of 15.6 ms as on one of 1 ms.
 */
const coarseGapSteps = 8;

/** ln ms of each step of the grid. */
const lnSteps = Float64Array.from({ length: 401 }, (_, steps) => Math.log(Math.max(steps, 1) * keystrokeStepMs));

/** The mean, and the mean of the squares around it. */
function meanAndVariance(values: Float64Array, count: number): { mean: number; variance: number } {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2;
  return { mean, variance: squares / count };
}

/** Largest variance that rounding gives a constant, in squared steps: half of it goes up, half down. */
const roundingVariance = 0.25;

/** Standard deviation over mean of whole steps, rounding taken off; of a mean below one step, over one step. */
function spreadOfSteps(steps: Float64Array, count: number): number {
  const { mean, variance } = meanAndVariance(steps, count);
  return Math.sqrt(Math.max(variance - roundingVariance, 0)) / Math.max(mean, 1);
}

/** Share of the two best adjacent 10 ms cells of ascending flights: a constant interval with a little jitter may fall on a cell's edge. */
function peakShare(flights: Float64Array): number {
  let best = 0;
  let cell = -2;
  let inCell = 0;
  let inLast = 0;
  for (let i = 0; i < flights.length; i++) {
    const at = (flights[i]! + 1) >> 1;
    if (at !== cell) {
      inLast = at === cell + 1 ? inCell : 0;
      inCell = 0;
      cell = at;
    }
    inCell++;
    if (inLast + inCell > best) best = inLast + inCell;
  }
  return best / flights.length;
}

/** Smallest distance, in steps, between any two different times of the window, 0 among them. Both ascend. */
function smallestGap(holds: Float64Array, flights: Float64Array): number {
  let last = 0;
  let gap = lnSteps.length;
  let h = 0;
  let f = 0;
  while (h < holds.length || f < flights.length) {
    const takesHold = f === flights.length || (h < holds.length && holds[h]! <= flights[f]!);
    const steps = takesHold ? holds[h++]! : flights[f++]!;
    if (steps === last) continue;
    gap = Math.min(gap, steps - last);
    last = steps;
  }
  return gap;
}

/** Working columns of one call, grown to the longest window so far; written before they are read in every call. */
let holdColumn = new Float64Array(64);
let flightColumn = new Float64Array(64);
let lnColumn = new Float64Array(64);

/** What the measures are taken of. */
export type KeyTimings = Pick<KeystrokeColumns, 'holdSteps' | 'pressPressSteps'>;

/** The measures of a window of keystrokes; `undefined` where too few of them have a flight. All of them finite. */
export function cadenceMeasures({ holdSteps, pressPressSteps }: KeyTimings): CadenceMeasures | undefined {
  const n = holdSteps.length;
  if (holdColumn.length < n) {
    holdColumn = new Float64Array(2 * n);
    flightColumn = new Float64Array(2 * n);
    lnColumn = new Float64Array(2 * n);
  }
  let count = 0;
  for (let i = 0; i < n; i++) {
    holdColumn[i] = holdSteps[i]!;
    const steps = pressPressSteps[i]!;
    if (steps < 0) continue;
    lnColumn[count] = lnSteps[steps]!;
    flightColumn[count++] = steps;
  }
  if (count < fewestFlights) return undefined;
  const pressPressSpread = Math.sqrt(meanAndVariance(lnColumn, count).variance);
  const holdSpread = spreadOfSteps(holdColumn, n);
  const flights = sortFirst(flightColumn, count);
  const holds = sortFirst(holdColumn, n);
  for (let i = 0; i < n; i++) lnColumn[i] = lnSteps[holds[i]!]!;
  const flightAt = (rank: number) => lnSteps[flights[rank]!]!;
  const holdRange = lnColumn[n - 1]! - lnColumn[0]!;
  return {
    values: {
      timingRange: flightAt(count - 2) - flightAt(0) + holdRange,
      coreRange: flightAt(Math.floor(0.75 * (count - 1))) - flightAt(0) + holdRange,
      pressPressSpread,
      holdSpread,
      slowHold: quantileOfSorted(lnColumn, n, 0.9),
      pressPressPeak: peakShare(flights),
    },
    coarseClock: smallestGap(holds, flights) >= coarseGapSteps,
  };
}
