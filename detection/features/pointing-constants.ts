import type { EvidenceConstants } from '../sequential/evidence-constants.ts';
import type { WindowFusion } from '../words/catalogue.ts';

/**
 * Median over 62 people of each person's mean absolute deviation, in catalogue order, rounded to 0.001
 * (SapiMouse 3-minute sessions, MIT). Written by `scripts/generate-window-constants.ts`.
 */
export const pointerReferenceSpread = Float32Array.of(
  ...[0.145, 0.114, 0.128, 0.084, 0.067, 0.141, 0.166, 0.027, 0.23, 0.074, 0.017, 0.023],
  ...[0.091, 0.118, 0.042, 0.201, 0.374, 0.096, 0.096, 0.195, 0.146, 0.088, 0.01, 0.017],
  ...[0.026, 0.224, 0.352, 0.189, 0.083, 0.174, 0.047, 0.103, 0.028, 0.116, 0.055, 0.099],
  ...[0.114, 0.175, 0.125, 0.031, 0.048, 0.08, 0.042, 0.005],
);

/** Units of the detectors' scores, of the same people's windows by models that had not seen their session. */
export const pointerFusion: WindowFusion = {
  version: 1,
  detectors: { autoencoder: { location: 1.149, scale: 0.191 }, distance: { location: 1.648, scale: 0.376 } },
};

/** What is usual of these scores, fused: by themselves, and with the other people as background. */
export const pointerEvidence: { oneClass: EvidenceConstants; cohort: EvidenceConstants } = {
  oneClass: {
    location: 0.0824,
    scale: 0.933,
    excursionsPerWindow: 0.0744,
    excursionHeight: 3.41,
    weeksExcessPerWindow: 0.154,
    weeksExponent: 0.26,
    windowsPerSession: 9,
  },
  cohort: {
    location: -0.981,
    scale: 0.295,
    excursionsPerWindow: 0.0264,
    excursionHeight: 1.34,
    weeksExcessPerWindow: 0.0271,
    weeksExponent: 2.48,
    windowsPerSession: 9,
  },
};
