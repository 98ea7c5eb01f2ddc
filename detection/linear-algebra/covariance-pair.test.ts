import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choleskyOf, logDeterminantOf, squaredMahalanobis } from './cholesky.ts';
import { logDeterminantFor, pairCovariances, squaredLength, writeCoordinates } from './covariance-pair.ts';

/** `A A'` for a square `A`, plus a ridge. */
function gram(numbers: readonly number[], size: number, ridge: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = i === j ? ridge : 0;
      for (let k = 0; k < size; k++) sum += (numbers[i * size + k] ?? 0) * (numbers[j * size + k] ?? 0);
      out[i * size + j] = sum;
    }
  }
  return out;
}

const numbers = (length: number) =>
  fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });
const cases = fc.integer({ min: 1, max: 7 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    fixed: numbers(size * size),
    perSample: numbers(size * size),
    difference: numbers(size),
    samples: fc.constantFrom(1, 2, 5, 30, 1000),
  }),
);

describe('a covariance that shrinks with the samples averaged', () => {
  it('measures, for any number of samples, what a factorisation of the sum measures', () => {
    fc.assert(
      fc.property(cases, ({ size, samples, ...given }) => {
        const fixed = gram(given.fixed, size, 0);
        const perSample = gram(given.perSample, size, 0.1);
        const pair = pairCovariances(fixed, perSample, size);
        const lower = choleskyOf(
          fixed.map((value, i) => value + (perSample[i] ?? 0) / samples),
          size,
        );
        const at = new Float64Array(size);
        writeCoordinates(pair, Float64Array.from(given.difference), at);
        const expected = squaredMahalanobis(lower, size, Float64Array.from(given.difference));
        expect(Math.abs(squaredLength(pair, at, samples) - expected)).toBeLessThan(1e-6 * (1 + expected));
        expect(logDeterminantFor(pair, samples)).toBeCloseTo(logDeterminantOf(lower, size), 6);
      }),
    );
  });

  it('refuses samples that do not scatter', () => {
    expect(() => pairCovariances(Float64Array.of(1), Float64Array.of(0), 1)).toThrow(RangeError);
    expect(() => pairCovariances(Float64Array.of(1), Float64Array.of(Number.NaN), 1)).toThrow(RangeError);
  });
});
