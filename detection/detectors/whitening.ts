import type { Row } from '../linear-algebra/covariance.ts';
import { covarianceOf, meanOf } from '../linear-algebra/covariance.ts';
import { shrinkToDiagonal } from '../linear-algebra/matrix-product.ts';
import { principalComponents } from '../linear-algebra/principal-components.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import { finiteValue } from './finite-value.ts';

/** A linear map after which the rows it was fitted to have about unit variance and no correlation. */
export interface Whitening {
  mean: Float64Array;
  components: number;
  /** Row-major, `components x mean.length`. */
  projection: Float64Array;
}

/** Variances below this share of the mean one are raised to it: a direction that hardly varied is not infinitely telling. */
const leastVarianceShare = 1e-6;

/** Rows that are all the same have no direction of their own: they are compared as they are. */
function unchanged(mean: Float64Array): Whitening {
  const width = mean.length;
  const projection = new Float64Array(width * width);
  for (let f = 0; f < width; f++) projection[f * width + f] = 1;
  return { mean, components: width, projection };
}

/**
 * Principal components, each divided by `sqrt(variance + ridge x mean variance of those kept)`. Fewer than `most` where the
 * rows span fewer.
 * @throws RangeError for rows that no covariance can be taken of, and for `most` below 1
 */
export function whitenComponents(rows: readonly Row[], most: number, ridge: number): Whitening {
  const { mean, count, directions, variances } = principalComponents(rows, most);
  if (count === 0) return unchanged(mean);
  let total = 0;
  for (let k = 0; k < count; k++) total += variances[k]!;
  const width = mean.length;
  for (let k = 0; k < count; k++) {
    const length = Math.sqrt(variances[k]! + (ridge * total) / count);
    for (let f = 0; f < width; f++) directions[k * width + f]! /= length;
  }
  return { mean, components: count, projection: directions };
}

/**
 * The symmetric inverse root of the covariance shrunk towards its diagonal by `share`: every feature keeps its place.
 * @throws RangeError for rows that no covariance can be taken of, and for a share outside 0..1
 */
export function whitenSymmetrically(rows: readonly Row[], share: number): Whitening {
  const mean = meanOf(rows);
  const width = mean.length;
  const { values, vectors } = symmetricEigen(shrinkToDiagonal(covarianceOf(rows, mean), width, share), width);
  let total = 0;
  for (let k = 0; k < width; k++) total += values[k]!;
  if (!(total > 0)) return unchanged(mean);
  const least = (leastVarianceShare * total) / width;
  const projection = new Float64Array(width * width);
  for (let k = 0; k < width; k++) {
    const inverseRoot = 1 / Math.sqrt(Math.max(values[k]!, least));
    for (let i = 0; i < width; i++) {
      const factor = inverseRoot * vectors[k * width + i]!;
      for (let j = 0; j < width; j++) projection[i * width + j]! += factor * vectors[k * width + j]!;
    }
  }
  return { mean, components: width, projection };
}

/** Written before it is read in every call, and nothing outlives the call. */
let centred = new Float64Array(128);

/**
 * Writes the whitened row into `out`, from `at` on: `whitening.components` numbers.
 * @throws RangeError for a row of another length
 */
export function whiten({ mean, components, projection }: Whitening, row: Row, out: Float64Array, at = 0): void {
  const width = mean.length;
  if (row.length !== width) throw new RangeError(`a row of ${row.length} features for a model of ${width}`);
  if (centred.length < width) centred = new Float64Array(width);
  for (let f = 0; f < width; f++) centred[f] = finiteValue(row[f]!) - mean[f]!;
  for (let k = 0, p = 0; k < components; k++) {
    let sum = 0;
    for (let f = 0; f < width; f++) sum += projection[p++]! * centred[f]!;
    out[at + k] = sum;
  }
}
