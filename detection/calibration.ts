import type { Calibration } from './words/template.ts';

/** What the operator promises a worker: at most one false alert in so many working days. */
export interface FalseAlarmContract {
  workingDaysPerFalseAlert: number;
  /** Windows scored for one account in a working day. */
  windowsPerWorkingDay: number;
}

/** Keystrokes and pointer each spend half of the budget, so that the larger of the two ratios may decide. */
const modalityShareOfBudget = 0.5;
/** Windows' worth of trust in {@link typicalScale}. */
const scalePrior = 20;
/** Typical spread of an account's scores, as a share of their median. */
const typicalScale = 0.15;
/** Least allowance per window, in standard units: what a session may be stranger than the enrolment without being held against it. */
const leastAllowance = 1.25;
/** How many standard deviations between own sessions the allowance forgives. */
const sessionAllowance = 1;
/** Typical standard deviation between one person's sessions, in standard units, and the sessions' worth of trust in it. */
const typicalSessionSpread = 0.5;
const sessionPrior = 3;
/** Windows until the safety margin has halved. */
const marginHalvesAt = 50;
const shortHistoryMargin = 0.5;
/** A threshold is at least this far above the highest evidence that the account's own stream reached. */
const ownMaximumMargin = 1.25;

function sortedCopy(values: Float32Array | Float64Array): Float64Array {
  return Float64Array.from(values).sort();
}

function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (position - below);
}

/** Standard deviation between the sessions' median standardised scores, shrunk towards the typical one. */
function sessionSpread(standard: Float64Array, starts: readonly number[]): number {
  const middles: number[] = [];
  for (let s = 0; s < starts.length; s++) {
    const session = standard.slice(starts[s]!, starts[s + 1] ?? standard.length);
    if (session.length > 0) middles.push(quantile(session.sort(), 0.5));
  }
  if (middles.length < 2) return typicalSessionSpread;
  const mean = middles.reduce((sum, m) => sum + m, 0) / middles.length;
  const variance = middles.reduce((sum, m) => sum + (m - mean) ** 2, 0) / (middles.length - 1);
  const degrees = middles.length - 1;
  return Math.sqrt((degrees * variance + sessionPrior * typicalSessionSpread ** 2) / (degrees + sessionPrior));
}

/**
 * The exponent at which the genuine stream's evidence decays: the positive root t of mean exp(t (x - allowance)) = 1 over sums
 * of two neighbouring windows (they overlap by half, so single windows would look more independent than they are). The own
 * stream is mixed with as many standard normal points as {@link scalePrior} says.
 */
function decayExponent(standard: Float64Array, starts: readonly number[], allowance: number): number {
  const firsts = new Set(starts);
  const sums: number[] = [];
  for (let i = 1; i < standard.length; i++) {
    if (!firsts.has(i)) sums.push(standard[i]! + standard[i - 1]! - 2 * allowance);
  }
  for (const point of [-1.64, -1.04, -0.67, -0.39, -0.13, 0.13, 0.39, 0.67, 1.04, 1.64, 2.3, 3]) {
    sums.push(1.8 * point - 2 * allowance);
  }
  const grows = (t: number) => sums.reduce((total, x) => total + Math.exp(t * x), 0) / sums.length > 1;
  let low = 0.02;
  let high = 4;
  if (grows(low)) return low;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (grows(middle)) high = middle;
    else low = middle;
  }
  return low;
}

/** Highest evidence that the account's own stream reaches; evidence starts anew with every session. */
function highestEvidence(standard: Float64Array, starts: readonly number[], allowance: number): number {
  const firsts = new Set(starts);
  let highest = 0;
  let evidence = 0;
  for (let i = 0; i < standard.length; i++) {
    if (firsts.has(i)) evidence = 0;
    evidence = Math.max(0, evidence + standard[i]! - allowance);
    if (evidence > highest) highest = evidence;
  }
  return highest;
}

/**
 * From an account's out-of-fold genuine scores, in time order, to standard units and to a sequential test that keeps the
 * contract as far as that stream can tell.
 *
 * Scores become `(score - median) / scale`, the scale being the median absolute deviation shrunk towards a constant while
 * windows are few. The allowance is what the account's own sessions differ by. Under it genuine evidence decays with an
 * exponent that is estimated from the stream (Lundberg's), so that the mean number of windows to a false alert grows as
 * exp(exponent x threshold); the threshold is where that reaches the contract, widened while history is short, and never
 * below the highest that the own stream reached with a margin.
 *
 * @param outOfFoldScores scores of windows by models that had not seen them (whole sessions left out)
 * @param sessionStarts index of each session's first window, ascending, beginning with 0
 * @throws RangeError without scores, or for a contract that is not positive
 */
export function calibrate(
  outOfFoldScores: Float32Array,
  sessionStarts: readonly number[],
  contract: FalseAlarmContract,
): Calibration {
  const windows = contract.workingDaysPerFalseAlert * contract.windowsPerWorkingDay;
  const n = outOfFoldScores.length;
  if (n === 0) throw new RangeError('calibration needs at least one out-of-fold score');
  if (!(windows > 0)) throw new RangeError('the false-alarm contract must be positive');
  const sorted = sortedCopy(outOfFoldScores);
  const location = quantile(sorted, 0.5);
  const deviations = sortedCopy(sorted.map((score) => Math.abs(score - location)));
  const ownScale = 1.4826 * quantile(deviations, 0.5);
  const scale = Math.max((n * ownScale + scalePrior * typicalScale * location) / (n + scalePrior), 1e-6);
  const standard = Float64Array.from(outOfFoldScores, (score) => (score - location) / scale);
  const allowance = leastAllowance + sessionAllowance * sessionSpread(standard, sessionStarts);
  const exponent = decayExponent(standard, sessionStarts, allowance);
  const contracted = Math.log(Math.max(windows / modalityShareOfBudget, Math.E)) / exponent;
  const margin = 1 + shortHistoryMargin * 0.5 ** (n / marginHalvesAt);
  const threshold = Math.max(
    contracted * margin,
    highestEvidence(standard, sessionStarts, allowance) * ownMaximumMargin,
  );
  return {
    scoreQuantiles: Float32Array.from({ length: 101 }, (_, percent) => quantile(sorted, percent / 100)),
    location,
    scale,
    allowance,
    threshold,
  };
}

/** Share of the account's own genuine windows that score lower, 0..100. */
export function percentileOf(calibration: Calibration, score: number): number {
  const { scoreQuantiles } = calibration;
  const last = scoreQuantiles.length - 1;
  if (score <= scoreQuantiles[0]!) return 0;
  if (score >= scoreQuantiles[last]!) return 100;
  let below = 0;
  while (scoreQuantiles[below + 1]! <= score) below++;
  const low = scoreQuantiles[below]!;
  const high = scoreQuantiles[below + 1]!;
  return ((below + (score - low) / (high - low)) / last) * 100;
}
