import { type Row, widthOf } from '../linear-algebra/covariance.ts';

/** The population's units: per feature the median of all windows and their mean absolute deviation from it. */
export interface PopulationScaler {
  centre: Float64Array;
  /** Never 0. */
  spread: Float64Array;
  /** Scaled features are cut off here, either side. */
  clip: number;
}

/** A feature that never varies gets this spread instead of 0. */
const leastSpread = 1e-6;

/**
 * Fits the units to the windows of many users; who has more windows counts more.
 * @throws RangeError for no rows, rows of unequal length, or a value that is not finite.
 */
export function fitPopulationScaler(users: readonly { rows: readonly Row[] }[], clip: number): PopulationScaler {
  const rows = users.flatMap((user) => [...user.rows]);
  const size = widthOf(rows);
  const centre = new Float64Array(size);
  const spread = new Float64Array(size);
  const column = new Float64Array(rows.length);
  const middle = rows.length >> 1;
  for (let f = 0; f < size; f++) {
    for (let i = 0; i < rows.length; i++) column[i] = rows[i]![f]!;
    column.sort();
    const median = rows.length % 2 === 1 ? column[middle]! : (column[middle - 1]! + column[middle]!) / 2;
    let deviation = 0;
    for (let i = 0; i < rows.length; i++) deviation += Math.abs(column[i]! - median);
    centre[f] = median;
    spread[f] = deviation / rows.length + leastSpread;
  }
  return { centre, spread, clip };
}

/**
 * `(row - centre) / spread`, cut off at the clip either side; what is not a number becomes 0, the population's centre.
 * @throws RangeError when the row's length differs from the population's.
 */
export function populationScaled({ centre, spread, clip }: PopulationScaler, row: Row): Float64Array {
  if (row.length !== centre.length) throw new RangeError('the window and the population differ in length');
  const scaled = new Float64Array(centre.length);
  for (let i = 0; i < centre.length; i++) {
    const value = (row[i]! - centre[i]!) / spread[i]!;
    scaled[i] = Number.isNaN(value) ? 0 : Math.min(Math.max(value, -clip), clip);
  }
  return scaled;
}
