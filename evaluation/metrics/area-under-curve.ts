import { ascending, type Scores } from './ascending.ts';

/**
 * Probability that an impostor scores higher than a genuine user, ties counting half (Mann-Whitney);
 * 0.5 tells nothing, 1 is perfect. NaN where either list is empty.
 */
export function areaUnderCurve(genuineScores: Scores, impostorScores: Scores): number {
  return areaUnderCurveOfSorted(ascending(genuineScores), ascending(impostorScores));
}

/** {@link areaUnderCurve} of lists that are ascending already: one walk over both. */
export function areaUnderCurveOfSorted(genuine: Float64Array, impostors: Float64Array): number {
  if (genuine.length === 0 || impostors.length === 0) return Number.NaN;
  let wins = 0;
  let below = 0;
  let notAbove = 0;
  for (const score of impostors) {
    while (below < genuine.length && genuine[below]! < score) below++;
    notAbove = Math.max(notAbove, below);
    while (notAbove < genuine.length && genuine[notAbove]! <= score) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (genuine.length * impostors.length);
}
