import { quantileOfSorted } from '../../detection/features/order-statistics.ts';
import { chordSectors } from '../../detection/features/stroke-path.ts';
import { missingStrokeFeature, type StrokeVector, strokeFeatureCount } from '../../detection/features/stroke-vector.ts';
import { strokeKinds } from '../../detection/words/behaviour.ts';

/** Mean, median, interquartile range and standard deviation. */
const statisticsPerFeature = 4;
const sharesCount = strokeKinds.length + chordSectors;
/** Numbers of a window: shares of kinds and directions, then statistics over all strokes, then over clicks alone. */
const windowStatisticsCount = sharesCount + 2 * statisticsPerFeature * strokeFeatureCount;

/** Fewer clicks than this say nothing about clicks. */
const fewestStrokes = 3;
const click = strokeKinds.indexOf('click');

/** Four statistics of every feature over strokes, from `at` on; NaN where fewer than one stroke has the feature. */
function writeFeatureStatistics(strokes: readonly StrokeVector[], out: Float64Array, at: number): void {
  const column = new Float64Array(strokes.length);
  for (let f = 0, p = at; f < strokeFeatureCount; f++, p += statisticsPerFeature) {
    let count = 0;
    let sum = 0;
    for (const { features } of strokes) {
      const value = features[f]!;
      if (value === missingStrokeFeature) continue;
      column[count++] = value;
      sum += value;
    }
    if (count === 0) continue;
    const mean = sum / count;
    let squares = 0;
    for (let i = 0; i < count; i++) squares += (column[i]! - mean) ** 2;
    const sorted = column.subarray(0, count).sort();
    out[p] = mean;
    out[p + 1] = quantileOfSorted(sorted, count, 0.5);
    out[p + 2] = quantileOfSorted(sorted, count, 0.75) - quantileOfSorted(sorted, count, 0.25);
    out[p + 3] = Math.sqrt(squares / count);
  }
}

/**
 * A window of strokes as so many numbers; NaN where the window has no such number. All of them are NaN
 * below three strokes.
 */
export function windowStatistics(strokes: readonly StrokeVector[]): Float64Array {
  const out = new Float64Array(windowStatisticsCount).fill(Number.NaN);
  if (strokes.length < fewestStrokes) return out;
  out.fill(0, 0, sharesCount);
  for (const { kind, sector } of strokes) {
    out[kind]! += 1 / strokes.length;
    out[strokeKinds.length + sector]! += 1 / strokes.length;
  }
  for (let s = strokeKinds.length; s < sharesCount; s++) out[s] = Math.sqrt(out[s]!);
  writeFeatureStatistics(strokes, out, sharesCount);
  const clicks = strokes.filter(({ kind }) => kind === click);
  if (clicks.length >= fewestStrokes) {
    writeFeatureStatistics(clicks, out, sharesCount + statisticsPerFeature * strokeFeatureCount);
  }
  return out;
}
