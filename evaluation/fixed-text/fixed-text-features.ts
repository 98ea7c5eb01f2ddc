import { cmuTimings } from '../recordings/cmu.ts';

const { holds, flights } = cmuTimings;

/** Log hold, log press-press, signed-log release-press: all 31 timings of a repetition. */
export const allFeatures = holds + 2 * flights;
/** Without release-press, which follows from the other two: a covariance of all 31 has no inverse to speak of. */
export const independentFeatures = holds + flights;

/** Where the holds, the press-press and the release-press times begin and end among all features. */
export const timingGroups = [
  [0, holds],
  [holds, independentFeatures],
  [independentFeatures, allFeatures],
] as const;

/** Seconds; a timing of 0 or below has no logarithm. */
const leastSeconds = 1e-3;
/** Seconds at which the signed logarithm of a release-press time turns from a line into a logarithm. */
const knee = 0.05;

/**
 * Features of a repetition (seconds, as `FixedTextSubject` orders them): logarithms, since people differ and vary by
 * factors; release-press times, which may be negative, by `sign(x) ln(1 + |x| / 50 ms)`.
 */
export function fixedTextFeatures(timings: Float64Array): Float64Array {
  const features = new Float64Array(allFeatures);
  for (let i = 0; i < independentFeatures; i++) features[i] = Math.log(Math.max(timings[i]!, leastSeconds));
  for (let i = independentFeatures; i < allFeatures; i++) {
    features[i] = Math.sign(timings[i]!) * Math.log1p(Math.abs(timings[i]!) / knee);
  }
  return features;
}

/** Log holds and log press-press times alone: the same memory, not a copy. */
export function withoutReleasePress(features: Float64Array): Float64Array {
  return features.subarray(0, independentFeatures);
}

/** Log holds and signed-log release-press times: what a background is made of. */
export function withoutPressPress(features: Float64Array): Float64Array {
  const kept = new Float64Array(independentFeatures);
  kept.set(features.subarray(0, holds));
  kept.set(features.subarray(independentFeatures), holds);
  return kept;
}
