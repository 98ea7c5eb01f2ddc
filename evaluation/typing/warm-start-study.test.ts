import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadTensorflow } from '../../training/tensorflow.ts';
import { errorRates } from '../metrics/error-rates.ts';
import { createWorkforce } from '../workforce/workforce.ts';
import { createFreeTextStudy, type FreeTextStudy, judgeByProductVectors, judgedAt } from './free-text-study.ts';
import { zonePairing } from './pairing.ts';
import { userScores } from './score-matrix.ts';
import { loadTyping } from './typing-recordings.ts';
import { measureWarmStart, type WarmStart } from './warm-start-study.ts';

let study: FreeTextStudy;
let measured: WarmStart;

beforeAll(async () => {
  const { tf } = await loadTensorflow();
  const people = await loadTyping(createWorkforce({ workers: 16, keysPerSession: 125, strokesPerSession: 10 }));
  const [judged, background] = [people.slice(0, 5), people.slice(5)];
  const others = background.slice(0, 3);
  study = createFreeTextStudy(tf, { judged, background, others, keysShared: true, notes: [] }, zonePairing);
  measured = await measureWarmStart(study, judgedAt(study, 50), 1);
});

describe('a start from the cohort, against none', () => {
  it('is compared at the same sizes of enrolment, shortest first, and no larger than people have', () => {
    const { autoencoder, fused } = measured.figures;
    expect(Object.keys(autoencoder)).toEqual(['windows8', 'windows16', 'windows32', 'windowsAll']);
    expect(Object.keys(fused)).toEqual(Object.keys(autoencoder));
    for (const { points } of measured.curve.series) {
      const windows = points.map(({ x }) => x);
      expect(windows.slice(0, 3)).toEqual([8, 16, 32]);
      expect(windows[3]).toBeGreaterThan(32);
    }
  });

  it('has as its cold figure of all windows the one of the product’s vectors', async () => {
    const judged = judgedAt(study, 50);
    const [matrix] = await judgeByProductVectors(study, judged, [1]);
    const { meanEer } = errorRates(userScores(judged, matrix!), { bootstrapDraws: 0 });
    expect(measured.figures.fused['windowsAll']?.cold.meanEer).toBeCloseTo(meanEer, 6);
  });

  it('is a start that people who vary alike can do with: hardly worse, whatever the enrolment', () => {
    const { autoencoder, fused } = measured.figures;
    for (const rates of [autoencoder, fused]) {
      for (const { cold, warm } of Object.values(rates)) expect(warm.meanEer).toBeLessThan(cold.meanEer + 0.05);
    }
  });
});
