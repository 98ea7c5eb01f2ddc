import { oneClassTypingEvidenceRule, typingEvidenceRule } from '../sequential/evidence-rule.ts';
import type { Catalogue, Feature } from '../words/catalogue.ts';
import { quantileOfSorted } from './order-statistics.ts';
import { pointerEvidence, pointerFusion, pointerReferenceSpread } from './pointing-constants.ts';
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

/** What the 44 numbers of a pointer window mean. */
export const pointerCatalogue: Catalogue = {
  modality: 'pointer',
  version: 1,
  windowSamples: 30,
  stepSamples: 15,
  hidden: 12,
  features,
  referenceSpread: pointerReferenceSpread,
  fusion: pointerFusion,
  evidenceRules: { oneClass: oneClassTypingEvidenceRule, cohort: typingEvidenceRule },
  evidenceConstants: pointerEvidence,
};
