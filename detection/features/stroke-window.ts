import type { PointerStroke } from '../words/behaviour.ts';
import { standardFeature } from './stroke-embedding.ts';
import { chordSectors } from './stroke-path.ts';
import { strokeFeatureCount, strokeFeatures, strokeVector } from './stroke-vector.ts';
import { typicalStrokes } from './typical-strokes.ts';

/**
 * Strokes as sums over them: a window is as small as a stroke, and neither a stroke nor an order can be read back from one.
 * Integers, so that sums are exact and nothing can depend on order.
 */
export interface StrokeWindow {
  strokes: number;
  /**
   * {@link strokeTotalCount} sums: of each feature in standard units (how far from `typicalStrokes`), in steps of 1/64; how
   * many strokes are of each of the {@link strokeSharesOfKind}; how many lie in each sector.
   */
  totals: Int32Array;
  /** How much the speed varies along each long stroke, sd in percent of the mean, at most 255, ascending. */
  speedVariations: Uint8Array;
}

/** Steps of a standard feature to the unit. */
export const standardSteps = 64;
/** Sums over more strokes, each clipped at 4, may not fit the 16 bits that a batch's are stored in. The wire allows 64. */
export const mostStoredStrokes = 127;
/** Kinds whose shares count, by their index in `strokeKinds`: what a mouse does. Of scrolling and touch, shares are what is left. */
export const strokeSharesOfKind = ['move', 'click', 'drag'] as const;
/** Where the counts of kinds and of sectors begin in the totals. */
const kindsAt = strokeFeatureCount;
const sectorsAt = kindsAt + strokeSharesOfKind.length;
/** How many totals there are. */
export const strokeTotalCount = sectorsAt + chordSectors;

const at = (name: string) => strokeFeatures.findIndex((feature) => feature.name === name);
const [pathAt, pointsAt, speedMeanAt, speedSpreadAt] = [at('path'), at('points'), at('speed-mean'), at('speed-sd')];
/** A stroke is long from 50 px and 8 points on. */
const longPath = Math.log(50);
const manyPoints = Math.log(8);
const mostVariation = 255;

/** The strokes of one batch that are long enough to measure (three steps), in the form that windows are made of. */
export function packStrokes(strokes: readonly PointerStroke[]): StrokeWindow {
  const totals = new Int32Array(strokeTotalCount);
  const variations: number[] = [];
  let count = 0;
  for (const stroke of strokes) {
    const vector = strokeVector(stroke);
    if (vector === undefined) continue;
    const { features, kind, sector } = vector;
    count++;
    for (let f = 0; f < strokeFeatureCount; f++) {
      totals[f]! += Math.round(standardFeature(typicalStrokes, vector, f) * standardSteps);
    }
    if (kind < strokeSharesOfKind.length) totals[kindsAt + kind]! += 1;
    totals[sectorsAt + sector]! += 1;
    if (features[pathAt]! < longPath || features[pointsAt]! < manyPoints) continue;
    const variation = Math.exp(features[speedSpreadAt]! - features[speedMeanAt]!);
    variations.push(Math.min(Math.round(100 * variation), mostVariation));
  }
  return { strokes: count, totals, speedVariations: Uint8Array.from(variations).sort() };
}

/** Several batches as one window. */
export function joinStrokes(batches: readonly StrokeWindow[]): StrokeWindow {
  const totals = new Int32Array(strokeTotalCount);
  let strokes = 0;
  for (const batch of batches) {
    strokes += batch.strokes;
    for (let i = 0; i < strokeTotalCount; i++) totals[i]! += batch.totals[i]!;
  }
  const speedVariations = Uint8Array.from(batches.flatMap((batch) => [...batch.speedVariations])).sort();
  return { strokes, totals, speedVariations };
}
