import { quantileOfSorted } from '../features/order-statistics.ts';
import type { Row } from '../linear-algebra/covariance.ts';
import { kMeans } from './k-means.ts';
import type { Whitening } from './whitening.ts';
import { whiten, whitenComponents } from './whitening.ts';

/** A mixture of Gaussians over single actions. */
export interface ActionMixtureOptions {
  /** Whitened principal components of an action that are modelled. */
  components: number;
  /** Gaussians; at most one per action. */
  gaussians: number;
  /** Added to every variance, in whitened units. */
  varianceFloor: number;
  /** Steps of expectation maximisation at most. */
  mostSteps: number;
  /** Ends when a step brings less than this much mean log-likelihood. */
  leastGain: number;
  /** Uniform numbers in [0, 1): the start of the clusters. The same numbers give the same model. */
  next: () => number;
}

/** The published setting for pointer actions; `next` is the caller's. */
export const pointerMixture: Omit<ActionMixtureOptions, 'next'> = {
  components: 20,
  gaussians: 32,
  varianceFloor: 0.05,
  mostSteps: 60,
  leastGain: 1e-3,
};

/** Axis-parallel Gaussians in whitened space. */
export interface ActionMixture {
  whitening: Whitening;
  gaussians: number;
  /** Row-major, `gaussians x whitening.components`. */
  means: Float64Array;
  /** Row-major as `means`. */
  inverseVariances: Float64Array;
  /** Per Gaussian: logarithm of its weight and of its density at its mean. */
  logPeaks: Float64Array;
}

/** What a Gaussian owns of an action below this share, and its logarithm below this, are not worth the arithmetic. */
const leastShare = 1e-9;
const negligibleLog = -40;
/** Keeps a Gaussian that no action belongs to from being divided by nothing. */
const leastMass = 1e-12;

/**
 * Fits the mixture to scaled actions: whitening, clusters, then expectation maximisation.
 * @throws RangeError without actions, for actions that differ in length or are not finite, and for options below 1
 */
export function fitActionMixture(actions: readonly Row[], options: ActionMixtureOptions): ActionMixture {
  const { varianceFloor, mostSteps, leastGain, next } = options;
  if (!(options.gaussians >= 1)) throw new RangeError(`at least one Gaussian, not ${options.gaussians}`);
  if (!(varianceFloor > 0)) throw new RangeError(`the variance floor is positive, not ${varianceFloor}`);
  const whitening = whitenComponents(actions, options.components, 0);
  const width = whitening.components;
  const count = actions.length;
  const points = new Float64Array(count * width);
  for (let i = 0; i < count; i++) whiten(whitening, actions[i]!, points, i * width);
  const gaussians = Math.min(options.gaussians, count);
  const model: ActionMixture = {
    whitening,
    gaussians,
    means: new Float64Array(gaussians * width),
    inverseVariances: new Float64Array(gaussians * width),
    logPeaks: new Float64Array(gaussians),
  };
  // Per action its shares, and a place for their sum.
  const shares = new Float64Array(count * (gaussians + 1));
  const clusters = kMeans(points, count, width, gaussians, next);
  for (let i = 0; i < count; i++) shares[i * (gaussians + 1) + clusters[i]!] = 1;
  maximise(model, points, shares, count, varianceFloor);
  let before = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < mostSteps; step++) {
    const likelihood = expect(model, points, shares, count);
    if (likelihood - before < leastGain) break;
    before = likelihood;
    maximise(model, points, shares, count, varianceFloor);
  }
  return model;
}

/**
 * Writes each Gaussian's density, weight included, at the point that begins at `at` into `out` from `to` on, in units of the
 * greatest of them, and their sum into `out[to + gaussians]`; gives the logarithm of the density of the mixture.
 */
function densitiesAt(model: ActionMixture, points: Float64Array, at: number, out: Float64Array, to: number): number {
  const { gaussians, means, inverseVariances, logPeaks } = model;
  const width = model.whitening.components;
  let highest = Number.NEGATIVE_INFINITY;
  for (let g = 0, q = 0; g < gaussians; g++) {
    let square = 0;
    for (let p = at; p < at + width; p++, q++) {
      const off = points[p]! - means[q]!;
      square += off * off * inverseVariances[q]!;
    }
    const value = logPeaks[g]! - 0.5 * square;
    out[to + g] = value;
    if (value > highest) highest = value;
  }
  let sum = 0;
  for (let g = to; g < to + gaussians; g++) {
    const off = out[g]! - highest;
    out[g] = off < negligibleLog ? 0 : Math.exp(off);
    sum += out[g]!;
  }
  out[to + gaussians] = sum;
  return highest + Math.log(sum);
}

/** Shares every point out among the Gaussians; gives the mean log-likelihood. */
function expect(model: ActionMixture, points: Float64Array, shares: Float64Array, count: number): number {
  const { gaussians } = model;
  const width = model.whitening.components;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const first = i * (gaussians + 1);
    total += densitiesAt(model, points, i * width, shares, first);
    const sum = shares[first + gaussians]!;
    for (let g = first; g < first + gaussians; g++) shares[g]! /= sum;
  }
  return total / count;
}

/** Moves every Gaussian to the points that belong to it. */
function maximise(
  model: ActionMixture,
  points: Float64Array,
  shares: Float64Array,
  count: number,
  varianceFloor: number,
): void {
  const { gaussians, means, inverseVariances, logPeaks } = model;
  const width = model.whitening.components;
  means.fill(0);
  // Until they are turned round below, these are second moments.
  inverseVariances.fill(0);
  const masses = new Float64Array(gaussians).fill(leastMass);
  for (let i = 0; i < count; i++) {
    for (let g = 0, s = i * (gaussians + 1); g < gaussians; g++, s++) {
      const share = shares[s]!;
      if (share < leastShare) continue;
      masses[g]! += share;
      for (let f = 0, p = i * width, q = g * width; f < width; f++, p++, q++) {
        const weighted = share * points[p]!;
        means[q]! += weighted;
        inverseVariances[q]! += weighted * points[p]!;
      }
    }
  }
  for (let g = 0, q = 0; g < gaussians; g++) {
    let logDeterminant = 0;
    for (let f = 0; f < width; f++, q++) {
      means[q]! /= masses[g]!;
      // The difference of two numbers of about 1 (the space is whitened) is exact enough above the floor.
      const variance = Math.max(inverseVariances[q]! / masses[g]! - means[q]! ** 2, 0) + varianceFloor;
      inverseVariances[q] = 1 / variance;
      logDeterminant += Math.log(variance);
    }
    logPeaks[g] = Math.log(masses[g]! / count) - 0.5 * (logDeterminant + width * Math.log(2 * Math.PI));
  }
}

/** Written before they are read in every call, and nothing outlives the call. */
let whitened = new Float64Array(128);
let densities = new Float64Array(128);

/** Negative logarithm of the mixture's density at one scaled action, in nats. Higher is stranger; may be negative. */
export function actionSurprise(model: ActionMixture, action: Row): number {
  const { components } = model.whitening;
  if (whitened.length < components) whitened = new Float64Array(components);
  if (densities.length <= model.gaussians) densities = new Float64Array(model.gaussians + 1);
  whiten(model.whitening, action, whitened);
  return -densitiesAt(model, whitened, 0, densities, 0);
}

/** The published quantile at which a session's surprises are clipped. */
const usualClip = 0.98;

/**
 * Mean surprise of a window's actions, in nats, each clipped at the window's own quantile `clipAt` (0..1), so that one mishap
 * does not decide. Higher is stranger.
 * @throws RangeError for a window without actions: it says nothing about anybody
 */
export function actionMixtureScore(model: ActionMixture, actions: readonly Row[], clipAt = usualClip): number {
  if (actions.length === 0) throw new RangeError('a window has at least one action');
  const surprises = Float64Array.from(actions, (action) => actionSurprise(model, action)).sort();
  const limit = quantileOfSorted(surprises, surprises.length, clipAt);
  let sum = 0;
  for (let i = 0; i < surprises.length; i++) sum += Math.min(surprises[i]!, limit);
  return sum / surprises.length;
}
