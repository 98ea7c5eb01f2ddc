import { toFourDigits } from './attribution.ts';
import { quantileOfSorted } from './features/order-statistics.ts';
import { joinStrokes, type StrokeWindow } from './features/stroke-window.ts';
import type { Contribution } from './words/verdict.ts';

/**
 * Version 2. A hand sets off, overshoots and corrects: its speed varies more along a stroke than that of a line drawn at
 * constant speed (0), the beat of the timer and the grain of the pixels included (23 %). `genuine` is the median of 1,516
 * windows of 62 people (SapiMouse recordings, MIT and Apache-2.0), of which none is below 73 %; `limit` is what people do not
 * reach. Both in percent, of the median over long strokes.
 */
const speedVariation = { genuine: 107, limit: 25 };
const fewestLongStrokes = 8;

/** The median variation of speed over the long strokes, and its evidence; `undefined` where there are too few of them. */
function speedEvidence(batches: readonly StrokeWindow[]): { observed: number; evidence: number } | undefined {
  const { speedVariations } = joinStrokes(batches);
  if (speedVariations.length < fewestLongStrokes) return undefined;
  const observed = quantileOfSorted(speedVariations, speedVariations.length, 0.5);
  const { genuine, limit } = speedVariation;
  return { observed, evidence: (observed - genuine) / (limit - genuine) };
}

/**
 * How much the strokes look made by a machine, with no template: 1 at the limit, more beyond, 0 for people or where there
 * are too few long ones. A function of the multiset of strokes alone.
 */
export function strokeRegularity(batches: readonly StrokeWindow[]): number {
  return Math.max(0, speedEvidence(batches)?.evidence ?? 0);
}

/** What speaks against a hand on the pointer, where it passed at least half of the way to the limit. */
export function strokeContributions(batches: readonly StrokeWindow[]): Contribution[] {
  const found = speedEvidence(batches);
  if (found === undefined || found.evidence < 0.5) return [];
  return [
    {
      feature: 'variation of speed along a stroke',
      observed: toFourDigits(found.observed),
      typical: speedVariation.genuine,
      unit: '%',
      direction: 'low',
      share: 1,
    },
  ];
}
