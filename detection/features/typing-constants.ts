import type { EvidenceConstants } from '../sequential/evidence-constants.ts';
import type { WindowFusion } from '../words/catalogue.ts';

/**
 * Median over 27 people of each person's mean absolute deviation, in catalogue order, rounded to 0.001
 * (Villani free-text recordings, BSD-3-Clause, first four sessions). Written by `scripts/generate-window-constants.ts`.
 */
export const keystrokeReferenceSpread = Float32Array.of(
  ...[0.071, 0.073, 0.11, 0.092, 0.075, 0.073, 0.098, 0.088, 0.069, 0.103, 0.075, 0.087],
  ...[0.13, 0.203, 0.117, 0.084, 0.172, 0.161, 0.115, 0.147, 0.229, 0.044, 0.027, 0.137],
  ...[0.039, 0.017, 0.116, 0.103, 0.107, 0.201, 0.174, 0.172, 0.13, 0.125, 0.112, 0.023],
  ...[0.017, 0.019, 0.125, 0.101, 0.093, 0.321, 0.291, 0.222, 0.208, 0.272, 0.179, 0.148],
  ...[0.162, 0.234, 0.366, 0.262, 0.208, 0.177, 0.202, 0.302, 0.123, 0.221, 0.233, 0.232],
  ...[0.195, 0.183, 0.247, 0.237, 0.238, 0.237, 0.239, 0.211, 0.235, 0.227, 0.212, 0.212],
  ...[0.222, 0.256, 0.218, 0.23, 0.25, 0.231, 0.193, 0.248, 0.232],
);

/** Units of the detectors' scores, of the same people's windows by models that had not seen their session. */
export const keystrokeFusion: WindowFusion = {
  version: 1,
  detectors: { autoencoder: { location: 0.789, scale: 0.165 }, distance: { location: 1.052, scale: 0.197 } },
};

/** What is usual of these scores, fused: by themselves, and with the other people as background. */
export const keystrokeEvidence: { oneClass: EvidenceConstants; cohort: EvidenceConstants } = {
  oneClass: {
    location: 0.021,
    scale: 0.975,
    excursionsPerWindow: 0.0344,
    excursionHeight: 2.13,
    weeksExcessPerWindow: 0.02,
    weeksExponent: 0.745,
    windowsPerSession: 19,
  },
  cohort: {
    location: -1.15,
    scale: 0.431,
    excursionsPerWindow: 0.02,
    excursionHeight: 2.01,
    weeksExcessPerWindow: 0.0281,
    weeksExponent: 0.785,
    windowsPerSession: 19,
  },
};
