import { oneClassTypingEvidenceRule, typingEvidenceRule } from '../sequential/evidence-rule.ts';
import type { Catalogue, Feature } from '../words/catalogue.ts';
import { pointerEvidence, pointerFusion, pointerReferenceSpread } from './pointing-constants.ts';
import { strokeFeatureCount, strokeFeatures } from './stroke-vector.ts';
import { type StrokeWindow, standardSteps, strokeSharesOfKind, strokeTotalCount } from './stroke-window.ts';
import { typicalStrokes } from './typical-strokes.ts';

/** The sectors of `chordSectorOf`: towards which side a stroke ends, first the nearer one. */
const directions = [
  'left-up',
  'up-left',
  'up-right',
  'right-up',
  'right-down',
  'down-right',
  'down-left',
  'left-down',
] as const;

const features: readonly Feature[] = [
  ...strokeFeatures,
  ...[...strokeSharesOfKind, ...directions].map((name) => ({
    name: `${name}-share`,
    unit: 'share of strokes',
    scale: 'linear' as const,
  })),
];

/**
 * The numbers of one window, unscaled, in catalogue order: the mean over its strokes of each feature, what is missing or far
 * from typical drawn in, and the shares of kinds and directions. A function of the multiset of strokes alone; no entry is
 * ever NaN, and a window without strokes is a typical one.
 */
export function pointerVector({ strokes, totals }: StrokeWindow): Float32Array {
  const out = new Float32Array(strokeTotalCount);
  const n = Math.max(strokes, 1);
  for (let i = 0; i < strokeTotalCount; i++) {
    const mean = totals[i]! / n;
    // Back in the feature's own unit, which changes no score and tells an analyst more.
    out[i] =
      i < strokeFeatureCount ? typicalStrokes.centre[i]! + (typicalStrokes.spread[i]! * mean) / standardSteps : mean;
  }
  return out;
}

/** What the 68 numbers of a pointer window mean. */
export const pointerCatalogue: Catalogue = {
  modality: 'pointer',
  version: 2,
  windowSamples: 30,
  stepSamples: 15,
  hidden: 12,
  features,
  referenceSpread: pointerReferenceSpread,
  fusion: pointerFusion,
  evidenceRules: { oneClass: oneClassTypingEvidenceRule, cohort: typingEvidenceRule },
  evidenceConstants: pointerEvidence,
};
