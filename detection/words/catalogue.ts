import type { FusionConstants } from '../detectors/fusion.ts';
import type { EvidenceConstants } from '../sequential/evidence-constants.ts';
import type { EvidenceRule } from '../sequential/evidence-rule.ts';
import type { ModelledModality } from './template.ts';

/**
 * How a feature's number becomes one that an analyst can read: `ln` is shown as its exponential, `signed-ln` is
 * `sign(x) ln(1 + |x| / 50 ms)` shown in milliseconds, `linear` as it is.
 */
export type FeatureScale = 'linear' | 'ln' | 'signed-ln';

/** One number of a window vector. */
export interface Feature {
  name: string;
  /** Of the number as shown to an analyst. */
  unit: string;
  scale: FeatureScale;
}

/** What the numbers of a window vector mean. A version never changes once a verdict carries it; a new meaning is a new version. */
export interface Catalogue {
  modality: ModelledModality;
  version: number;
  /** Fewest samples that make a window. A window holds whole batches, so it may be up to one batch longer. */
  windowSamples: number;
  /** Fewest new samples between two scored windows. */
  stepSamples: number;
  /** Hidden units of each member of the autoencoder's ensemble over these features. */
  hidden: number;
  features: readonly Feature[];
  /** Typical mean absolute deviation of each feature within one person: what an account's own spread is shrunk towards. */
  referenceSpread: Float32Array;
  /** Units of the detectors' scores on these features: the same for every account, so that one threshold can serve all. */
  fusion: WindowFusion;
  /** How scores become evidence: without a background, and with one. */
  evidenceRules: { oneClass: EvidenceRule; cohort: EvidenceRule };
  /** What is usual of the scores of people's own windows, likewise. */
  evidenceConstants: { oneClass: EvidenceConstants; cohort: EvidenceConstants };
}

/** The detectors that every model has. */
export type WindowDetector = 'autoencoder' | 'distance';
/** Fusion constants of a catalogue: one entry for each {@link WindowDetector}. */
export interface WindowFusion extends FusionConstants {
  detectors: Readonly<Record<WindowDetector, { location: number; scale: number }>>;
}
