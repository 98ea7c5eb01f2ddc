/** A modality that has a per-user model. */
export type ModelledModality = 'keystrokes' | 'pointer';

/** Per-feature centre and spread of the subject's own windows, in the units of the catalogue. */
export interface Scaler {
  centre: Float32Array;
  /** Never 0: shrunk towards the catalogue's constant and floored. */
  spread: Float32Array;
}

/**
 * One hidden layer, `y = decode * tanh(encode * x + encodeBias) + decodeBias`, over scaled features.
 * Several ensemble members side by side are one wider network whose output is their mean.
 */
export interface Autoencoder {
  /** Number of features. */
  inputs: number;
  hidden: number;
  /** Row-major, `hidden x inputs`. */
  encode: Float32Array;
  encodeBias: Float32Array;
  /** Row-major, `inputs x hidden`. */
  decode: Float32Array;
  decodeBias: Float32Array;
}

/** What the account's own out-of-fold genuine windows say about its scores; see `detection/calibration.ts`. */
export interface Calibration {
  /** Quantiles 0, 1, .. 100 % of the out-of-fold genuine scores: 101 numbers, ascending. */
  scoreQuantiles: Float32Array;
  /** Median and spread that turn a score into standard units before evidence accumulates. */
  location: number;
  scale: number;
  /** Allowance per window of the sequential test, in standard units. */
  allowance: number;
  /** Accumulated evidence at which the false-alarm contract is spent, in standard units. */
  threshold: number;
}

/** A fitted model of one modality for one window length. */
export interface ModalityModel {
  modality: ModelledModality;
  catalogueVersion: number;
  windowSamples: number;
  scaler: Scaler;
  autoencoder: Autoencoder;
  calibration: Calibration;
}

/** A subject's enrolled reference, or the pooled stand-in of a tenant's cohort. */
export interface Template {
  /** SHA-256 of the template's file, hexadecimal: its identity. */
  version: string;
  tenant: string;
  /** Empty for a cohort. */
  subject: string;
  kind: 'own' | 'cohort';
  trainedAtMs: number;
  /** Genuine windows it was fitted to, over all models. */
  sampleCount: number;
  seed: number;
  /** Version of the template it replaces; empty for the first. */
  parent: string;
  models: ModalityModel[];
}
