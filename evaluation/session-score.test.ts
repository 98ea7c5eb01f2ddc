import { describe, expect, it } from '@jest/globals';
import type { ModalityJudgement } from '../detection/words/verdict.ts';
import { fillUnscored, type ScoredVerdict, sessionScore } from './session-score.ts';

function judged(score: number | null, modality: ModalityJudgement['modality'] = 'pointer'): ModalityJudgement {
  return { modality, catalogueVersion: 1, windowSamples: 10, score, percentile: null, vector: [], contributions: [] };
}
const verdicts: ScoredVerdict[] = [
  {
    decision: 'undecided',
    risk: 0,
    evidence: [{ clock: 'session', value: 9, threshold: 1 }],
    modalities: [judged(99)],
  },
  {
    decision: 'genuine',
    risk: 20,
    evidence: [
      { clock: 'instant', value: 1, threshold: 2 },
      { clock: 'session', value: 3, threshold: 4 },
      { clock: 'weeks', value: 1, threshold: 0 },
    ],
    modalities: [judged(2), judged(50, 'cadence'), judged(null)],
  },
  { decision: 'suspicious', risk: 60, evidence: [], modalities: [judged(4)] },
];

describe('session score', () => {
  it('is made of decided verdicts alone', () => {
    expect(sessionScore('meanRisk', verdicts)).toBe(40);
    expect(sessionScore('peakEvidence', verdicts)).toBe(0.75);
    expect(sessionScore('meanScore', verdicts)).toBe(3);
    expect(sessionScore('meanRisk', verdicts.slice(0, 1))).toBeNull();
  });

  it('puts sessions about which nothing is known in the middle', () => {
    expect(fillUnscored([1, null, 5, 9])).toEqual([1, 5, 5, 9]);
    expect(fillUnscored([null])).toEqual([0]);
  });
});
