import { keystrokeStepMs } from './keystroke-window.ts';

/**
 * The three times of a keystroke as the numbers that models work on, tabulated over the wire's 5 ms steps: `ln` of hold
 * (8..1000 ms) and press-press (5..2000 ms), and `sign(x) ln(1 + |x| / 50 ms)` of release-press (-300..1500 ms).
 */

/** Steps below 0 that release-press reaches: entry `steps + releasePressOffset` of its table. */
export const releasePressOffset = 60;

/** ln ms by hold steps, 0..200. */
export const lnHold = Float64Array.from({ length: 201 }, (_, steps) => Math.log(Math.max(steps * keystrokeStepMs, 8)));
/** ln ms by press-press steps, 0..400. */
export const lnPressPress = Float64Array.from({ length: 401 }, (_, steps) =>
  Math.log(Math.max(steps * keystrokeStepMs, 5)),
);
/** Signed logarithm by release-press steps + {@link releasePressOffset}, -60..300 steps. */
export const signedLnReleasePress = Float64Array.from({ length: 361 }, (_, index) => {
  const ms = (index - releasePressOffset) * keystrokeStepMs;
  return Math.sign(ms) * Math.log1p(Math.abs(ms) / 50);
});
