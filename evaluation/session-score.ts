import type { Verdict } from '../detection/words/verdict.ts';
import { median } from './metrics/quantile.ts';

/** The part of a verdict that a session's score is made of. */
export type ScoredVerdict = Pick<Verdict, 'decision' | 'risk' | 'evidence' | 'modalities'>;

/** How the verdicts of a session become one number; higher is stranger. */
export const sessionScoreNames = ['meanRisk', 'peakEvidence', 'meanScore'] as const;
export type SessionScoreName = (typeof sessionScoreNames)[number];

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Evidence as a share of its threshold, on the clock where it is largest; 0 without evidence. */
function evidenceShare(verdict: ScoredVerdict): number {
  return Math.max(0, ...verdict.evidence.map(({ value, threshold }) => (threshold > 0 ? value / threshold : 0)));
}

/**
 * One score of one session from its verdicts alone, `null` where no verdict was decided:
 * - `meanRisk`: mean risk of the decided verdicts, 0..100;
 * - `peakEvidence`: largest share of a threshold that evidence reached;
 * - `meanScore`: mean of the modelled scores (keystrokes, pointer), in the detectors' own units.
 */
export function sessionScore(name: SessionScoreName, verdicts: readonly ScoredVerdict[]): number | null {
  const decided = verdicts.filter((verdict) => verdict.decision !== 'undecided');
  if (decided.length === 0) return null;
  switch (name) {
    case 'meanRisk':
      return mean(decided.map((verdict) => verdict.risk));
    case 'peakEvidence':
      return Math.max(...decided.map(evidenceShare));
    case 'meanScore':
      return mean(
        decided.flatMap((verdict) =>
          verdict.modalities.flatMap(({ modality, score }) =>
            score !== null && (modality === 'keystrokes' || modality === 'pointer') ? [score] : [],
          ),
        ),
      );
  }
}

/**
 * Fills sessions about which nothing was said with the median of the others: they are neither left out, which would
 * flatter, nor counted as genuine.
 */
export function fillUnscored(scores: readonly (number | null)[]): number[] {
  const known = scores.filter((score) => score !== null);
  const middle = known.length === 0 ? 0 : median(known);
  return scores.map((score) => score ?? middle);
}
