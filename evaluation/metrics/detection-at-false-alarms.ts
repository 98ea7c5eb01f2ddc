import { ascending, countAtMost, type Scores } from './ascending.ts';
import { quantileOfSorted } from './quantile.ts';

/**
 * Share of impostor scores strictly above the `1 - falseAlarmShare` quantile of the genuine scores: how many are
 * caught when that share of genuine windows may be flagged. NaN where either list is empty.
 */
export function detectionAtFalseAlarms(genuineScores: Scores, impostorScores: Scores, falseAlarmShare: number): number {
  return detectionAtFalseAlarmsOfSorted(ascending(genuineScores), ascending(impostorScores), falseAlarmShare);
}

/** {@link detectionAtFalseAlarms} of lists that are ascending already. */
export function detectionAtFalseAlarmsOfSorted(
  genuine: Float64Array,
  impostors: Float64Array,
  falseAlarmShare: number,
): number {
  if (genuine.length === 0 || impostors.length === 0) return Number.NaN;
  const threshold = quantileOfSorted(genuine, 1 - falseAlarmShare);
  return (impostors.length - countAtMost(impostors, threshold)) / impostors.length;
}
