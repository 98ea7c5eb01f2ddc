/** Linearly interpolated quantile of the first `count` values, which must ascend; 0 of none. */
export function quantileOfSorted(sorted: Float64Array | Int16Array | Int32Array, count: number, share: number): number {
  if (count === 0) return 0;
  const position = (count - 1) * share;
  const below = Math.floor(position);
  const above = below + 1 < count ? below + 1 : below;
  const fraction = position - below;
  return sorted[below]! * (1 - fraction) + sorted[above]! * fraction;
}
