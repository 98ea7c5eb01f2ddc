/** A threshold that keeps a false-alarm share, or how many scores it would take. */
export type FalseAlarmThreshold =
  | { kind: 'threshold'; threshold: number }
  | { kind: 'too-few-scores'; scores: number; scoresNeeded: number };

/**
 * The account's own threshold for a promised share of false alarms (0..1, both excluded): of n out-of-fold genuine scores the
 * one of rank `ceil((n + 1)(1 - share))`. One more score from the same source lies strictly above it with at most that
 * probability, whatever the distribution (conformal prediction: Vovk, Gammerman and Shafer 2005). Drift breaks the promise; it
 * is for the false-alarm contract only, and makes scores of different accounts no more comparable.
 * @throws RangeError for a share outside 0..1, and for scores that are not finite
 */
export function falseAlarmThreshold(outOfFoldScores: Float64Array, falseAlarmShare: number): FalseAlarmThreshold {
  if (!(falseAlarmShare > 0 && falseAlarmShare < 1))
    throw new RangeError(`a share of false alarms is between 0 and 1, not ${falseAlarmShare}`);
  if (!outOfFoldScores.every(Number.isFinite)) throw new RangeError('a genuine score is not finite');
  const scores = outOfFoldScores.length;
  // A whole number in exact arithmetic must not round up to the next rank, so a hair is taken off.
  const rank = Math.max(1, Math.ceil((scores + 1) * (1 - falseAlarmShare) - 1e-9));
  if (rank > scores) return { kind: 'too-few-scores', scores, scoresNeeded: Math.ceil(1 / falseAlarmShare - 1 - 1e-9) };
  return { kind: 'threshold', threshold: outOfFoldScores.slice().sort()[rank - 1]! };
}
