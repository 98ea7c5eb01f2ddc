import { countAtMost } from './ascending.ts';
import { normalDeviate } from './normal-deviate.ts';

/** One threshold's detection error trade-off: shares of impostors passed and of genuine samples flagged. */
export interface DetPoint {
  far: number;
  frr: number;
  /** The shares as normal deviates: the axes of the chart. */
  farDeviate: number;
  frrDeviate: number;
}

/**
 * The DET curve of two ascending lists of scores: at most `most` points, evenly spaced in normal deviates of FAR, ascending in FAR.
 * A rate is kept half a sample away from 0 and 1, where a deviate would be infinite. Empty where either set is.
 */
export function detPoints(genuine: Float64Array, impostors: Float64Array, most = 200): DetPoint[] {
  if (genuine.length === 0 || impostors.length === 0) return [];
  const inside = (share: number, samples: number) => Math.min(Math.max(share, 0.5 / samples), 1 - 0.5 / samples);
  const points: DetPoint[] = [];
  const lowest = normalDeviate(0.5 / impostors.length);
  let lastPassed = -1;
  for (let i = 0; i < most; i++) {
    const deviate = lowest * (1 - (2 * i) / Math.max(1, most - 1));
    const wanted = Math.round(shareBelow(deviate) * impostors.length);
    const threshold = wanted === 0 ? Number.NEGATIVE_INFINITY : impostors[Math.min(wanted, impostors.length) - 1]!;
    const passed = countAtMost(impostors, threshold);
    if (passed === lastPassed) continue;
    lastPassed = passed;
    const far = inside(passed / impostors.length, impostors.length);
    const frr = inside(1 - countAtMost(genuine, threshold) / genuine.length, genuine.length);
    points.push({ far, frr, farDeviate: normalDeviate(far), frrDeviate: normalDeviate(frr) });
  }
  return points;
}

/** The share that lies below a normal deviate, by bisection of its inverse: precise enough to choose thresholds for a chart. */
function shareBelow(deviate: number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (normalDeviate(middle) < deviate) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
