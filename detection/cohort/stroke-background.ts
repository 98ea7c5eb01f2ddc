import { embedStroke, fitStrokeUnits, type StrokeUnits, strokeEmbeddingSize } from '../features/stroke-embedding.ts';
import type { StrokeVector } from '../features/stroke-vector.ts';
import { type CovariancePair, pairCovariances } from '../linear-algebra/covariance-pair.ts';
import { addRidge, multiply, shrinkToDiagonal, transposed } from '../linear-algebra/matrix-product.ts';
import {
  covarianceOfBlocks,
  plainMean,
  type Scatter,
  type SessionMoments,
  scatterOfBlocks,
  scatterOfRows,
  sessionMomentsOf,
} from '../linear-algebra/session-moments.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';

/** An account that lends its strokes to the background: session after session, each in order. */
export interface StrokeContributor {
  /** Who that is (an account's pseudonym): remembered, so that nobody is judged against a background made of themself. */
  id: string;
  sessions: readonly (readonly StrokeVector[])[];
}

export interface StrokeBackgroundOptions {
  /** Fewer are refused: with five accounts of an operator a background harms, from eight on it helps (measured). */
  leastContributors: number;
  /** Directions kept of the embedding. */
  components: number;
  /** Strokes in a block; see `sessionMomentsOf`. */
  blockStrokes: number;
  /** Shares by which covariances are drawn to their diagonals. */
  betweenShrinkage: number;
  sessionShrinkage: number;
  strokeShrinkage: number;
  /** Factor on how much the sessions of one person differ. */
  sessionFactor: number;
  degreesOfFreedom: number;
}

/**
 * As published, but for three: blocks of 5 strokes (20 there) and every direction (60 there), chosen on SapiMouse, where 60 or 90
 * directions make smaller models and move no area by more than 0.002; and a factor of 1 on sessions (2 there, from Balabit).
 */
export const strokeBackgroundOptions: StrokeBackgroundOptions = {
  leastContributors: 8,
  components: strokeEmbeddingSize,
  blockStrokes: 5,
  betweenShrinkage: 0.5,
  sessionShrinkage: 0.5,
  strokeShrinkage: 0.1,
  sessionFactor: 1,
  degreesOfFreedom: 10,
};

/**
 * What people in general are like with a pointer: how far apart they are, how much the sessions of one differ, and how strokes
 * scatter within a session. Everything but the units is in the projected space. Plain numbers, strings and typed arrays.
 */
export interface StrokeBackground {
  units: StrokeUnits;
  components: number;
  /** Row-major, `components x strokeEmbeddingSize`; along each direction blocks of strokes have variance 1. */
  projection: Float64Array;
  /** Mean of the accounts' means. */
  mean: Float64Array;
  /** Covariances, row-major: of accounts, of one account's sessions, and of one session's strokes. */
  between: Float64Array;
  sessions: Float64Array;
  perStroke: Float64Array;
  /** A stranger's window: accounts and sessions fixed, strokes averaged. */
  stranger: CovariancePair;
  blockStrokes: number;
  degreesOfFreedom: number;
  /** The ids of everybody whose strokes went in, sorted. */
  contributors: readonly string[];
}

/** A background, or how many contributors there were and how many it takes. */
export type StrokeBackgroundOutcome =
  | { ok: true; value: StrokeBackground }
  | { ok: false; reason: 'too-few-contributors'; contributors: number; leastContributors: number };

/** Added to the variance between accounts and between sessions: nothing is ever known exactly. */
const varianceFloor = 1e-4;
/** Added to the variance of strokes, as a share of the mean one. */
const strokeRidge = 0.01;
/** Directions in which blocks hardly vary are rounding error. */
const leastVariance = 1e-9;

/**
 * A background from the strokes of at least `leastContributors` accounts. Sessions shorter than a block say nothing about it.
 * @throws RangeError for one id given twice, and where no account has two sessions, or none has two blocks in one
 */
export function fitStrokeBackground(
  accounts: readonly StrokeContributor[],
  options: StrokeBackgroundOptions = strokeBackgroundOptions,
): StrokeBackgroundOutcome {
  const { blockStrokes, leastContributors, degreesOfFreedom } = options;
  const usable = accounts.filter((account) => account.sessions.some((session) => session.length >= blockStrokes));
  if (usable.length < Math.max(2, leastContributors)) {
    return { ok: false, reason: 'too-few-contributors', contributors: usable.length, leastContributors };
  }
  const contributors = usable.map((account) => account.id).sort();
  if (contributors.some((id, i) => id === contributors[i - 1]))
    throw new RangeError('a background names one of its accounts twice');
  const units = fitStrokeUnits(usable.flatMap((account) => account.sessions.flat()));
  const embedded = usable.map(({ sessions }) =>
    sessions
      .filter((session) => session.length >= blockStrokes)
      .map((session) => embeddedSession(units, session, blockStrokes)),
  );
  const blocks = covarianceOfBlocks(embedded.flat(), strokeEmbeddingSize);
  const projection = mainDirections(blocks, options.components);
  const components = projection.length / strokeEmbeddingSize;
  const moments = momentsOf(embedded, projection, components, options);
  const stranger = pairCovariances(added(moments.between, moments.sessions), moments.perStroke, components);
  return {
    ok: true,
    value: { units, components, projection, ...moments, stranger, blockStrokes, degreesOfFreedom, contributors },
  };
}

/** A session under some units, before any projection. @throws RangeError for a session without strokes */
export function embeddedSession(
  units: StrokeUnits,
  strokes: readonly StrokeVector[],
  blockStrokes: number,
): SessionMoments {
  return sessionMomentsOf(strokes.length, strokeEmbeddingSize, blockStrokes, (i, out) =>
    embedStroke(units, strokes[i]!, out),
  );
}

/** Directions in which blocks of strokes vary most, row-major, scaled so that blocks have variance 1 along each. */
function mainDirections(covariance: Float64Array, most: number): Float64Array {
  const width = strokeEmbeddingSize;
  const { values, vectors } = symmetricEigen(covariance, width);
  let components = 0;
  while (components < Math.min(most, width) && values[components]! > leastVariance) components++;
  const projection = vectors.slice(0, components * width);
  for (let k = 0, p = 0; k < components; k++) {
    const scale = 1 / Math.sqrt(values[k]!);
    for (let f = 0; f < width; f++) projection[p++]! *= scale;
  }
  return projection;
}

/** A vector of the embedding in the projected space. */
export function projected(projection: Float64Array, vector: Float64Array): Float64Array {
  const out = new Float64Array(projection.length / vector.length);
  writeProjection(projection, vector, out);
  return out;
}

function writeProjection(projection: Float64Array, vector: Float64Array, out: Float64Array): void {
  const width = vector.length;
  const components = projection.length / width;
  for (let k = 0, p = 0; k < components; k++) {
    let sum = 0;
    for (let f = 0; f < width; f++) sum += projection[p++]! * vector[f]!;
    out[k] = sum;
  }
}

/** A scatter of the embedding in the projected space. */
export function projectedScatter(projection: Float64Array, { rows, sum }: Scatter): Scatter {
  const width = strokeEmbeddingSize;
  const components = projection.length / width;
  const half = multiply(projection, sum, components, width, width);
  return { rows, sum: multiply(half, transposed(projection, components, width), components, width, components) };
}

/** Written before it is read in every call, and nothing outlives the call. */
const embedding = new Float64Array(strokeEmbeddingSize);

/** Writes one stroke in the background's space: `components` numbers, of which windows are plain means. */
export function projectStroke(background: StrokeBackground, stroke: StrokeVector, out: Float64Array): void {
  embedStroke(background.units, stroke, embedding);
  writeProjection(background.projection, embedding, out);
}

function momentsOf(
  accounts: readonly (readonly SessionMoments[])[],
  projection: Float64Array,
  size: number,
  options: StrokeBackgroundOptions,
) {
  const within = projectedScatter(projection, scatterOfBlocks(accounts.flat()));
  const sessionMeans = accounts.map((sessions) => sessions.map(({ mean }) => projected(projection, mean)));
  const ofSessions = scatterOfRows(sessionMeans, size);
  if (within.rows === 0) throw new RangeError('no account has two blocks in one session');
  if (ofSessions.rows === 0) throw new RangeError('no account has two sessions');
  const means = sessionMeans.map((ofAccount) => plainMean(ofAccount, size));
  const perStroke = shrunk(within, size, options.strokeShrinkage, options.blockStrokes);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += perStroke[i * size + i]!;
  return {
    mean: plainMean(means, size),
    between: addRidge(shrunk(scatterOfRows([means], size), size, options.betweenShrinkage, 1), size, varianceFloor),
    sessions: addRidge(shrunk(ofSessions, size, options.sessionShrinkage, options.sessionFactor), size, varianceFloor),
    perStroke: addRidge(perStroke, size, (strokeRidge * trace) / size),
  };
}

/** A scatter's covariance times a factor, drawn to its diagonal. */
function shrunk({ rows, sum }: Scatter, size: number, share: number, factor: number): Float64Array {
  return shrinkToDiagonal(
    sum.map((value) => (value * factor) / rows),
    size,
    share,
  );
}

function added(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]!);
}
