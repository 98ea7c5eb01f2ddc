/** Scores as they come: a list or a typed array. Higher = stranger. */
export type Scores = ArrayLike<number>;

/** A sorted copy. NaN, which no detector may give, would come last. */
export function ascending(scores: Scores): Float64Array {
  return new Float64Array(scores).sort();
}

/** How many of an ascending list are at most `limit`. */
export function countAtMost(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Number.NaN) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
