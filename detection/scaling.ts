import { agedWeights } from './detectors/recency.ts';
import type { Row } from './linear-algebra/covariance.ts';
import type { Scaler } from './words/template.ts';

/** Scaled features are clipped here, so that no single one carries a score. */
export const scaledLimit = 4;

/** After how many rows, or after which share of the history, a row's weight has halved; null where all rows count the same. */
export type HalfLife = { rows: number } | { shareOfHistory: number } | null;

/** How centre and spread follow from an account's rows. */
export interface ScalingOptions {
  centreHalfLife: HalfLife;
  spreadHalfLife: HalfLife;
  /** Rows' worth of trust in the reference spread. */
  spreadPrior: number;
  /** Smallest spread, as a share of the reference. */
  spreadFloor: number;
  /** Where {@link scale} clips, in spreads either way. */
  limit: number;
}

/** Windows of free text and pointer strokes: the latter half of the history counts most, the reference as ten windows. */
export const windowScaling: ScalingOptions = {
  centreHalfLife: { shareOfHistory: 0.5 },
  spreadHalfLife: { shareOfHistory: 0.5 },
  spreadPrior: 10,
  spreadFloor: 0.25,
  limit: scaledLimit,
};

/** Repetitions of one fixed text: the last dozen set the centre, the last thirty the spread, and no reference is trusted. */
export const fixedTextScaling: ScalingOptions = {
  centreHalfLife: { rows: 12 },
  spreadHalfLife: { rows: 30 },
  spreadPrior: 0,
  spreadFloor: 0,
  limit: scaledLimit,
};

/** Spread of a feature that never varied where nothing else keeps it from 0. */
const leastSpread = 1e-6;

function weightsOf(count: number, halfLife: HalfLife): Float64Array {
  if (halfLife === null) return agedWeights(count, null);
  return agedWeights(count, 'rows' in halfLife ? halfLife.rows : halfLife.shareOfHistory * count);
}

function totalOf(weights: Float64Array): number {
  let total = 0;
  for (const weight of weights) total += weight;
  return total;
}

function weightedMedian(values: Float64Array, weights: Float64Array, half: number): number {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  let passed = 0;
  for (let k = 0; k + 1 < order.length; k++) {
    const value = values[order[k]!]!;
    passed += weights[order[k]!]!;
    // Exactly half lies either side: an even number of rows that all count the same.
    if (passed === half) return (value + values[order[k + 1]!]!) / 2;
    if (passed > half) return value;
  }
  return values[order[order.length - 1]!]!;
}

/**
 * Centre and spread of each feature over an account's rows, oldest first: recency-weighted median and mean absolute deviation,
 * the latter shrunk towards the reference with the prior's weight and never below the floor. Without options as
 * {@link windowScaling} says.
 * @param referenceSpread the catalogue's spread of each feature; neither read as a prior nor as a floor where both are 0
 * @throws RangeError when there is no row, a row's length differs from the reference's, or a value of a row is not finite
 */
export function fitScaler(rows: readonly Row[], referenceSpread: Row, options = windowScaling): Scaler {
  const { spreadPrior, spreadFloor } = options;
  const n = rows.length;
  if (n === 0) throw new RangeError('a scaler needs at least one row');
  if (rows.some((row) => row.length !== referenceSpread.length))
    throw new RangeError('rows and reference differ in length');
  const centreWeights = weightsOf(n, options.centreHalfLife);
  const spreadWeights = weightsOf(n, options.spreadHalfLife);
  const half = totalOf(centreWeights) / 2;
  const total = totalOf(spreadWeights);
  const effective = (total * total) / totalOf(spreadWeights.map((weight) => weight ** 2));
  const centre = new Float32Array(referenceSpread.length);
  const spread = new Float32Array(referenceSpread.length);
  const column = new Float64Array(n);
  for (let f = 0; f < referenceSpread.length; f++) {
    for (let i = 0; i < n; i++) {
      column[i] = rows[i]![f]!;
      if (!Number.isFinite(column[i]!)) throw new RangeError(`feature ${f} of row ${i} is ${column[i]}`);
    }
    const middle = weightedMedian(column, centreWeights, half);
    let deviation = 0;
    for (let i = 0; i < n; i++) deviation += (spreadWeights[i]! / total) * Math.abs(column[i]! - middle);
    const reference = referenceSpread[f]!;
    const shrunk = (effective * deviation + spreadPrior * reference) / (effective + spreadPrior);
    centre[f] = middle;
    spread[f] = Math.max(shrunk, spreadFloor * reference, leastSpread);
  }
  return { centre, spread };
}

/** Writes `(vector - centre) / spread`, clipped to `limit` either way, into `out`; a missing value (NaN) is the centre, 0. */
export function scale(scaler: Scaler, vector: Row, out: Row, limit = scaledLimit): void {
  const { centre, spread } = scaler;
  for (let i = 0; i < centre.length; i++) {
    const scaled = (vector[i]! - centre[i]!) / spread[i]!;
    out[i] = Number.isNaN(scaled) ? 0 : Math.min(Math.max(scaled, -limit), limit);
  }
}
