/**
 * What typing between two zones typically takes, for anyone: medians over people of each person's median, rounded to 0.05.
 * Taken from the first four sessions of 27 people of the Villani free-text recordings (BSD-3-Clause); pairs that few people
 * type have the overall value. Windows are measured against it, so that what was typed weighs less than how.
 */

/** ln ms, by zone: left, right, space, backspace, modifier, other. */
export const typicalLnHold = Float64Array.of(4.55, 4.55, 4.55, 4.4, 5.5, 4.4);
/** ln ms. */
export const overallLnHold = 4.55;

/** ln ms, by zone pair. */
export const typicalLnPressPress = Float64Array.of(
  ...[5.15, 4.95, 4.95, 6.2, 5.2, 5.2], // from left
  ...[4.95, 5.2, 5.15, 6.2, 5.2, 5.2], // from right
  ...[5.4, 5.5, 5.1, 6.25, 5.45, 5.2], // from space
  ...[5.3, 5.75, 5.2, 5.15, 5.45, 5.2], // from backspace
  ...[5.2, 5.1, 5.2, 5.2, 5.2, 5.2], // from modifier
  ...[5.2, 5.2, 5.2, 5.2, 5.2, 5.25], // from other
);
/** ln ms. */
export const overallLnPressPress = 5.2;

/** `sign(x) ln(1 + |x| / 50 ms)`, by zone pair. */
export const typicalReleasePress = Float64Array.of(
  ...[0.95, 0.65, 0.6, 2.15, 1.05, 1.05],
  ...[0.7, 1.15, 0.85, 2.15, 1.05, 1.05],
  ...[1.25, 1.35, 1.05, 2.2, 1.15, 1.05],
  ...[1.2, 1.75, 1.05, 1.05, 1.15, 1.05],
  ...[-0.9, -0.95, 1.05, 1.05, 1.05, 1.05],
  ...[1.05, 1.05, 1.05, 1.05, 1.05, 1.25],
);
/** In the same signed logarithm. */
export const overallReleasePress = 1.05;
