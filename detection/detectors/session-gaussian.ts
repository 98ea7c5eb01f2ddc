import {
  type CovariancePair,
  pairCovariances,
  squaredLength,
  writeCoordinates,
} from '../linear-algebra/covariance-pair.ts';
import { addRidge, shrinkToDiagonal } from '../linear-algebra/matrix-product.ts';
import { plainMean, type SessionMoments, scatterOfBlocks, scatterOfRows } from '../linear-algebra/session-moments.ts';
import { finiteValue } from './finite-value.ts';

/** How an account's sessions become a distribution of means. */
export interface SessionGaussianOptions {
  /** Samples in a block; see `sessionMomentsOf`. */
  blockSamples: number;
  /** Share by which the covariance of blocks is drawn to its diagonal. */
  diagonalShare: number;
  /** Added to every variance, as a share of the mean one. */
  ridge: number;
  /** Sessions' worth of trust in `sessionSamples`, against how the account's own sessions differ. */
  sessionPrior: number;
  /** A session differs from the next, to begin with, as much as the mean of so many samples does. */
  sessionSamples: number;
  /** Of a Student density: low, and one odd direction says less. */
  degreesOfFreedom: number;
}

/**
 * For strokes. Chosen on training sessions of ten accounts, each left out in turn; the labelled ones were not used. Hardly
 * sensitive: the prior from 3 to 30 sessions, 20 to 200 strokes a session, blocks of 5 to 30 moved no area by more than 0.015.
 */
export const strokeSessionOptions: SessionGaussianOptions = {
  blockSamples: 5,
  diagonalShare: 0.1,
  ridge: 0.01,
  sessionPrior: 10,
  sessionSamples: 60,
  degreesOfFreedom: 10,
};

/**
 * Where the means of an account's windows lie, of any length, from its own sessions alone: how samples scatter within
 * a session, and how sessions differ from each other. Longer windows are held to a narrower standard.
 */
export interface SessionGaussian {
  /** Coordinates of the account's mean in the pair's basis. */
  centre: Float64Array;
  pair: CovariancePair;
  sessions: number;
  samples: number;
  degreesOfFreedom: number;
}

/**
 * Fits the distribution to an account's sessions, summarised with the same block length.
 * @throws RangeError without sessions, without one that has two blocks, and for values that are not finite
 */
export function fitSessionGaussian(
  sessions: readonly SessionMoments[],
  options: SessionGaussianOptions,
): SessionGaussian {
  const [first] = sessions;
  if (first === undefined) throw new RangeError('an account has at least one session');
  const width = first.mean.length;
  const within = scatterOfBlocks(sessions);
  if (within.rows === 0) throw new RangeError('no session has two blocks');
  const perSample = perSampleCovariance(within, width, options);
  const means = sessions.map((session) => session.mean);
  const between = scatterOfRows([means], width);
  // What a session brings along, and that the own mean is known from so many sessions only.
  const factor = (1 + 1 / sessions.length) / (between.rows + options.sessionPrior);
  const samples = sessions.reduce((sum, session) => sum + session.samples, 0);
  const prior = options.sessionPrior / options.sessionSamples;
  const fixed = between.sum.map((value, i) => factor * (value + prior * perSample[i]!) + perSample[i]! / samples);
  const pair = pairCovariances(fixed, perSample, width);
  const centre = new Float64Array(width);
  writeCoordinates(pair, plainMean(means, width), centre);
  return { centre, pair, sessions: sessions.length, samples, degreesOfFreedom: options.degreesOfFreedom };
}

function perSampleCovariance(
  within: { rows: number; sum: Float64Array },
  width: number,
  { blockSamples, diagonalShare, ridge }: SessionGaussianOptions,
): Float64Array {
  const covariance = shrinkToDiagonal(
    within.sum.map((value) => (value * blockSamples) / within.rows),
    width,
    diagonalShare,
  );
  let trace = 0;
  for (let i = 0; i < width; i++) trace += covariance[i * width + i]!;
  if (!(trace > 0)) throw new RangeError('the samples never vary');
  return addRidge(covariance, width, (ridge * trace) / width);
}

/** Written before it is read in every call, and nothing outlives the call. */
let offset = new Float64Array(256);

/**
 * How far a window's mean lies from the account, in nats of a Student density without its constant: 0 at the centre. Higher is
 * stranger. `at` holds coordinates of the mean in the model's basis, `samples` how many it is a mean of.
 */
export function sessionGaussianScore(model: SessionGaussian, at: Float64Array, samples: number): number {
  const { size } = model.pair;
  if (offset.length < size) offset = new Float64Array(size);
  for (let i = 0; i < size; i++) offset[i] = finiteValue(at[i]!) - model.centre[i]!;
  const distance = squaredLength(model.pair, offset, Math.max(samples, 1));
  return 0.5 * (model.degreesOfFreedom + size) * Math.log1p(distance / model.degreesOfFreedom);
}
