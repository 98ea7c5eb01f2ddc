import type { Scaler } from './words/template.ts';

/** Half-life of a window's weight, as a share of the history. */
const halfLifeShare = 0.5;
/** Windows' worth of trust in the reference spread. */
const spreadPrior = 10;
/** Smallest spread, as a share of the reference. */
const spreadFloor = 0.25;
/** Scaled features are clipped here, so that no single one carries a score. */
export const scaledLimit = 4;

function weightedMedian(values: Float64Array, weights: Float64Array, half: number): number {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  let passed = 0;
  for (const i of order) {
    passed += weights[i]!;
    if (passed >= half) return values[i]!;
  }
  return values[order[order.length - 1]!]!;
}

/**
 * Centre and spread of each feature over an account's windows, oldest first: recency-weighted median (half-life: half of the
 * history) and mean absolute deviation, the latter shrunk towards the catalogue's reference with the weight of ten windows
 * and never below a quarter of it.
 * @throws RangeError when there is no row, or a row's length differs from the reference's.
 */
export function fitScaler(rows: readonly Float32Array[], referenceSpread: Float32Array): Scaler {
  const n = rows.length;
  if (n === 0) throw new RangeError('a scaler needs at least one window');
  if (rows.some((row) => row.length !== referenceSpread.length))
    throw new RangeError('rows and reference differ in length');
  const weights = new Float64Array(n);
  let total = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    weights[i] = 0.5 ** ((n - 1 - i) / (halfLifeShare * n));
    total += weights[i]!;
    squares += weights[i]! ** 2;
  }
  const effective = (total * total) / squares;
  const centre = new Float32Array(referenceSpread.length);
  const spread = new Float32Array(referenceSpread.length);
  const column = new Float64Array(n);
  for (let f = 0; f < referenceSpread.length; f++) {
    for (let i = 0; i < n; i++) column[i] = rows[i]![f]!;
    const middle = weightedMedian(column, weights, total / 2);
    let deviation = 0;
    for (let i = 0; i < n; i++) deviation += (weights[i]! / total) * Math.abs(column[i]! - middle);
    const reference = referenceSpread[f]!;
    const shrunk = (effective * deviation + spreadPrior * reference) / (effective + spreadPrior);
    centre[f] = middle;
    spread[f] = Math.max(shrunk, spreadFloor * reference);
  }
  return { centre, spread };
}

/** Writes `(vector - centre) / spread`, clipped to {@link scaledLimit} either way, into `out`. */
export function scale(scaler: Scaler, vector: Float32Array, out: Float32Array): void {
  const { centre, spread } = scaler;
  for (let i = 0; i < centre.length; i++) {
    const scaled = (vector[i]! - centre[i]!) / spread[i]!;
    out[i] = Math.min(Math.max(scaled, -scaledLimit), scaledLimit);
  }
}
