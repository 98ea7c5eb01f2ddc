import type { PackedGaussian } from '../linear-algebra/packed-gaussian.ts';
import type { EvidenceCalibration } from '../sequential/evidence-calibration.ts';

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

/** A fitted model of one modality for one window length. */
export interface ModalityModel {
  modality: ModelledModality;
  catalogueVersion: number;
  windowSamples: number;
  scaler: Scaler;
  autoencoder: Autoencoder;
  /** The account's own scaled windows: their mean and shrunk covariance. */
  distance: PackedGaussian;
  /** The account in the units of the background that {@link Template.background} names; `null` in one-class mode. */
  likelihoodRatio: PackedGaussian | null;
  calibration: EvidenceCalibration;
}

/**
 * What people of a tenant in general are like, for one modality: what a stranger's windows look like, in the population's
 * units. The account's side of the comparison is in its own template.
 */
export interface BackgroundModel {
  modality: ModelledModality;
  catalogueVersion: number;
  /** The population's units: median and mean absolute deviation of each feature. */
  scaler: Scaler;
  stranger: PackedGaussian;
  /** Of the Student densities. */
  degreesOfFreedom: number;
  /** How many accounts it was made from. */
  subjects: number;
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
  /** Version of the cohort template whose backgrounds the likelihood ratios are against; empty for one-class models, and for a cohort. */
  background: string;
  models: ModalityModel[];
  /** Only of a cohort; at most one a modality. */
  backgrounds: BackgroundModel[];
}
