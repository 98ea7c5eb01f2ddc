import { ascending, type Scores } from './ascending.ts';

/**
 * Quantile `share` (0..1) with linear interpolation between order statistics (Hyndman and Fan's type 7).
 * NaN for no values. The input is left as it is.
 */
export function quantile(values: Scores, share: number): number {
  return quantileOfSorted(ascending(values), share);
}

/** {@link quantile} of a list that is ascending already. */
export function quantileOfSorted(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = Math.min(Math.max(share, 0), 1) * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low === high ? low : low + (high - low) * (position - below);
}

/** The middle value, or the mean of the middle two; NaN for no values. */
export function median(values: Scores): number {
  return quantile(values, 0.5);
}
