/**
 * What typing between two zones typically takes, for anyone: centre (median) and spread (mean absolute deviation) by zone
 * pair, rounded to 0.05, and one shape for all pairs. Taken from the first four sessions of 27 people of the Villani
 * free-text recordings (BSD-3-Clause) by `scripts/generate-typical-typing.ts`; a pair that is rarely typed has the values of
 * its second zone. A table of such few numbers was measured to tell people apart as well as full histograms do.
 */
export interface TypicalTiming {
  /** By zone pair, `previous * 6 + current`: left, right, space, backspace, modifier, other. */
  centre: Float64Array;
  /** Positive; likewise. */
  spread: Float64Array;
  /** Quantiles of `(value - centre) / spread` at {@link typicalLevels}, ascending. */
  shape: Float64Array;
}

/** The shares that the shapes are quantiles of. */
export const typicalLevels = Float64Array.of(
  0.001,
  0.01,
  0.05,
  0.1,
  0.15,
  0.2,
  0.25,
  0.3,
  0.35,
  0.4,
  0.45,
  0.5,
  0.55,
  0.6,
  0.65,
  0.7,
  0.75,
  0.8,
  0.85,
  0.9,
  0.95,
  0.99,
  0.999,
);

/** ln ms. */
export const typicalHold: TypicalTiming = {
  centre: Float64Array.of(
    ...[4.55, 4.5, 4.55, 4.4, 5.4, 4.4], // from left
    ...[4.55, 4.55, 4.55, 4.4, 5.4, 4.4], // from right
    ...[4.55, 4.55, 4.55, 4.4, 5.4, 4.4], // from space
    ...[4.7, 4.5, 4.55, 4.4, 5.4, 4.4], // from backspace
    ...[4.7, 4.55, 4.55, 4.4, 5.4, 4.4], // from modifier
    ...[4.55, 4.55, 4.55, 4.4, 5.7, 4.4], // from other
  ),
  spread: Float64Array.of(
    ...[0.3, 0.3, 0.25, 0.3, 0.45, 0.45], // from left
    ...[0.3, 0.3, 0.25, 0.3, 0.45, 0.45], // from right
    ...[0.3, 0.3, 0.35, 0.35, 0.45, 0.45], // from space
    ...[0.25, 0.3, 0.25, 0.3, 0.45, 0.45], // from backspace
    ...[0.3, 0.3, 0.25, 0.3, 0.45, 0.45], // from modifier
    ...[0.3, 0.3, 0.25, 0.3, 0.5, 0.45], // from other
  ),
  shape: Float64Array.of(
    -6.14,
    -3.83,
    -2.48,
    -1.52,
    -1.31,
    -1.01,
    -0.67,
    -0.56,
    -0.56,
    -0.39,
    -0.06,
    0.01,
    0.18,
    0.35,
    0.5,
    0.6,
    0.79,
    0.96,
    1.27,
    1.54,
    1.95,
    2.98,
    7.86,
  ),
};

/** ln ms. */
export const typicalPressPress: TypicalTiming = {
  centre: Float64Array.of(
    ...[5.15, 5.05, 4.95, 6.1, 5.45, 5.5], // from left
    ...[4.95, 5.25, 5.15, 6.15, 5.45, 5.5], // from right
    ...[5.4, 5.5, 5.1, 6.25, 5.4, 5.5], // from space
    ...[5.25, 5.75, 5, 5.15, 5.45, 5.5], // from backspace
    ...[5.2, 4.95, 5, 5.5, 5.45, 5.5], // from modifier
    ...[5.15, 5.2, 5, 5.5, 5.45, 5.5], // from other
  ),
  spread: Float64Array.of(
    ...[0.4, 0.5, 0.4, 0.35, 0.7, 0.65], // from left
    ...[0.45, 0.45, 0.45, 0.35, 0.7, 0.65], // from right
    ...[0.6, 0.5, 0.3, 0.4, 0.65, 0.65], // from space
    ...[0.7, 0.5, 0.45, 0.25, 0.7, 0.65], // from backspace
    ...[0.6, 0.5, 0.45, 0.6, 0.7, 0.65], // from modifier
    ...[0.5, 0.5, 0.45, 0.6, 0.7, 0.65], // from other
  ),
  shape: Float64Array.of(
    -6.78,
    -3.36,
    -1.92,
    -1.36,
    -1.12,
    -0.89,
    -0.7,
    -0.55,
    -0.43,
    -0.27,
    -0.15,
    -0.02,
    0.16,
    0.24,
    0.41,
    0.6,
    0.77,
    1.02,
    1.34,
    1.78,
    2.51,
    3.94,
    6.04,
  ),
};

/** `sign(x) ln(1 + |x| / 50 ms)`. */
export const typicalReleasePress: TypicalTiming = {
  centre: Float64Array.of(
    ...[0.95, 0.8, 0.55, 2.1, 1.35, 1.45], // from left
    ...[0.75, 1.15, 0.95, 2.15, 1.35, 1.45], // from right
    ...[1.15, 1.4, 1.05, 2.2, 1.25, 1.45], // from space
    ...[1.05, 1.75, 0.65, 1.05, 1.35, 1.45], // from backspace
    ...[-0.85, -0.95, 0.65, 1.4, 1.35, 1.45], // from modifier
    ...[0.95, 1.05, 0.65, 1.4, 1.35, 1.45], // from other
  ),
  spread: Float64Array.of(
    ...[0.65, 0.75, 0.65, 0.4, 0.85, 0.6], // from left
    ...[0.65, 0.65, 0.75, 0.4, 0.85, 0.6], // from right
    ...[0.75, 0.65, 0.3, 0.45, 0.85, 0.6], // from space
    ...[0.85, 0.55, 0.7, 0.2, 0.85, 0.6], // from backspace
    ...[0.55, 0.4, 0.7, 0.6, 0.85, 0.6], // from modifier
    ...[0.7, 0.8, 0.7, 0.6, 0.85, 0.6], // from other
  ),
  shape: Float64Array.of(
    -4.15,
    -2.98,
    -2.34,
    -1.88,
    -1.46,
    -1.07,
    -0.82,
    -0.57,
    -0.43,
    -0.25,
    -0.12,
    0.02,
    0.14,
    0.28,
    0.4,
    0.54,
    0.71,
    0.88,
    1.13,
    1.52,
    2.1,
    3.13,
    6.28,
  ),
};
