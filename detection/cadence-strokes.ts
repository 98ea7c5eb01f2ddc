import { toFourDigits } from './attribution.ts';
import { quantileOfSorted } from './features/order-statistics.ts';
import type { StrokeMeasure } from './features/stroke-measures.ts';
import { strokeMeasureCount, strokeMeasures } from './features/stroke-measures.ts';
import type { StrokeWindow } from './features/stroke-window.ts';
import { measureSteps } from './features/stroke-window.ts';
import type { Contribution } from './words/verdict.ts';

/** One rule on the median over long strokes: `genuine` is what people typically have, `limit` what they do not reach. */
interface StrokeRule {
  measure: StrokeMeasure;
  genuine: number;
  limit: number;
  /** As an analyst reads it. */
  words: { feature: string; unit: string; shown: (value: number) => number };
}

/**
 * Version 2. A hand sets off, overshoots and corrects: its speed varies more along a stroke than that of a line drawn at
 * constant speed (0), the beat of the timer and the grain of the pixels included (0.23). `genuine` is the median of 1,516
 * windows of 62 people (SapiMouse recordings, MIT and Apache-2.0), of which none is below 0.73.
 */
const strokeRules: readonly StrokeRule[] = [
  {
    measure: 'speed-variation',
    genuine: 1.07,
    limit: 0.25,
    words: { feature: 'variation of speed along a stroke', unit: '%', shown: (variation) => variation * 100 },
  },
];

const pathAt = strokeMeasures.indexOf('path');
const pointsAt = strokeMeasures.indexOf('points');
/** A stroke counts from 50 px and 8 points on. */
const longPath = Math.log(50) * measureSteps;
const manyPoints = Math.log(8) * measureSteps;
const fewestLongStrokes = 8;

/** The median of one measure over the long strokes; `undefined` where there are too few of them. */
function medianOfLong(batches: readonly StrokeWindow[], measure: StrokeMeasure): number | undefined {
  const at = strokeMeasures.indexOf(measure);
  const values: number[] = [];
  for (const { measures } of batches) {
    for (let row = 0; row < measures.length; row += strokeMeasureCount) {
      if (measures[row + pathAt]! < longPath || measures[row + pointsAt]! < manyPoints) continue;
      values.push(measures[row + at]! / measureSteps);
    }
  }
  if (values.length < fewestLongStrokes) return undefined;
  return quantileOfSorted(Float64Array.from(values).sort(), values.length, 0.5);
}

/** Each rule's median with its evidence: 0 at what people have, 1 at what they do not reach. */
function strokeEvidence(batches: readonly StrokeWindow[]) {
  return strokeRules.flatMap((rule) => {
    const observed = medianOfLong(batches, rule.measure);
    if (observed === undefined) return [];
    return [{ rule, observed, evidence: (observed - rule.genuine) / (rule.limit - rule.genuine) }];
  });
}

/**
 * How much the strokes look made by a machine, with no template: 1 at the limit, more beyond, 0 for people or where there
 * are too few long ones. A function of the multiset of strokes alone.
 */
export function strokeRegularity(batches: readonly StrokeWindow[]): number {
  let strongest = 0;
  for (const { evidence } of strokeEvidence(batches)) strongest = Math.max(strongest, evidence);
  return strongest;
}

/** Which rules speak against a hand on the pointer: those that passed at least half of the way to their limit, strongest first. */
export function strokeContributions(batches: readonly StrokeWindow[]): Contribution[] {
  const speaking = strokeEvidence(batches)
    .filter(({ evidence }) => evidence >= 0.5)
    .sort((a, b) => b.evidence - a.evidence);
  const total = speaking.reduce((sum, { evidence }) => sum + evidence, 0);
  return speaking.map(({ rule: { genuine, words }, observed, evidence }) => ({
    feature: words.feature,
    observed: toFourDigits(words.shown(observed)),
    typical: toFourDigits(words.shown(genuine)),
    unit: words.unit,
    direction: observed >= genuine ? ('high' as const) : ('low' as const),
    share: toFourDigits(evidence / total),
  }));
}
