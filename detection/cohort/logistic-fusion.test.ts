import { describe, expect, it } from '@jest/globals';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { type FusionExample, fitLogisticFusion, logisticFusionScore } from './logistic-fusion.ts';

/** Closed form, so that another program can make the same examples: the first score tells, the second hardly. */
const formulaExamples: FusionExample[] = Array.from({ length: 40 }, (_, i) => ({
  scores: Float64Array.of(Math.sin(3 * i) + (i % 2), Math.cos(7 * i), 2 + Math.sin(11 * i) * 0.1),
  weight: 1 + (i % 3),
  stranger: i % 2 === 1,
}));

describe('a fusion learned by logistic regression', () => {
  // scikit-learn 1.9: the same penalised loss on standardised scores, found by lbfgs to 1e-10.
  it('gives the log odds that scikit-learn gives', () => {
    const fusion = fitLogisticFusion(formulaExamples, 0.02);
    const odds = [0, 1, 2, 3].map((i) => logisticFusionScore(fusion, formulaExamples[i]!.scores));
    for (const [i, expected] of [
      -0.7421877054470446, 0.9387049694670894, -1.1625440030714431, 1.3997826240677247,
    ].entries())
      expect(odds[i]).toBeCloseTo(expected, 6);
  });

  it('counts both kinds the same, however many examples each has', () => {
    const many = [...formulaExamples, ...formulaExamples.filter(({ stranger }) => !stranger)];
    const odds = (examples: readonly FusionExample[]) =>
      logisticFusionScore(fitLogisticFusion(examples, 0.02), Float64Array.of(0.5, 0, 2));
    expect(odds(many)).toBeCloseTo(odds(formulaExamples), 9);
  });

  it('does not change with the units of a score', () => {
    const stretch = ({ scores, ...rest }: FusionExample) => ({
      ...rest,
      scores: Float64Array.from(scores, (value, f) => 5 + value * [100, 0.01, -3][f]!),
    });
    const plain = fitLogisticFusion(formulaExamples, 0.02);
    const stretched = fitLogisticFusion(formulaExamples.map(stretch), 0.02);
    for (const example of formulaExamples) {
      const expected = logisticFusionScore(plain, example.scores);
      expect(logisticFusionScore(stretched, stretch(example).scores)).toBeCloseTo(expected, 6);
    }
  });

  it('stays finite where the kinds are apart, and where a score never varies', () => {
    const { normal } = seededNumbers(1);
    const apart = Array.from({ length: 60 }, (_, i) => ({
      scores: Float64Array.of((i % 2) * 1000 + normal(), 7),
      weight: 1,
      stranger: i % 2 === 1,
    }));
    const fusion = fitLogisticFusion(apart, 0.01);
    const odds = [0, 1000].map((x) => logisticFusionScore(fusion, Float64Array.of(x, 7)));
    expect(odds[0]).toBeLessThan(-2);
    expect(odds[1]).toBeGreaterThan(2);
    expect(odds.every(Number.isFinite)).toBe(true);
  });

  it('refuses examples of one kind, without weight or not finite, and a score that is no number', () => {
    const strangers = formulaExamples.filter(({ stranger }) => stranger);
    expect(() => fitLogisticFusion(strangers, 0.02)).toThrow(RangeError);
    expect(() => fitLogisticFusion([], 0.02)).toThrow(RangeError);
    expect(() => fitLogisticFusion(formulaExamples, 0)).toThrow(RangeError);
    const broken = { scores: Float64Array.of(1, Number.NaN, 2), weight: 1, stranger: true };
    expect(() => fitLogisticFusion([...formulaExamples, broken], 0.02)).toThrow(RangeError);
    const fusion = fitLogisticFusion(formulaExamples, 0.02);
    expect(() => logisticFusionScore(fusion, Float64Array.of(1, 2))).toThrow(RangeError);
    expect(() => logisticFusionScore(fusion, Float64Array.of(1, Number.NaN, 2))).toThrow(RangeError);
  });
});
