import { quantileOfSorted } from '../features/order-statistics.ts';

/** Where a detector's genuine scores lie, and how far they spread. */
export interface ScoreUnits {
  location: number;
  /** Positive. */
  scale: number;
}

/**
 * Units of each detector's score, the same for every account: scores are already in the account's own spreads, and a second
 * scaling by a few drifting scores of its own only adds noise where one threshold serves all accounts.
 */
export interface FusionConstants {
  /** Scores fused under different versions are not comparable. */
  version: number;
  detectors: Readonly<Record<string, ScoreUnits>>;
  /** Standardised scores are clipped to these bounds before they are averaged; not at all where absent. */
  bounds?: { least: number; most: number };
}

/**
 * Mean over the detectors of `(score - location) / scale`. Higher is stranger, 0 is a usual genuine score.
 * @throws RangeError without a score, for a detector that the constants do not know, a scale that is not positive, and NaN
 */
export function fuse(scores: Readonly<Record<string, number>>, constants: FusionConstants): number {
  const { detectors, bounds } = constants;
  let sum = 0;
  let count = 0;
  for (const detector of Object.keys(scores)) {
    const units = detectors[detector];
    if (units === undefined) throw new RangeError(`no constants for detector ${detector}`);
    if (!(units.scale > 0)) throw new RangeError(`the scale of detector ${detector} is ${units.scale}`);
    const standard = (scores[detector]! - units.location) / units.scale;
    if (Number.isNaN(standard)) throw new RangeError(`detector ${detector} scored ${scores[detector]}`);
    sum += bounds === undefined ? standard : Math.min(Math.max(standard, bounds.least), bounds.most);
    count++;
  }
  if (count === 0) throw new RangeError('there is no score to fuse');
  return sum / count;
}

/** Makes a median absolute deviation comparable with a standard deviation. */
const normalConsistency = 1.4826;

/**
 * Median of genuine scores and 1.4826 times their median absolute deviation.
 * @throws RangeError without scores, and for scores that are not finite
 */
export function scoreUnitsOf(genuineScores: Float64Array): ScoreUnits {
  if (genuineScores.length === 0) throw new RangeError('units need at least one score');
  if (!genuineScores.every(Number.isFinite)) throw new RangeError('a genuine score is not finite');
  const location = medianOf(genuineScores);
  return { location, scale: normalConsistency * medianOf(genuineScores.map((score) => Math.abs(score - location))) };
}

function medianOf(values: Float64Array): number {
  return quantileOfSorted(values.slice().sort(), values.length, 0.5);
}

/**
 * Constants for one detector: medians, over accounts, of the location and scale of their out-of-fold genuine scores. Which
 * accounts they come from belongs into a report: an account that is judged should not be among them.
 * @throws RangeError without accounts, and where half of the accounts score without any spread
 */
export function constantUnits(outOfFoldScores: readonly Float64Array[]): ScoreUnits {
  if (outOfFoldScores.length === 0) throw new RangeError('constants need at least one account');
  const units = outOfFoldScores.map(scoreUnitsOf);
  const scale = medianOf(Float64Array.from(units, (unit) => unit.scale));
  if (!(scale > 0)) throw new RangeError('half of the accounts score without any spread');
  return { location: medianOf(Float64Array.from(units, (unit) => unit.location)), scale };
}

/** Where {@link softCompression} turns from a line into a logarithm. */
const compressionKnee = 5;

/** `sign(x) ln(1 + |x| / 5)`: order and sign stay, and one very large score no longer outweighs all others. */
export function softCompression(score: number): number {
  return Math.sign(score) * Math.log1p(Math.abs(score) / compressionKnee);
}

/** How a fused one-class score enters beside a log-likelihood ratio: `weight x f(stretch x score)`, or `weight x score`. */
export interface OneClassPart {
  weight: number;
  /** Factor inside the compression; null where the score enters as it is. */
  compressedAfterStretch: number | null;
}

/**
 * Background log-likelihood ratio (compressed) plus one-class score. Higher is stranger. Published settings of `part`: free text
 * `{ 1, 1 }`, fixed text `{ 2, 3 }`, pointer from 30 strokes on `{ 0.3, null }` for the mean of its three detectors.
 */
export function fuseWithLikelihoodRatio(likelihoodRatio: number, oneClass: number, part: OneClassPart): number {
  const { weight, compressedAfterStretch: stretch } = part;
  return (
    softCompression(likelihoodRatio) + weight * (stretch === null ? oneClass : softCompression(stretch * oneClass))
  );
}
