import { finiteValue } from '../detectors/finite-value.ts';
import type { StrokeVector } from '../features/stroke-vector.ts';
import { choleskyOf, inverseOf } from '../linear-algebra/cholesky.ts';
import {
  type CovariancePair,
  logDeterminantFor,
  pairCovariances,
  squaredLength,
  writeCoordinates,
} from '../linear-algebra/covariance-pair.ts';
import { multiply } from '../linear-algebra/matrix-product.ts';
import { type Scatter, scatterOfBlocks, scatterOfRows } from '../linear-algebra/session-moments.ts';
import { embeddedSession, projected, projectedScatter, type StrokeBackground } from './stroke-background.ts';

/** An account as a background sees it. */
export interface EnrolledStrokes {
  /** Where its windows lie: its own mean, drawn to the population's as far as few strokes leave it uncertain. */
  mean: Float64Array;
  /** How they spread: sessions and uncertainty of the mean fixed, strokes averaged. */
  pair: CovariancePair;
  sessions: number;
  strokes: number;
}

export interface StrokeEnrolmentOptions {
  /** Blocks' worth of trust in how the population's strokes scatter, against the account's own. */
  blockTrust: number;
  /** Sessions' worth of trust in how people's sessions differ, against how the account's own do. */
  sessionTrust: number;
}

/**
 * `blockTrust` as published. `sessionTrust` (infinite there) was chosen on training sessions, each left out in turn, of
 * Balabit's accounts; SapiMouse enrols with one session, where it does not matter.
 */
export const strokeEnrolmentOptions: StrokeEnrolmentOptions = { blockTrust: 100, sessionTrust: 20 };

/**
 * Enrols an account against a background. Sessions without strokes are passed over.
 * @throws RangeError when no session has a stroke
 */
export function enrolStrokes(
  background: StrokeBackground,
  sessions: readonly (readonly StrokeVector[])[],
  options: StrokeEnrolmentOptions = strokeEnrolmentOptions,
): EnrolledStrokes {
  const { units, projection, blockStrokes } = background;
  const own = sessions
    .filter((session) => session.length > 0)
    .map((session) => embeddedSession(units, session, blockStrokes));
  if (own.length === 0) throw new RangeError('enrolment needs at least one stroke');
  const size = background.components;
  const { between, perStroke } = background;
  const strokes = own.reduce((sum, session) => sum + session.samples, 0);
  const means = own.map(({ mean }) => projected(projection, mean));
  const difference = new Float64Array(size);
  let squares = 0;
  for (const [s, { samples }] of own.entries()) {
    const share = samples / strokes;
    squares += share * share;
    for (let i = 0; i < size; i++) difference[i]! += share * (means[s]![i]! - background.mean[i]!);
  }
  // Sessions do not count alike: one long and many short ones are worth little more than one.
  const uncertainty = between.map((value, i) => value + background.sessions[i]! * squares + perStroke[i]! / strokes);
  const gain = multiply(between, inverseOf(choleskyOf(uncertainty, size), size), size, size, size);
  const step = multiply(gain, difference, size, size, 1);
  const explained = multiply(gain, between, size, size, size);
  const ofSessions = drawnTo(background.sessions, options.sessionTrust, scatterOfRows([means], size), 1);
  const ofBlocks = projectedScatter(projection, scatterOfBlocks(own));
  const fixed = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const a = i * size + j;
      // The mean of both halves: rounding must not make the matrix lopsided.
      fixed[a] = ofSessions[a]! + between[a]! - (explained[a]! + explained[j * size + i]!) / 2;
    }
  }
  return {
    mean: step.map((value, i) => value + background.mean[i]!),
    pair: pairCovariances(fixed, drawnTo(perStroke, options.blockTrust, ofBlocks, blockStrokes), size),
    sessions: own.length,
    strokes,
  };
}

/** The account's own covariance, `factor` times that of its rows, with the population's as so many rows more. */
function drawnTo(population: Float64Array, trust: number, { rows, sum }: Scatter, factor: number): Float64Array {
  return population.map((value, i) => (factor * sum[i]! + trust * value) / (rows + trust));
}

/** Written before they are read in every call, and nothing outlives the call. */
let offset = new Float64Array(128);
let coordinates = new Float64Array(128);

/** Logarithm of a Student density at a window's mean, without the terms that cancel in a ratio. */
function logDensity(
  pair: CovariancePair,
  centre: Float64Array,
  mean: Float64Array,
  strokes: number,
  degreesOfFreedom: number,
): number {
  const { size } = pair;
  for (let i = 0; i < size; i++) offset[i] = finiteValue(mean[i]!) - centre[i]!;
  writeCoordinates(pair, offset, coordinates);
  const distance = squaredLength(pair, coordinates, strokes);
  return (
    -0.5 * ((degreesOfFreedom + size) * Math.log1p(distance / degreesOfFreedom) + logDeterminantFor(pair, strokes))
  );
}

/**
 * How much likelier a window of `strokes` strokes, whose mean in the background's space is `mean`, is from anybody than from
 * the account: a log-likelihood ratio in nats. Higher is stranger; 0 is where it tells nothing.
 */
export function strokeBackgroundScore(
  background: StrokeBackground,
  enrolled: EnrolledStrokes,
  mean: Float64Array,
  strokes: number,
): number {
  const { components, stranger, degreesOfFreedom } = background;
  if (offset.length < components) {
    offset = new Float64Array(components);
    coordinates = new Float64Array(components);
  }
  const count = Math.max(strokes, 1);
  return (
    logDensity(stranger, background.mean, mean, count, degreesOfFreedom) -
    logDensity(enrolled.pair, enrolled.mean, mean, count, degreesOfFreedom)
  );
}
