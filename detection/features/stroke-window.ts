import type { PointerStroke } from '../words/behaviour.ts';
import { strokeKinds } from '../words/behaviour.ts';
import { measureStroke, strokeMeasureCount } from './stroke-measures.ts';

/**
 * Strokes as what was measured on each: `strokeMeasureCount` numbers per stroke, in steps of 1/256, row by row.
 * The raw movement is not kept. Integers, so that sums are exact and nothing can depend on order.
 */
export interface StrokeWindow {
  /** Index in `strokeKinds`, one per stroke. */
  kinds: Uint8Array;
  /** `kinds.length * strokeMeasureCount` numbers; {@link missingMeasure} where a stroke has none. */
  measures: Int16Array;
}

/** Steps of a stored measure to the unit. */
export const measureSteps = 256;
/** Stands where a stroke has no such measure, for example the press time of a plain movement. */
export const missingMeasure = -32768;

/** The strokes of one batch that are long enough to measure (three steps), in the form that windows are made of. */
export function packStrokes(strokes: readonly PointerStroke[]): StrokeWindow {
  const kinds: number[] = [];
  const rows: Int16Array[] = [];
  for (const stroke of strokes) {
    const measured = measureStroke(stroke);
    if (measured === undefined) continue;
    const row = new Int16Array(strokeMeasureCount);
    for (let m = 0; m < strokeMeasureCount; m++) {
      const value = measured[m]!;
      // NaN is "missing"; everything else is clipped into the 16 bits.
      row[m] = Number.isNaN(value) ? missingMeasure : Math.round(Math.min(Math.max(value, -127), 127) * measureSteps);
    }
    kinds.push(strokeKinds.indexOf(stroke.kind));
    rows.push(row);
  }
  const measures = new Int16Array(rows.length * strokeMeasureCount);
  for (const [at, row] of rows.entries()) measures.set(row, at * strokeMeasureCount);
  return { kinds: Uint8Array.from(kinds), measures };
}

/** Several batches as one window. */
export function joinStrokes(batches: readonly StrokeWindow[]): StrokeWindow {
  let length = 0;
  for (const batch of batches) length += batch.kinds.length;
  const kinds = new Uint8Array(length);
  const measures = new Int16Array(length * strokeMeasureCount);
  let at = 0;
  for (const batch of batches) {
    kinds.set(batch.kinds, at);
    measures.set(batch.measures, at * strokeMeasureCount);
    at += batch.kinds.length;
  }
  return { kinds, measures };
}
