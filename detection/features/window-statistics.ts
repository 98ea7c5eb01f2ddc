import { quantileOfSorted, sortFirst } from './order-statistics.ts';

const shares = [0.1, 0.25, 0.5, 0.75, 0.9] as const;

/** What {@link writeQuantiles} writes, in its order. */
export const quantileNames = ['q10', 'q25', 'q50', 'q75', 'q90'] as const;

/** Mean and standard deviation (divided by the count) of the first `count` values; 0 of none. */
export function writeMoments(
  values: Float64Array,
  count: number,
  out: Float32Array,
  meanAt: number,
  sdAt: number,
): void {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  const mean = count > 0 ? sum / count : 0;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2;
  out[meanAt] = mean;
  out[sdAt] = count > 0 ? Math.sqrt(squares / count) : 0;
}

/** The quantiles of the first `count` values, which it sorts; 0 of none. */
export function writeQuantiles(values: Float64Array, count: number, out: Float32Array, at: number): void {
  const sorted = sortFirst(values, count);
  for (let q = 0; q < shares.length; q++) out[at + q] = quantileOfSorted(sorted, count, shares[q]!);
}

/** Pearson's of the first `count` values; 0 where either does not vary. */
export function correlation(a: Float64Array, b: Float64Array, count: number): number {
  if (count === 0) return 0;
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < count; i++) {
    meanA += a[i]!;
    meanB += b[i]!;
  }
  meanA /= count;
  meanB /= count;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < count; i++) {
    const x = a[i]! - meanA;
    const y = b[i]! - meanB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb + 1e-9);
}
