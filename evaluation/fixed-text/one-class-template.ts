import { reconstructionError } from '../../detection/autoencoder.ts';
import { cappedManhattanScore } from '../../detection/detectors/capped-manhattan.ts';
import {
  fitNearestNeighbours,
  fixedTextNeighbours,
  type NearestNeighbours,
  nearestNeighboursScore,
} from '../../detection/detectors/nearest-neighbours.ts';
import { recencyWeights } from '../../detection/detectors/recency.ts';
import { fitScaler, fixedTextScaling, type ScalingOptions, scale } from '../../detection/scaling.ts';
import type { Autoencoder, Scaler } from '../../detection/words/template.ts';
import type { FitJob } from '../../training/batched-autoencoder.ts';
import { type EnsembleOptions, fitEnsembles } from '../../training/denoising-ensemble.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import { allFeatures, independentFeatures, withoutReleasePress } from './fixed-text-features.ts';

/** An account as its own repetitions alone describe it, less the autoencoder. */
export interface DistanceTemplate {
  scaler: Scaler;
  /** Of log holds and press-press times, every repetition counting the same. */
  neighbourScaler: Scaler;
  neighbours: NearestNeighbours;
}

/** The whole of it. */
export interface OneClassTemplate extends DistanceTemplate {
  autoencoder: Autoencoder;
}

/** One score per detector; higher is stranger, each in units of its own. */
export interface DistanceScores extends Record<string, number> {
  manhattan: number;
  neighbours: number;
}
export interface OneClassScores extends DistanceScores {
  autoencoder: number;
}

/** Centre and spread of repetitions as neighbours see them. */
const neighbourScaling: ScalingOptions = { ...fixedTextScaling, centreHalfLife: null, spreadHalfLife: null };

const noReference = new Float64Array(allFeatures);

/**
 * The ensemble of an account. Half-life, members, corruption and the hidden layer are the reference's; rows, steps and
 * learning rate were chosen on every second account of the CMU recordings and gave the same error on the others.
 */
export const fixedTextEnsemble = {
  inputs: allFeatures,
  hidden: 12,
  members: 4,
  steps: 100,
  learningRate: 0.02,
  maskShare: 0.6,
  noise: 1,
  weightDecay: 1e-4,
} satisfies Omit<EnsembleOptions, 'seed'>;

/** Repetitions after which a row counts half to the ensemble, and how many are read at all: the rest weighs under 1 %. */
const ensembleHalfLife = 12;
const ensembleRows = 96;

/** Fits what needs no training to an account's features, oldest first. */
export function fitDistances(rows: readonly Float64Array[]): DistanceTemplate {
  const short = rows.map(withoutReleasePress);
  const neighbourScaler = fitScaler(short, withoutReleasePress(noReference), neighbourScaling);
  return {
    scaler: fitScaler(rows, noReference, fixedTextScaling),
    neighbourScaler,
    neighbours: fitNearestNeighbours(
      short.map((row) => scaledBy(neighbourScaler, row)),
      fixedTextNeighbours,
    ),
  };
}

/** Fits whole templates, one to each list of rows (oldest first), each from its own rows alone. */
export async function fitTemplates(
  tf: Tensorflow,
  accounts: readonly (readonly Float64Array[])[],
  seed: number,
  onFitted: (done: number) => void = () => {},
): Promise<OneClassTemplate[]> {
  const distances = accounts.map(fitDistances);
  const jobs = distances.map(({ scaler }, i) => jobOf(scaler, (accounts[i] ?? []).slice(-ensembleRows)));
  const ensembles = await fitEnsembles(tf, jobs, { ...fixedTextEnsemble, seed }, onFitted);
  return distances.map((template, i) => ({ ...template, autoencoder: ensembles[i]! }));
}

function jobOf(scaler: Scaler, rows: readonly Float64Array[]): FitJob {
  const flat = new Float32Array(rows.length * allFeatures);
  for (const [r, row] of rows.entries()) flat.set(scaledBy(scaler, row), r * allFeatures);
  return { rows: flat, weights: Float32Array.from(recencyWeights(rows.length, ensembleHalfLife)) };
}

function scaledBy(scaler: Scaler, row: Float64Array): Float32Array {
  const scaled = new Float32Array(row.length);
  scale(scaler, row, scaled);
  return scaled;
}

/** Features in the account's units, clipped: below 0 is faster than the account. */
export function scaledFeatures({ scaler }: DistanceTemplate, features: Float64Array): Float32Array {
  return scaledBy(scaler, features);
}

const scaled = new Float32Array(allFeatures);
const scaledShort = new Float32Array(independentFeatures);

/** Scores the features of one repetition. */
export function distanceScores(template: DistanceTemplate, features: Float64Array): DistanceScores {
  scale(template.scaler, features, scaled);
  scale(template.neighbourScaler, withoutReleasePress(features), scaledShort);
  return {
    manhattan: cappedManhattanScore(scaled),
    neighbours: nearestNeighboursScore(template.neighbours, scaledShort),
  };
}

/** Scores the features of one repetition. */
export function oneClassScores(template: OneClassTemplate, features: Float64Array): OneClassScores {
  const distances = distanceScores(template, features);
  return { ...distances, autoencoder: reconstructionError(template.autoencoder, scaled) };
}
