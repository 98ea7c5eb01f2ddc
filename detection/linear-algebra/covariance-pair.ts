import { choleskyOf, logDeterminantOf } from './cholesky.ts';
import { multiply, transposed } from './matrix-product.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/**
 * The covariance of a mean of n samples, `fixed + perSample / n`, for every n at once: one basis makes both parts diagonal,
 * so that any n costs two sums instead of a factorisation.
 */
export interface CovariancePair {
  size: number;
  /** Row-major, `size x size`: along these directions `perSample` has variance 1. */
  basis: Float64Array;
  /** Variances of `fixed` along them, descending, none negative. */
  fixedVariances: Float64Array;
  /** Natural logarithm of the determinant of `perSample`. */
  logVolume: number;
}

/** The inverse of a lower triangular matrix. */
function invertedLower(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let value = i === j ? 1 : 0;
      for (let k = j; k < i; k++) value -= lower[i * size + k]! * inverse[k * size + j]!;
      inverse[i * size + j] = value / lower[i * size + i]!;
    }
  }
  return inverse;
}

/**
 * Pairs a part that does not shrink with one that shrinks as samples are averaged; both row-major and symmetric.
 * @throws RangeError when `perSample` is not positive definite, or one of them has another size or is not finite
 */
export function pairCovariances(fixed: Float64Array, perSample: Float64Array, size: number): CovariancePair {
  const lower = choleskyOf(perSample, size);
  const whitening = invertedLower(lower, size);
  const half = multiply(whitening, fixed, size, size, size);
  const seen = multiply(half, transposed(whitening, size, size), size, size, size);
  const { values, vectors } = symmetricEigen(seen, size);
  return {
    size,
    basis: multiply(vectors, whitening, size, size, size),
    fixedVariances: values.map((value) => Math.max(value, 0)),
    logVolume: logDeterminantOf(lower, size),
  };
}

/** Writes a vector's coordinates in the pair's basis into `out`; linear, so a mean's coordinates are the mean of coordinates. */
export function writeCoordinates({ size, basis }: CovariancePair, vector: Float64Array, out: Float64Array): void {
  for (let i = 0, p = 0; i < size; i++) {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += basis[p++]! * vector[k]!;
    out[i] = sum;
  }
}

/** Squared Mahalanobis distance of coordinates (of a difference) under the covariance for `samples` samples. */
export function squaredLength({ size, fixedVariances }: CovariancePair, at: Float64Array, samples: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += (at[i]! * at[i]!) / (fixedVariances[i]! + 1 / samples);
  return sum;
}

/** Variances multiplied before a logarithm is taken: eight of them neither overflow nor vanish. */
const factorsPerLogarithm = 8;

/** Natural logarithm of the determinant of the covariance for `samples` samples. */
export function logDeterminantFor({ size, fixedVariances, logVolume }: CovariancePair, samples: number): number {
  let sum = logVolume;
  let product = 1;
  for (let i = 0; i < size; i++) {
    product *= fixedVariances[i]! + 1 / samples;
    if ((i + 1) % factorsPerLogarithm !== 0) continue;
    sum += Math.log(product);
    product = 1;
  }
  return sum + Math.log(product);
}
