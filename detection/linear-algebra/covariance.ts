/** One observation: a number per feature. */
export type Row = Float32Array | Float64Array;

/**
 * Checks what a model is to be fitted to, and gives its width.
 * @throws RangeError when there is no row, a row has no or another number of features, or a value is not finite
 */
export function widthOf(rows: readonly Row[]): number {
  const first = rows[0];
  if (first === undefined || first.length === 0) throw new RangeError('a model needs at least one row and one feature');
  for (const row of rows) {
    if (row.length !== first.length) throw new RangeError('rows differ in length');
    for (let f = 0; f < row.length; f++) {
      if (!Number.isFinite(row[f]!)) throw new RangeError(`feature ${f} of a row is ${row[f]}`);
    }
  }
  return first.length;
}

/** Weights as shares of their sum; equal ones when none are given. */
function sharesOf(count: number, weights: Float64Array | undefined): Float64Array {
  if (weights === undefined) return new Float64Array(count).fill(1 / count);
  if (weights.length !== count) throw new RangeError('there must be as many weights as rows');
  let total = 0;
  for (const weight of weights) {
    if (!(weight >= 0)) throw new RangeError(`a weight is ${weight}`);
    total += weight;
  }
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) throw new RangeError(`weights add up to ${total}`);
  return Float64Array.from(weights, (weight) => weight / total);
}

/**
 * Weighted mean of each feature; every row counts the same without weights.
 * @throws RangeError for rows that {@link widthOf} refuses, and for weights that are negative or add up to nothing
 */
export function meanOf(rows: readonly Row[], weights?: Float64Array): Float64Array {
  const width = widthOf(rows);
  const shares = sharesOf(rows.length, weights);
  const mean = new Float64Array(width);
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r]!;
    for (let f = 0; f < width; f++) mean[f]! += shares[r]! * row[f]!;
  }
  return mean;
}

/**
 * Covariance around `mean`, row-major and symmetric, divided by the total weight (so by n, not n - 1, without weights).
 * @throws RangeError as {@link meanOf}
 */
export function covarianceOf(rows: readonly Row[], mean: Float64Array, weights?: Float64Array): Float64Array {
  const width = widthOf(rows);
  if (mean.length !== width) throw new RangeError('mean and rows differ in length');
  const shares = sharesOf(rows.length, weights);
  const covariance = new Float64Array(width * width);
  const centred = new Float64Array(width);
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r]!;
    for (let f = 0; f < width; f++) centred[f] = row[f]! - mean[f]!;
    for (let i = 0; i < width; i++) {
      const weighted = shares[r]! * centred[i]!;
      const start = i * width;
      for (let j = 0; j <= i; j++) covariance[start + j]! += weighted * centred[j]!;
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) covariance[j * width + i] = covariance[i * width + j]!;
  }
  return covariance;
}

/**
 * Covariance shrunk towards a multiple of the identity, by the share that minimises the expected squared error (Ledoit and
 * Wolf, J. Multivariate Analysis 88, 2004): `(1 - shrinkage) C + shrinkage trace(C)/width I`. Equal to scikit-learn's
 * `ledoit_wolf`. Positive definite unless all rows are the same.
 * @throws RangeError for rows that {@link widthOf} refuses
 */
export function ledoitWolf(rows: readonly Row[]): { covariance: Float64Array; shrinkage: number } {
  const width = widthOf(rows);
  const mean = meanOf(rows);
  const covariance = covarianceOf(rows, mean);
  if (width === 1) return { covariance, shrinkage: 0 };
  let trace = 0;
  for (let i = 0; i < width; i++) trace += covariance[i * width + i]!;
  const level = trace / width;
  let squares = 0;
  for (const value of covariance) squares += value * value;
  // Fourth moments: how much the entries of one row's outer product vary, which is the sampling noise of the covariance.
  let fourth = 0;
  for (const row of rows) {
    let length = 0;
    for (let f = 0; f < width; f++) length += (row[f]! - mean[f]!) ** 2;
    fourth += length * length;
  }
  const dispersion = (squares - 2 * level * trace + width * level * level) / width;
  const noise = (fourth / rows.length - squares) / (width * rows.length);
  const shrinkage = noise <= 0 || dispersion <= 0 ? 0 : Math.min(noise / dispersion, 1);
  for (let i = 0; i < covariance.length; i++) covariance[i]! *= 1 - shrinkage;
  for (let i = 0; i < width; i++) covariance[i * width + i]! += shrinkage * level;
  return { covariance, shrinkage };
}
