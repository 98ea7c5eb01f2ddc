import { quantileOfSorted } from '../features/order-statistics.ts';

/** Quantiles 0, 1, .. 100 % of an account's genuine scores: 101 numbers, ascending. @throws RangeError for no scores */
export function scoreQuantilesOf(scores: Float64Array): Float32Array {
  if (scores.length === 0) throw new RangeError('quantiles need at least one score');
  const sorted = scores.slice().sort();
  return Float32Array.from({ length: 101 }, (_, percent) => quantileOfSorted(sorted, sorted.length, percent / 100));
}

/** Share of the account's own genuine windows that score lower, 0..100. NaN counts as the lowest. */
export function percentileOfScore(quantiles: Float32Array, score: number): number {
  const last = quantiles.length - 1;
  if (!(score > quantiles[0]!)) return 0;
  if (score >= quantiles[last]!) return 100;
  let below = 0;
  while (quantiles[below + 1]! <= score) below++;
  const low = quantiles[below]!;
  const high = quantiles[below + 1]!;
  return ((below + (score - low) / (high - low)) / last) * 100;
}
