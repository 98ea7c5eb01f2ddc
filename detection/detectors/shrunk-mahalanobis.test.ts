import { describe, expect, it } from '@jest/globals';
import { sevenRows, sevenWeights, strangeRow } from '../../test/fixtures/detector-rows.ts';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { fitShrunkMahalanobis, shrunkMahalanobisScore, typingMahalanobis } from './shrunk-mahalanobis.ts';

describe('the shrunk Mahalanobis distance', () => {
  it("is what numpy makes of scikit-learn's covariance", () => {
    const model = fitShrunkMahalanobis(sevenRows, typingMahalanobis);
    expect(shrunkMahalanobisScore(model, strangeRow)).toBeCloseTo(1.464214116271176, 12);
  });

  it('is what numpy makes of weighted rows, shrunk to the diagonal', () => {
    const options = { shrinkage: { toDiagonal: 0.3 }, ridge: 0.1, weights: sevenWeights };
    const model = fitShrunkMahalanobis(sevenRows, options);
    expect(shrunkMahalanobisScore(model, strangeRow)).toBeCloseTo(1.7307333727709968, 12);
  });

  it('is about one for rows of the account, however many features they have', () => {
    for (const width of [5, 40]) {
      const { normal } = seededNumbers(width);
      const rows = Array.from({ length: 400 }, () => Float32Array.from({ length: width }, normal));
      const model = fitShrunkMahalanobis(rows.slice(0, 300), typingMahalanobis);
      const scores = rows.slice(300).map((row) => shrunkMahalanobisScore(model, row));
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      expect(mean).toBeGreaterThan(0.85);
      expect(mean).toBeLessThan(1.15);
    }
  });

  it('sees what breaks the account’s correlations and stays within its spreads', () => {
    const { normal } = seededNumbers(3);
    const rows = Array.from({ length: 200 }, () => {
      const shared = normal();
      return Float32Array.of(shared + 0.2 * normal(), shared + 0.2 * normal());
    });
    const model = fitShrunkMahalanobis(rows, typingMahalanobis);
    const along = shrunkMahalanobisScore(model, Float32Array.of(1, 1));
    expect(shrunkMahalanobisScore(model, Float32Array.of(1, -1))).toBeGreaterThan(2 * along);
  });

  it('refuses rows that leave no variance at all', () => {
    expect(() => fitShrunkMahalanobis([Float32Array.of(1, 2)], { shrinkage: 'ledoit-wolf', ridge: 0 })).toThrow(
      RangeError,
    );
  });
});
