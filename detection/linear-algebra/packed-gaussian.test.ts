import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choleskyOf, logDeterminantOf, squaredMahalanobis } from './cholesky.ts';
import { packedGaussian, packedLength, packedSquaredDistance, packGaussian } from './packed-gaussian.ts';

/** A covariance that is certainly positive definite: A A' + I. */
function covarianceFrom(numbers: readonly number[], size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < size; k++) sum += (numbers[i * size + k] ?? 0) * (numbers[j * size + k] ?? 0);
      out[i * size + j] = sum;
    }
  }
  return out;
}

const cases = fc.integer({ min: 1, max: 11 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    numbers: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: size * size, maxLength: size * size }),
    mean: fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: size, maxLength: size }),
    row: fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: size, maxLength: size }),
  }),
);

describe('a packed normal distribution', () => {
  it('measures the same distance and determinant as the square factor', () => {
    fc.assert(
      fc.property(cases, ({ size, numbers, mean, row }) => {
        const lower = choleskyOf(covarianceFrom(numbers, size), size);
        const packed = packGaussian(Float64Array.from(mean), lower);
        const difference = Float64Array.from(row, (value, i) => value - (mean[i] ?? 0));
        const expected = squaredMahalanobis(lower, size, difference);
        expect(packed.lower).toHaveLength(packedLength(size));
        expect(Math.abs(packedSquaredDistance(packed, Float32Array.from(row)) - expected)).toBeLessThan(
          1e-3 * (1 + expected),
        );
        expect(packed.logDeterminant).toBeCloseTo(logDeterminantOf(lower, size), 3);
      }),
    );
  });

  it('refuses a factor of another size, and one that no covariance has', () => {
    expect(() => packedGaussian(Float32Array.of(0, 0), Float32Array.of(1))).toThrow(RangeError);
    expect(() => packedGaussian(Float32Array.of(0), Float32Array.of(0))).toThrow(RangeError);
    expect(() => packedGaussian(Float32Array.of(0), Float32Array.of(Number.NaN))).toThrow(RangeError);
  });

  it('refuses a row of another length', () => {
    const packed = packGaussian(Float64Array.of(0, 0), Float64Array.of(1, 0, 0, 1));
    expect(() => packedSquaredDistance(packed, Float32Array.of(1))).toThrow(RangeError);
  });
});
