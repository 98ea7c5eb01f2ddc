import type { Row } from './covariance.ts';
import { meanOf } from './covariance.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** Components whose variance is below this share of the largest are rounding error, and are left out. */
const leastVarianceShare = 1e-12;

/** The directions in which rows vary most, in descending order of variance. */
export interface PrincipalComponents {
  mean: Float64Array;
  /** Number of components: at most what was asked for, fewer where the rows span less, 0 where they are all the same. */
  count: number;
  /** Row-major, `count x width`: unit vectors; of each the entry of largest magnitude is positive. */
  directions: Float64Array;
  /** Variance along each direction (divided by n). */
  variances: Float64Array;
}

/**
 * Principal components of equally weighted rows, at most `most` of them. Works on whichever of the two cross products is
 * smaller, so a few rows of many features are cheap.
 * @throws RangeError for rows that no mean can be taken of, and for `most` below 1
 */
export function principalComponents(rows: readonly Row[], most: number): PrincipalComponents {
  if (!(most >= 1)) throw new RangeError(`at least one component, not ${most}`);
  const mean = meanOf(rows);
  const width = mean.length;
  const n = rows.length;
  const centred = new Float64Array(n * width);
  for (let r = 0; r < n; r++) {
    for (let f = 0; f < width; f++) centred[r * width + f] = rows[r]![f]! - mean[f]!;
  }
  const wide = n < width;
  const size = wide ? n : width;
  const { values, vectors } = symmetricEigen(
    wide ? rowProducts(centred, n, width) : columnProducts(centred, n, width),
    size,
  );
  const least = leastVarianceShare * values[0]!;
  let count = 0;
  while (count < size && count < most && values[count]! > least && values[count]! > 0) count++;
  const directions = wide ? spread(vectors, centred, count, n, width) : vectors.slice(0, count * width);
  return { mean, count, directions, variances: values.slice(0, count) };
}

/** `X' X / n`, `width x width`. */
function columnProducts(centred: Float64Array, n: number, width: number): Float64Array {
  const products = new Float64Array(width * width);
  for (let r = 0; r < n; r++) {
    const from = r * width;
    for (let i = 0; i < width; i++) {
      const factor = centred[from + i]! / n;
      const to = i * width;
      for (let j = 0; j <= i; j++) products[to + j]! += factor * centred[from + j]!;
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) products[j * width + i] = products[i * width + j]!;
  }
  return products;
}

/** `X X' / n`, `n x n`: the same eigenvalues. */
function rowProducts(centred: Float64Array, n: number, width: number): Float64Array {
  const products = new Float64Array(n * n);
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let f = 0; f < width; f++) sum += centred[a * width + f]! * centred[b * width + f]!;
      products[a * n + b] = sum / n;
      products[b * n + a] = sum / n;
    }
  }
  return products;
}

/** Eigenvectors of `X X'` become those of `X' X` by `X'`; length and sign are fixed anew. */
function spread(vectors: Float64Array, centred: Float64Array, count: number, n: number, width: number): Float64Array {
  const directions = new Float64Array(count * width);
  for (let k = 0; k < count; k++) {
    const direction = directions.subarray(k * width, (k + 1) * width);
    for (let r = 0; r < n; r++) {
      const share = vectors[k * n + r]!;
      for (let f = 0; f < width; f++) direction[f]! += share * centred[r * width + f]!;
    }
    let square = 0;
    let peak = 0;
    for (let f = 0; f < width; f++) {
      square += direction[f]! ** 2;
      if (Math.abs(direction[f]!) > Math.abs(peak)) peak = direction[f]!;
    }
    const length = Math.sqrt(square) * (peak < 0 ? -1 : 1);
    for (let f = 0; f < width; f++) direction[f]! /= length;
  }
  return directions;
}
