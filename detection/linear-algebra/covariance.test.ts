import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sevenRows, sevenWeights } from '../../test/fixtures/detector-rows.ts';
import { covarianceOf, ledoitWolf, meanOf } from './covariance.ts';

const value = fc.double({ min: -4, max: 4, noNaN: true });
const rowsOfThree = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 30 });
const asRows = (rows: readonly (readonly number[])[]) => rows.map((row) => Float64Array.from(row));

function close(actual: Float64Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((number, i) => {
    expect(actual[i]).toBeCloseTo(number, 12);
  });
}

describe('mean and covariance', () => {
  it('are those of numpy: cov(bias=True), lower triangle', () => {
    const mean = meanOf(sevenRows);
    close(mean, [0.34285714285714286, 0.14285714285714285, -0.05714285714285712, 0.07142857142857144]);
    const c = covarianceOf(sevenRows, mean);
    close(
      Float64Array.of(c[0]!, c[4]!, c[5]!, c[8]!, c[9]!, c[10]!, c[12]!, c[13]!, c[14]!, c[15]!),
      [
        0.9624489795918366, -0.041836734693877525, 0.7424489795918365, -0.5518367346938776, 0.0653061224489796,
        0.7510204081632654, 0.10265306122448978, -0.43448979591836734, -0.10448979591836734, 0.41918367346938773,
      ],
    );
  });

  it('are those of numpy under weights: average, cov(aweights=, bias=True)', () => {
    const mean = meanOf(sevenRows, sevenWeights);
    close(mean, [0.7484848484848484, -0.06969696969696967, -0.2727272727272727, 0.03939393939393941]);
    const c = covarianceOf(sevenRows, mean, sevenWeights);
    close(
      Float64Array.of(c[0]!, c[1]!, c[5]!, c[11]!, c[15]!),
      [1.3037098255280073, -0.04389348025711663, 0.47241505968778696, -0.21289256198347112, 0.3278420569329661],
    );
  });

  it('count a row of weight two as two rows', () => {
    const weights = Float64Array.of(1, 2, 1, 1, 1, 1, 1);
    const repeated = [...sevenRows, sevenRows[1]!];
    const mean = meanOf(sevenRows, weights);
    close(mean, Array.from(meanOf(repeated)));
    close(covarianceOf(sevenRows, mean, weights), Array.from(covarianceOf(repeated, mean)));
  });

  it('move with the rows, and spread does not', () => {
    fc.assert(
      fc.property(rowsOfThree, fc.double({ min: -100, max: 100, noNaN: true }), (rows, shift) => {
        const here = asRows(rows);
        const there = here.map((row) => row.map((number) => number + shift));
        const mean = meanOf(here);
        const moved = meanOf(there);
        mean.forEach((number, f) => {
          expect(moved[f]! - shift).toBeCloseTo(number, 9);
        });
        const before = covarianceOf(here, mean);
        covarianceOf(there, moved).forEach((number, i) => {
          expect(number).toBeCloseTo(before[i]!, 9);
        });
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('refuse no rows, rows of another length, what is not finite, and weights of nothing', () => {
    expect(() => meanOf([])).toThrow(RangeError);
    expect(() => meanOf([new Float64Array(0)])).toThrow(RangeError);
    expect(() => meanOf([Float64Array.of(1), Float64Array.of(1, 2)])).toThrow(RangeError);
    expect(() => meanOf([Float64Array.of(Number.NaN)])).toThrow(RangeError);
    expect(() => meanOf([Float64Array.of(Number.POSITIVE_INFINITY)])).toThrow(RangeError);
    expect(() => meanOf(sevenRows, new Float64Array(7))).toThrow(RangeError);
    expect(() => meanOf(sevenRows, new Float64Array(6).fill(1))).toThrow(RangeError);
    expect(() => meanOf(sevenRows, new Float64Array(7).fill(-1))).toThrow(RangeError);
    expect(() => covarianceOf(sevenRows, new Float64Array(3))).toThrow(RangeError);
  });
});

describe("Ledoit and Wolf's covariance", () => {
  it("is that of scikit-learn's ledoit_wolf", () => {
    const { covariance, shrinkage } = ledoitWolf(sevenRows);
    expect(shrinkage).toBeCloseTo(0.8202161564670402, 12);
    const c = covariance;
    close(
      Float64Array.of(c[0]!, c[1]!, c[2]!, c[3]!, c[5]!, c[10]!, c[14]!, c[15]!),
      [
        0.7625840630976233, -0.007521568964134031, -0.09921132916594357, 0.01845536189736302, 0.723031617520372,
        0.7245726218935118, -0.018785577120178663, 0.6649137383048194,
      ],
    );
  });

  it('keeps the trace, and shrinks by a share between none and all', () => {
    fc.assert(
      fc.property(rowsOfThree, (rows) => {
        const given = asRows(rows);
        const { covariance, shrinkage } = ledoitWolf(given);
        const plain = covarianceOf(given, meanOf(given));
        expect(shrinkage).toBeGreaterThanOrEqual(0);
        expect(shrinkage).toBeLessThanOrEqual(1);
        expect(covariance[0]! + covariance[4]! + covariance[8]!).toBeCloseTo(plain[0]! + plain[4]! + plain[8]!, 9);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('leaves one feature, and rows that are all the same, as they are', () => {
    expect(ledoitWolf([Float64Array.of(1), Float64Array.of(3)])).toEqual({
      covariance: Float64Array.of(1),
      shrinkage: 0,
    });
    const same = Array.from({ length: 5 }, () => Float64Array.of(1, 2));
    expect(ledoitWolf(same)).toEqual({ covariance: new Float64Array(4), shrinkage: 0 });
  });
});
