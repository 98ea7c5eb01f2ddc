import type { Catalogue, Feature } from '../words/catalogue.ts';
import { quantileOfSorted } from './order-statistics.ts';
import type { StrokeMeasure } from './stroke-measures.ts';
import { strokeMeasureCount, strokeMeasures } from './stroke-measures.ts';
import type { StrokeWindow } from './stroke-window.ts';
import { measureSteps, missingMeasure } from './stroke-window.ts';

/** Measures that enter a window by their mean, and those that enter by the distance between their quartiles too. */
const byMean: readonly StrokeMeasure[] = strokeMeasures;
const bySpread: readonly StrokeMeasure[] = [
  'pause',
  'press',
  'stop',
  'duration',
  'path',
  'efficiency',
  'turning',
  'speed-peak',
  'speed',
  'speed-variation',
  'acceleration',
  'turn-rate',
  'curvature',
  'step',
  'axis-steps',
];

const units: Record<StrokeMeasure, [unit: string, scale: Feature['scale']]> = {
  pause: ['s', 'ln'],
  press: ['s', 'ln'],
  stop: ['s', 'ln'],
  duration: ['s', 'ln'],
  points: ['points', 'ln'],
  path: ['px', 'ln'],
  chord: ['px', 'ln'],
  efficiency: ['chord / path', 'linear'],
  deviation: ['px', 'ln'],
  turning: ['log radians', 'linear'],
  'sharp-turns': ['share of turns', 'linear'],
  'speed-peak': ['share of the way', 'linear'],
  speed: ['px/s', 'ln'],
  'top-speed': ['px/s', 'ln'],
  'speed-variation': ['sd / mean', 'linear'],
  'speed-x': ['px/s', 'ln'],
  'speed-y': ['px/s', 'ln'],
  acceleration: ['px/s2', 'ln'],
  jerk: ['px/s3', 'ln'],
  'turn-rate': ['rad/s', 'ln'],
  curvature: ['rad/px', 'ln'],
  step: ['px', 'ln'],
  accelerating: ['share of steps', 'linear'],
  'small-steps': ['share of steps', 'linear'],
  'axis-steps': ['share of steps', 'linear'],
};

const kindShares = [
  ['move-share', 0],
  ['click-share', 1],
  ['drag-share', 2],
  ['scroll-share', 3],
] as const;

const features: readonly Feature[] = [
  ...byMean.map((measure) => ({ name: `${measure}-mean`, unit: units[measure][0], scale: units[measure][1] })),
  ...bySpread.map((measure) => ({ name: `${measure}-iqr`, unit: 'interquartile range', scale: 'linear' as const })),
  ...kindShares.map(([name]) => ({ name, unit: 'share of strokes', scale: 'linear' as const })),
];

/** Prior strength, in strokes, that pulls a rarely measured quantity towards {@link typicalWhenMissing}. */
const measurePrior = 2;
const typicalWhenMissing: Partial<Record<StrokeMeasure, number>> = { pause: -0.5, press: -2.2, stop: -1.5 };

function present(window: StrokeWindow, measure: number): Int16Array {
  const n = window.kinds.length;
  const column = new Int16Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const value = window.measures[i * strokeMeasureCount + measure]!;
    if (value !== missingMeasure) column[count++] = value;
  }
  return column.subarray(0, count).sort();
}

/**
 * The features of one window of strokes, unscaled, in catalogue order: mean and interquartile range of what was measured on
 * each stroke, and the shares of the kinds. A function of the multiset of strokes alone; no entry is ever NaN.
 */
export function pointerVector(window: StrokeWindow): Float32Array {
  const out = new Float32Array(features.length);
  const n = window.kinds.length;
  if (n === 0) return out;
  for (let m = 0; m < byMean.length; m++) {
    const name = byMean[m]!;
    const column = present(window, m);
    let sum = 0; // an exact integer
    for (let i = 0; i < column.length; i++) sum += column[i]!;
    const typical = typicalWhenMissing[name];
    out[m] =
      typical === undefined
        ? sum / column.length / measureSteps
        : (sum / measureSteps + measurePrior * typical) / (column.length + measurePrior);
    const spreadAt = bySpread.indexOf(name);
    if (spreadAt < 0) continue;
    const range = quantileOfSorted(column, column.length, 0.75) - quantileOfSorted(column, column.length, 0.25);
    out[byMean.length + spreadAt] = range / measureSteps;
  }
  const kindCounts = new Float64Array(8);
  for (let i = 0; i < n; i++) kindCounts[window.kinds[i]!]! += 1;
  for (const [slot, [, kind]] of kindShares.entries()) {
    out[byMean.length + bySpread.length + slot] = kindCounts[kind]! / n;
  }
  return out;
}

/**
 * Median over 62 people of each person's mean absolute deviation (SapiMouse 3-minute sessions, MIT), rounded to 0.01. Nobody
 * scrolls there: that share has the drags' spread.
 */
const referenceSpread = Float32Array.of(
  ...[0.15, 0.12, 0.13, 0.09, 0.07, 0.15, 0.16, 0.03, 0.22, 0.07, 0.02, 0.03], // means: pause .. speed-peak
  ...[0.09, 0.12, 0.04, 0.24, 0.38, 0.1, 0.1, 0.2, 0.14, 0.09, 0.01, 0.02, 0.03], // means: speed .. axis-steps
  ...[0.21, 0.39, 0.2, 0.08, 0.17, 0.05, 0.11, 0.03], // ranges: pause .. speed-peak
  ...[0.12, 0.06, 0.11, 0.12, 0.19, 0.13, 0.03], // ranges: speed-variation .. axis-steps
  ...[0.05, 0.08, 0.05, 0.05], // kinds
);

/** What the 44 numbers of a pointer window mean. */
export const pointerCatalogue: Catalogue = {
  modality: 'pointer',
  version: 1,
  windowSamples: 30,
  stepSamples: 15,
  hidden: 16,
  features,
  referenceSpread,
};
