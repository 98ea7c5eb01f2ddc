import { finiteValue } from '../../detection/detectors/finite-value.ts';
import type { Row } from '../../detection/linear-algebra/covariance.ts';
import { meanOf } from '../../detection/linear-algebra/covariance.ts';

/** Deviation of a feature that never varied, in the row's own units: any other value is far away, but finitely so. */
const leastDeviation = 1e-9;

/** Mean and mean absolute deviation of each raw feature. */
export interface ScaledManhattan {
  mean: Float64Array;
  deviation: Float64Array;
}

/**
 * The best detector of Killourhy and Maxion (DSN 2009), as published: raw features, every repetition counts the same, nothing
 * is capped. It is a sanity gate for the protocol, not a competitor.
 * @throws RangeError without rows, and for rows that differ in length or are not finite
 */
export function fitScaledManhattan(rows: readonly Row[]): ScaledManhattan {
  const mean = meanOf(rows);
  const deviation = new Float64Array(mean.length);
  for (const row of rows) {
    for (let f = 0; f < mean.length; f++) deviation[f]! += Math.abs(row[f]! - mean[f]!) / rows.length;
  }
  for (let f = 0; f < mean.length; f++) deviation[f] = Math.max(deviation[f]!, leastDeviation);
  return { mean, deviation };
}

/** Sum over the features of `|value - mean| / deviation`. Higher is stranger. */
export function scaledManhattanScore({ mean, deviation }: ScaledManhattan, row: Row): number {
  if (row.length !== mean.length) throw new RangeError(`a row of ${row.length} features for a model of ${mean.length}`);
  let sum = 0;
  for (let f = 0; f < mean.length; f++) sum += Math.abs(finiteValue(row[f]!) - mean[f]!) / deviation[f]!;
  return sum;
}
