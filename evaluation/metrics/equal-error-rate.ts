/** How many of an ascending list are at most `limit`. */
function countAtMost(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Number.NaN) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The error rate at which genuine users flagged and impostors missed are equally many, 0..1; higher score = stranger.
 * Thresholds are all distinct scores, flagged means above; the first threshold at which misses reach false alarms is
 * interpolated linearly with the one before (Killourhy and Maxion 2009). NaN where either list is empty.
 */
export function equalErrorRate(genuineScores: readonly number[], impostorScores: readonly number[]): number {
  if (genuineScores.length === 0 || impostorScores.length === 0) return Number.NaN;
  const genuine = Float64Array.from(genuineScores).sort();
  const impostors = Float64Array.from(impostorScores).sort();
  const thresholds = Float64Array.from(new Set([...genuine, ...impostors])).sort();
  let falseAlarms = 1;
  let misses = 0;
  for (const threshold of thresholds) {
    const nextFalseAlarms = 1 - countAtMost(genuine, threshold) / genuine.length;
    const nextMisses = countAtMost(impostors, threshold) / impostors.length;
    const gap = misses - falseAlarms;
    const nextGap = nextMisses - nextFalseAlarms;
    if (nextGap >= 0) {
      const way = nextGap > gap ? -gap / (nextGap - gap) : 0;
      return falseAlarms + way * (nextFalseAlarms - falseAlarms);
    }
    falseAlarms = nextFalseAlarms;
    misses = nextMisses;
  }
  return falseAlarms;
}
