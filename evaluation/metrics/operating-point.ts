import { countAtMost } from './ascending.ts';

/**
 * FRR where at most `farShare` of the impostors pass (ISO/IEC 19795-1): a sample passes where its score is at most the
 * threshold, so the threshold lies just below the first impostor score too many. Ascending lists; NaN where either is empty.
 */
export function frrAtFar(genuine: Float64Array, impostors: Float64Array, farShare: number): number {
  if (genuine.length === 0 || impostors.length === 0) return Number.NaN;
  const passing = Math.floor(farShare * impostors.length);
  if (passing >= impostors.length) return 0;
  return (genuine.length - countBelow(genuine, impostors[passing]!)) / genuine.length;
}

/** FAR where at most `frrShare` of the genuine samples are flagged, that is, score above the threshold. Ascending lists; NaN where either is empty. */
export function farAtFrr(genuine: Float64Array, impostors: Float64Array, frrShare: number): number {
  if (genuine.length === 0 || impostors.length === 0) return Number.NaN;
  const flagged = Math.floor(frrShare * genuine.length);
  if (flagged >= genuine.length) return 0;
  return countAtMost(impostors, genuine[genuine.length - 1 - flagged]!) / impostors.length;
}

/** How many of an ascending list are below `limit`. */
function countBelow(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
