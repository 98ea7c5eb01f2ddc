import { strokeKinds } from '../words/behaviour.ts';
import { chordSectors } from './stroke-path.ts';
import { missingStrokeFeature, type StrokeVector, strokeFeatureCount } from './stroke-vector.ts';

/** In what units the features of strokes are counted: typical value and spread of each over many strokes. */
export interface StrokeUnits {
  /** Medians, in the order of `strokeFeatures`. */
  centre: Float64Array;
  /** Mean absolute deviations from the medians; never 0. */
  spread: Float64Array;
}

/** Standard features are clipped here, either side; measured: 2.5 loses much, 6 a little. */
const clip = 4;
/** How much a kind or a direction counts, in spreads. */
const shareWeight = 2;
const leastSpread = 1e-6;
const kindAt = 2 * strokeFeatureCount;
const sectorAt = kindAt + strokeKinds.length;

/**
 * How many numbers a stroke is embedded in: its standard features, their magnitudes (so that a mean over strokes tells both
 * where a feature lies and how far it scatters), one number per kind and per direction.
 */
export const strokeEmbeddingSize = sectorAt + chordSectors;

/** The k-th smallest of the first `count` values, which it reorders (Hoare's selection). */
function selected(values: Float64Array, count: number, k: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const held = values[i]!;
      values[i] = values[j]!;
      values[j] = held;
      i++;
      j--;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k]!;
}

function medianOf(values: Float64Array, count: number): number {
  if (count === 0) return 0;
  const upper = selected(values, count, count >> 1);
  return count % 2 === 1 ? upper : (selected(values, count, (count >> 1) - 1) + upper) / 2;
}

/**
 * Units from strokes, of one account or of many. A feature that no stroke has is counted from 0 in units of 1.
 * @throws RangeError for no strokes
 */
export function fitStrokeUnits(strokes: readonly StrokeVector[]): StrokeUnits {
  if (strokes.length === 0) throw new RangeError('units need at least one stroke');
  const centre = new Float64Array(strokeFeatureCount);
  const spread = new Float64Array(strokeFeatureCount).fill(1);
  const column = new Float64Array(strokes.length);
  for (let f = 0; f < strokeFeatureCount; f++) {
    let count = 0;
    for (let s = 0; s < strokes.length; s++) {
      const value = strokes[s]!.features[f]!;
      if (value !== missingStrokeFeature) column[count++] = value;
    }
    if (count === 0) continue;
    const middle = medianOf(column, count);
    let deviation = 0;
    for (let i = 0; i < count; i++) deviation += Math.abs(column[i]! - middle);
    centre[f] = middle;
    spread[f] = deviation / count + leastSpread;
  }
  return { centre, spread };
}

/** One feature of a stroke in standard units, clipped to 4 either way; what is missing is 0, as typical. */
export function standardFeature({ centre, spread }: StrokeUnits, stroke: StrokeVector, f: number): number {
  const value = stroke.features[f]!;
  if (value === missingStrokeFeature) return 0;
  const standard = (value - centre[f]!) / spread[f]!;
  // Comparisons, not Math.min: this runs for every number of every stroke.
  let clipped = standard;
  if (standard > clip) clipped = clip;
  else if (standard < -clip) clipped = -clip;
  return clipped;
}

/** Writes a stroke's embedding under these units into `out`: {@link strokeEmbeddingSize} finite numbers. */
export function embedStroke(units: StrokeUnits, stroke: StrokeVector, out: Float64Array): void {
  out.fill(0, kindAt, strokeEmbeddingSize);
  for (let f = 0; f < strokeFeatureCount; f++) {
    const standard = standardFeature(units, stroke, f);
    out[f] = standard;
    out[strokeFeatureCount + f] = standard < 0 ? -standard : standard;
  }
  out[kindAt + stroke.kind] = shareWeight;
  out[sectorAt + stroke.sector] = shareWeight;
}
