import { oneClassTypingEvidenceRule, typingEvidenceRule } from '../sequential/evidence-rule.ts';
import type { Catalogue } from '../words/catalogue.ts';
import type { KeystrokeWindow } from './keystroke-window.ts';
import { typicalZonePairModel } from './typical-zone-pair-model.ts';
import { keystrokeEvidence, keystrokeFusion, keystrokeReferenceSpread } from './typing-constants.ts';
import { identityFeatureCount, typingFeatures, typingVector } from './typing-vector.ts';

/** What the 81 numbers of a keystroke window mean. */
export const keystrokeCatalogue: Catalogue = {
  modality: 'keystrokes',
  version: 2,
  windowSamples: 50,
  stepSamples: 25,
  hidden: 12,
  features: typingFeatures.slice(0, identityFeatureCount),
  referenceSpread: keystrokeReferenceSpread,
  fusion: keystrokeFusion,
  evidenceRules: { oneClass: oneClassTypingEvidenceRule, cohort: typingEvidenceRule },
  evidenceConstants: keystrokeEvidence,
};

/** The numbers of one window against what typing is like for anyone, unscaled, in catalogue order; never NaN. */
export function keystrokeVector(window: KeystrokeWindow): Float32Array {
  return typingVector(window, typicalZonePairModel).subarray(0, identityFeatureCount);
}
