import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sevenRows, strangeRow } from '../../test/fixtures/detector-rows.ts';
import { choleskyOf, inverseOf, logDeterminantOf, squaredMahalanobis } from './cholesky.ts';
import { covarianceOf, meanOf } from './covariance.ts';
import { addRidge, multiply, transposed } from './matrix-product.ts';

/** Positive definite: a product with its own transpose, and a ridge. */
const positiveDefinite = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc
      .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: size * size, maxLength: size * size })
      .map((numbers) => ({ size, root: Float64Array.from(numbers) })),
  )
  .map(({ size, root }) => ({
    size,
    matrix: addRidge(multiply(root, transposed(root, size, size), size, size, size), size, 0.5),
  }));

const mean = meanOf(sevenRows);
const covariance = covarianceOf(sevenRows, mean);
const difference = strangeRow.map((value, f) => value - mean[f]!);

describe("Cholesky's factor", () => {
  it("is numpy's, with its determinant, inverse and Mahalanobis distance", () => {
    const lower = choleskyOf(covariance, 4);
    const expected = [
      0.9810448407651082, 0, 0, 0, -0.042645078956074445, 0.8605988477988259, 0, 0, -0.5624989926693921,
      0.04801111295879822, 0.6575030223821349, 0, 0.10463646202392905, -0.49968410582185224, -0.03291467970243227,
      0.39682149958590307,
    ];
    expected.forEach((number, i) => {
      expect(lower[i]).toBeCloseTo(number, 12);
    });
    expect(logDeterminantOf(lower, 4)).toBeCloseTo(-3.0256770988219035, 12);
    expect(squaredMahalanobis(lower, 4, difference)).toBeCloseTo(16.487147232694532, 10);
    const inverse = inverseOf(lower, 4);
    expect(inverse[0]).toBeCloseTo(1.8133271575714196, 10);
    expect(inverse[7]).toBeCloseTo(3.66952984498131, 10);
    expect(inverse[13]).toBe(inverse[7]);
    expect(inverse[15]).toBeCloseTo(6.3505247369471585, 10);
  });

  it('gives the matrix back, and its inverse the identity', () => {
    fc.assert(
      fc.property(positiveDefinite, ({ size, matrix }) => {
        const lower = choleskyOf(matrix, size);
        const again = multiply(lower, transposed(lower, size, size), size, size, size);
        const identity = multiply(inverseOf(lower, size), matrix, size, size, size);
        for (let i = 0; i < size * size; i++) {
          expect(again[i]).toBeCloseTo(matrix[i]!, 9);
          expect(identity[i]).toBeCloseTo(i % (size + 1) === 0 ? 1 : 0, 7);
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('measures as the inverse does, and leaves what it measures as it was', () => {
    fc.assert(
      fc.property(positiveDefinite, ({ size, matrix }) => {
        const lower = choleskyOf(matrix, size);
        const off = Float64Array.from({ length: size }, (_, i) => Math.sin(i + 1));
        const kept = Float64Array.from(off);
        const measured = squaredMahalanobis(lower, size, off);
        expect(off).toEqual(kept);
        const seen = multiply(inverseOf(lower, size), off, size, size, 1);
        expect(measured).toBeCloseTo(
          seen.reduce((sum, value, i) => sum + value * off[i]!, 0),
          7,
        );
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('measures in more dimensions than any before', () => {
    const size = 300;
    const identity = addRidge(new Float64Array(size * size), size, 4);
    expect(squaredMahalanobis(choleskyOf(identity, size), size, new Float64Array(size).fill(2))).toBeCloseTo(size, 9);
  });

  it('refuses what is not positive definite, not finite, or not square', () => {
    expect(() => choleskyOf(Float64Array.of(1, 2, 2, 1), 2)).toThrow(RangeError);
    expect(() => choleskyOf(Float64Array.of(1, 1, 1, 1), 2)).toThrow(RangeError);
    expect(() => choleskyOf(new Float64Array(4), 2)).toThrow(RangeError);
    expect(() => choleskyOf(Float64Array.of(Number.NaN), 1)).toThrow(RangeError);
    expect(() => choleskyOf(Float64Array.of(Number.POSITIVE_INFINITY), 1)).toThrow(RangeError);
    expect(() => choleskyOf(new Float64Array(3), 2)).toThrow(RangeError);
    expect(() => choleskyOf(new Float64Array(0), 0)).toThrow(RangeError);
  });
});
