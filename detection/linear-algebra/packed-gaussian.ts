/**
 * A normal distribution as templates hold it: half of the memory of a square matrix, and read once from front to back.
 */
export interface PackedGaussian {
  mean: Float32Array;
  /** Lower Cholesky factor of the covariance, row by row without the zeros: `n (n + 1) / 2` numbers, its diagonal positive. */
  lower: Float32Array;
  /** Natural logarithm of the covariance's determinant; follows from `lower`. */
  logDeterminant: number;
}

/** Numbers in the packed factor of `size` features. */
export function packedLength(size: number): number {
  return (size * (size + 1)) / 2;
}

/** Packs a mean and the lower factor that `choleskyOf` gives, in single precision. */
export function packGaussian(mean: Float64Array, lower: Float64Array): PackedGaussian {
  const size = mean.length;
  const packed = new Float32Array(packedLength(size));
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) packed[at++] = lower[i * size + j]!;
  }
  return packedGaussian(Float32Array.from(mean), packed);
}

/**
 * The distribution of a mean and a packed factor, for example those of a file.
 * @throws RangeError where the lengths do not fit, or a number of the diagonal is not positive
 */
export function packedGaussian(mean: Float32Array, lower: Float32Array): PackedGaussian {
  if (lower.length !== packedLength(mean.length)) throw new RangeError('mean and factor differ in size');
  let half = 0;
  for (let i = 0; i < mean.length; i++) {
    const diagonal = lower[packedLength(i + 1) - 1]!;
    if (!(diagonal > 0)) throw new RangeError('a factor with a diagonal that is not positive');
    half += Math.log(diagonal);
  }
  return { mean, lower, logDeterminant: 2 * half };
}

/** Written before it is read in every call, and nothing outlives the call. */
let solved = new Float64Array(128);

/**
 * Squared Mahalanobis distance of a row from the distribution, by forward substitution. Never negative; four sums at once,
 * since one would wait for itself.
 * @throws RangeError when the row's length differs from the mean's
 */
export function packedSquaredDistance({ mean, lower }: PackedGaussian, row: Float32Array): number {
  const size = mean.length;
  if (row.length !== size) throw new RangeError(`a row of ${row.length} features for a distribution of ${size}`);
  if (solved.length < size) solved = new Float64Array(size);
  const z = solved;
  let total = 0;
  let at = 0;
  for (let i = 0; i < size; i++) {
    let a = row[i]! - mean[i]!;
    let b = 0;
    let c = 0;
    let d = 0;
    const whole = i - (i % 4);
    let j = 0;
    for (; j < whole; j += 4) {
      a -= lower[at]! * z[j]!;
      b -= lower[at + 1]! * z[j + 1]!;
      c -= lower[at + 2]! * z[j + 2]!;
      d -= lower[at + 3]! * z[j + 3]!;
      at += 4;
    }
    for (; j < i; j++) a -= lower[at++]! * z[j]!;
    const value = (a + b + (c + d)) / lower[at++]!;
    z[i] = value;
    total += value * value;
  }
  return total;
}
