/**
 * Probability that an impostor scores higher than a genuine user, ties counting half (Mann-Whitney with mid-ranks);
 * 0.5 tells nothing, 1 is perfect. NaN where either list is empty.
 */
export function areaUnderCurve(genuineScores: readonly number[], impostorScores: readonly number[]): number {
  const genuine = genuineScores.length;
  const impostors = impostorScores.length;
  if (genuine === 0 || impostors === 0) return Number.NaN;
  const entries = [
    ...genuineScores.map((score) => ({ score, impostor: false })),
    ...impostorScores.map((score) => ({ score, impostor: true })),
  ].sort((a, b) => a.score - b.score);

  let impostorRanks = 0;
  for (let start = 0; start < entries.length; ) {
    let end = start;
    let impostorsHere = 0;
    while (end < entries.length && entries[end]?.score === entries[start]?.score) {
      if (entries[end]?.impostor === true) impostorsHere += 1;
      end += 1;
    }
    // Ranks start+1..end are shared by the tied.
    impostorRanks += (impostorsHere * (start + 1 + end)) / 2;
    start = end;
  }
  return (impostorRanks - (impostors * (impostors + 1)) / 2) / (genuine * impostors);
}
