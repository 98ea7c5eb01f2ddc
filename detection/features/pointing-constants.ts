import type { EvidenceConstants } from '../sequential/evidence-constants.ts';
import type { WindowFusion } from '../words/catalogue.ts';

/**
 * Median over 62 people of each person's mean absolute deviation, in catalogue order, rounded to 0.001
 * (SapiMouse 3-minute sessions, MIT). Written by `scripts/generate-window-constants.ts`.
 */
export const pointerReferenceSpread = Float32Array.of(
  ...[0.155, 0.082, 0.095, 0.077, 0.064, 0.133, 0.153, 0.025, 0.196, 0.01, 0.539, 0.015],
  ...[0.023, 0.096, 0.116, 0.088, 0.088, 0.111, 0.127, 0.142, 0.661, 0.125, 0.14, 0.136],
  ...[0.145, 0.78, 0.197, 0.139, 0.098, 0.117, 0.172, 0.087, 0.111, 0.102, 0.137, 0.13],
  ...[0.085, 0.112, 0.067, 0.079, 0.418, 0.104, 0.066, 0.117, 0.127, 0.031, 0.14, 0.146],
  ...[0.095, 0.125, 0.07, 0.088, 0.115, 0.01, 0.015, 0.025, 0.009, 0.048, 0.08, 0.042],
  ...[0.043, 0.025, 0.028, 0.044, 0.044, 0.028, 0.026, 0.041],
);

/** Units of the detectors' scores, of the same people's windows by models that had not seen their session. */
export const pointerFusion: WindowFusion = {
  version: 1,
  detectors: { autoencoder: { location: 1.182, scale: 0.178 }, distance: { location: 1.671, scale: 0.315 } },
};

/** What is usual of these scores, fused: by themselves, and with the other people as background. */
export const pointerEvidence: { oneClass: EvidenceConstants; cohort: EvidenceConstants } = {
  oneClass: {
    location: -0.0771,
    scale: 0.978,
    excursionsPerWindow: 0.0667,
    excursionHeight: 4.11,
    weeksExcessPerWindow: 0.168,
    weeksExponent: 0.215,
    windowsPerSession: 9,
  },
  cohort: {
    location: -1.24,
    scale: 0.278,
    excursionsPerWindow: 0.0419,
    excursionHeight: 1.47,
    weeksExcessPerWindow: 0.052,
    weeksExponent: 1.21,
    windowsPerSession: 9,
  },
};
