import { quantile } from './quantile.ts';

/**
 * Share of impostor scores strictly above the `1 - falseAlarmShare` quantile of the genuine scores: how many are
 * caught when that share of genuine windows may be flagged. NaN where either list is empty.
 */
export function detectionAtFalseAlarms(
  genuineScores: readonly number[],
  impostorScores: readonly number[],
  falseAlarmShare: number,
): number {
  if (genuineScores.length === 0 || impostorScores.length === 0) return Number.NaN;
  const threshold = quantile(genuineScores, 1 - falseAlarmShare);
  return impostorScores.filter((score) => score > threshold).length / impostorScores.length;
}
