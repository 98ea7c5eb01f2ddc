import type { Row } from '../linear-algebra/covariance.ts';
import { finiteValue } from './finite-value.ts';

/** No feature counts for more than so many spreads: one slip of a finger is not a stranger. */
const usualCap = 4;

/**
 * Distance to the account's centre: mean over the features of a scaled row of `min(|value|, cap)`, 0..cap, in spreads.
 * Higher is stranger. The cap and the recency of the scaler are what sets it apart from the scaled Manhattan distance of
 * Killourhy and Maxion (DSN 2009).
 * @throws RangeError for a row without features
 */
export function cappedManhattanScore(scaled: Row, cap = usualCap): number {
  if (scaled.length === 0) throw new RangeError('a row has at least one feature');
  let sum = 0;
  for (let f = 0; f < scaled.length; f++) sum += Math.min(Math.abs(finiteValue(scaled[f]!)), cap);
  return sum / scaled.length;
}
