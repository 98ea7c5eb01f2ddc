import { choleskyOf, squaredMahalanobis } from '../linear-algebra/cholesky.ts';
import type { Row } from '../linear-algebra/covariance.ts';
import { covarianceOf, ledoitWolf, meanOf } from '../linear-algebra/covariance.ts';
import { addRidge, shrinkToDiagonal } from '../linear-algebra/matrix-product.ts';
import { finiteValue } from './finite-value.ts';

/**
 * How the covariance is made fit for inversion. Ledoit and Wolf's share comes from the rows and counts them the same;
 * shrinkage towards the diagonal takes a share (0..1) and, where given, a weight per row.
 */
export type MahalanobisOptions = (
  | { shrinkage: 'ledoit-wolf' }
  | { shrinkage: { toDiagonal: number }; weights?: Float64Array }
) & {
  /** Added to every variance, in squared spreads. */
  ridge: number;
};

/** Typing's published setting; on scaled window vectors it is as good as a trained network. */
export const typingMahalanobis: MahalanobisOptions = { shrinkage: 'ledoit-wolf', ridge: 0.05 };

/** The ridge is at least this share of the mean variance, so that rows of low rank and great size can be fitted. */
const leastRidgeShare = 1e-9;

/** A mean and the Cholesky factor (row-major, `mean.length` squared) of the regularised covariance. */
export interface ShrunkMahalanobis {
  mean: Float64Array;
  lower: Float64Array;
}

/**
 * Fits mean and regularised covariance to scaled rows.
 * @throws RangeError without rows, for rows that differ in length or are not finite, for weights that add up to nothing, a
 *   share outside 0..1, or where ridge and rows together leave no variance
 */
export function fitShrunkMahalanobis(rows: readonly Row[], options: MahalanobisOptions): ShrunkMahalanobis {
  const { mean, covariance } = regularised(rows, options);
  const width = mean.length;
  let trace = 0;
  for (let f = 0; f < width; f++) trace += covariance[f * width + f]!;
  const ridge = Math.max(options.ridge, (leastRidgeShare * trace) / width);
  return { mean, lower: choleskyOf(addRidge(covariance, width, ridge), width) };
}

function regularised(
  rows: readonly Row[],
  options: MahalanobisOptions,
): { mean: Float64Array; covariance: Float64Array } {
  if (options.shrinkage === 'ledoit-wolf') return { mean: meanOf(rows), covariance: ledoitWolf(rows).covariance };
  const weights = 'weights' in options ? options.weights : undefined;
  const mean = meanOf(rows, weights);
  const covariance = covarianceOf(rows, mean, weights);
  return { mean, covariance: shrinkToDiagonal(covariance, mean.length, options.shrinkage.toDiagonal) };
}

/** Written before it is read in every call, and nothing outlives the call. */
let difference = new Float64Array(128);

/** Root mean squared Mahalanobis distance, `sqrt(d2 / features)`: about 1 for the account's own rows. Higher is stranger. */
export function shrunkMahalanobisScore({ mean, lower }: ShrunkMahalanobis, scaled: Row): number {
  const width = mean.length;
  if (scaled.length !== width) throw new RangeError(`a row of ${scaled.length} features for a model of ${width}`);
  if (difference.length < width) difference = new Float64Array(width);
  for (let f = 0; f < width; f++) difference[f] = finiteValue(scaled[f]!) - mean[f]!;
  return Math.sqrt(squaredMahalanobis(lower, width, difference) / width);
}
