import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sevenRows } from '../../test/fixtures/detector-rows.ts';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { covarianceOf, meanOf } from './covariance.ts';
import { multiply, transposed } from './matrix-product.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

function expectDecomposed(matrix: Float64Array, size: number): void {
  const { values, vectors } = symmetricEigen(matrix, size);
  const unit = Math.max(...matrix.map(Math.abs), 1e-300) * size;
  const scaled = Float64Array.from(vectors, (value, i) => value * values[Math.floor(i / size)]!);
  const again = multiply(transposed(vectors, size, size), scaled, size, size, size);
  const products = multiply(vectors, transposed(vectors, size, size), size, size, size);
  let worst = 0;
  let leastOrthonormal = 0;
  for (let i = 0; i < size * size; i++) {
    worst = Math.max(worst, Math.abs(again[i]! - matrix[i]!) / unit);
    leastOrthonormal = Math.max(leastOrthonormal, Math.abs(products[i]! - (i % (size + 1) === 0 ? 1 : 0)));
  }
  expect(worst).toBeLessThan(1e-13);
  expect(leastOrthonormal).toBeLessThan(1e-12);
  for (let k = 1; k < size; k++) expect(values[k]!).toBeLessThanOrEqual(values[k - 1]!);
}

/** Symmetric, of a rank that may be lower than its size. */
function symmetricOf(size: number, rank: number, seed: number): Float64Array {
  const { normal } = seededNumbers(seed);
  const root = Float64Array.from({ length: size * rank }, normal);
  return multiply(root, transposed(root, size, rank), size, rank, size);
}

describe('eigenvalues and eigenvectors', () => {
  it("are those of numpy's eigh", () => {
    const { values, vectors } = symmetricEigen(covarianceOf(sevenRows, meanOf(sevenRows)), 4);
    [1.4715223186711388, 0.9972355588455949, 0.29378918099006573, 0.11255498230952676].forEach((value, k) => {
      expect(values[k]).toBeCloseTo(value, 12);
    });
    const expected = [
      0.7244517743954367, -0.23108122783099583, -0.6086567966680834, 0.22651268527208382, 0.26923329330262696,
      0.7935991880952362, -0.17337594367490494, -0.5173534039579138, 0.6326540917615069, -0.029300929076772286,
      0.7734734055629449, 0.02508279528920984, -0.049313897941125236, 0.56208829409083, 0.03487946260255964,
      0.8248686636092251,
    ];
    expected.forEach((value, i) => {
      expect(vectors[i]).toBeCloseTo(value, 12);
    });
  });

  it('give the matrix back, orthonormal and descending, whatever the symmetric matrix', () => {
    const entry = fc.oneof(fc.constantFrom(0, 1, -1, 1e6), fc.double({ min: -1e3, max: 1e3, noNaN: true }));
    const symmetric = fc.integer({ min: 1, max: 9 }).chain((size) =>
      fc.array(entry, { minLength: size * size, maxLength: size * size }).map((numbers) => ({
        size,
        matrix: Float64Array.from(numbers, (_, i) => numbers[Math.max(i, (i % size) * size + Math.floor(i / size))]!),
      })),
    );
    fc.assert(
      fc.property(symmetric, ({ size, matrix }) => expectDecomposed(matrix, size)),
      { seed: 1, numRuns: 500 },
    );
  });

  it.each([
    [125, 125],
    [125, 40],
    [82, 1],
  ])('hold for %i features of rank %i', (size, rank) => {
    expectDecomposed(symmetricOf(size, rank, size + rank), size);
  });

  it('hold for matrices that are split, scaled to extremes, or nothing', () => {
    expectDecomposed(Float64Array.of(2, 0, 0, 0, 2, 0, 0, 0, 2), 3);
    expectDecomposed(new Float64Array(25), 5);
    expectDecomposed(
      symmetricOf(6, 6, 3).map((value) => value * 1e150),
      6,
    );
    expectDecomposed(
      symmetricOf(6, 6, 3).map((value) => value * 1e-150),
      6,
    );
  });

  it('have the same bits for the same matrix, and point to the side of their largest entry', () => {
    const matrix = symmetricOf(30, 30, 7);
    const kept = Float64Array.from(matrix);
    const { vectors } = symmetricEigen(matrix, 30);
    expect(matrix).toEqual(kept);
    expect(symmetricEigen(matrix, 30).vectors).toEqual(vectors);
    for (let k = 0; k < 30; k++) {
      const vector = Array.from(vectors.subarray(k * 30, (k + 1) * 30));
      expect(Math.max(...vector)).toBe(Math.max(...vector.map(Math.abs)));
    }
  });

  it('refuse a matrix that is not finite, or not square', () => {
    expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow(RangeError);
    expect(() => symmetricEigen(new Float64Array(3), 2)).toThrow(RangeError);
    expect(() => symmetricEigen(new Float64Array(0), 0)).toThrow(RangeError);
  });
});
