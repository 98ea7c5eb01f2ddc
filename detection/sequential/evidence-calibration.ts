import type { EvidenceUnits } from './session-evidence.ts';

/** An account's part of the sequential test: what its template keeps. */
export interface EvidenceCalibration extends EvidenceUnits {
  /** Quantiles 0, 1, .. 100 % of the out-of-fold genuine scores: 101 numbers, ascending. */
  scoreQuantiles: Float32Array;
  /** Evidence at which the false-alarm contract is spent, in spreads. */
  threshold: number;
  /** The slow clock: what a window may bring, and the evidence at which its part of the contract is spent, in spreads. */
  weeksAllowance: number;
  weeksThreshold: number;
}
