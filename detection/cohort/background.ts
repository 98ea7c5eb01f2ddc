import { choleskyOf, logDeterminantOf } from '../linear-algebra/cholesky.ts';
import { covarianceOf, meanOf, type Row } from '../linear-algebra/covariance.ts';
import { addRidge } from '../linear-algebra/matrix-product.ts';
import { fitPopulationScaler, type PopulationScaler, populationScaled } from './population-scaler.ts';

/** The windows of one user who lends them to a background, any order. */
export interface BackgroundUser {
  /** Who that is (an account's pseudonym): remembered, so that nobody is judged against a background made of themself. */
  id: string;
  /** Feature vectors, all of one length. */
  rows: readonly Row[];
}

/**
 * What people in general are like, as two covariances: how far apart people are, and how much one person varies. All
 * in the population's units (see {@link PopulationScaler}), matrices row-major `size x size`.
 */
export interface BackgroundMoments {
  scaler: PopulationScaler;
  /** Mean of the users' means. */
  populationMean: Float64Array;
  /** Of the users' means. */
  betweenCovariance: Float64Array;
  /** Of one user's windows around that user's mean. */
  withinCovariance: Float64Array;
  /** How an account moves between enrolment and use; counts for the account only. */
  driftCovariance: Float64Array;
  /** Of a stranger's window around the population's mean. */
  strangerCovariance: Float64Array;
  /** Of the Student densities; `null` for normal ones. Low: one odd feature says less. */
  degreesOfFreedom: number | null;
  /** The ids of everybody whose windows went in, sorted. */
  contributors: readonly string[];
}

/** A background ready to enrol and to score. Numbers, strings and typed arrays only: it survives any serialisation. */
export interface Background extends BackgroundMoments {
  /** Lower Cholesky factor of the stranger's covariance, and the logarithm of the covariance's determinant. */
  strangerFactor: Float64Array;
  strangerLogDeterminant: number;
}

export interface BackgroundOptions {
  /** Fewer users are refused. */
  leastUsers: number;
  /** Scaled features are cut off here, either side. */
  clip: number;
  /** Added to the variance within users, in the population's squared units: no feature is ever known exactly. */
  withinRidge: number;
  /** Added to the variance between users. */
  betweenRidge: number;
  /** Drift as a share of the covariance between users. */
  driftShare: number;
  degreesOfFreedom: number | null;
}

/** For windows of typing. Measured: with 10 users a background harms, from 50 on it has nearly all of its gain. */
export const typingBackgroundOptions = {
  leastUsers: 20,
  clip: 4,
  withinRidge: 0.02,
  betweenRidge: 1e-3,
  driftShare: 0.02,
  degreesOfFreedom: 10,
} satisfies BackgroundOptions;

/**
 * For windows of strokes: as for typing, but for a ridge that makes more of few users, and so fewer of them. Measured on halves of
 * SapiMouse: 10 users tell more than none, though less than 30, and 6 may harm.
 */
export const pointerBackgroundOptions = {
  ...typingBackgroundOptions,
  leastUsers: 10,
  betweenRidge: 0.01,
} satisfies BackgroundOptions;

/** A background, or how many users there were and how many it takes. */
export type BackgroundOutcome =
  | { ok: true; value: Background }
  | { ok: false; reason: 'too-few-users'; users: number; leastUsers: number };

/**
 * A background from the windows of at least `leastUsers` people: the two-covariance model of probabilistic linear
 * discriminant analysis (Ioffe 2006), in robust units. Users with a single window have no spread and are left out.
 * @throws RangeError for rows of unequal length or with a value that is not finite, and for one id given twice.
 */
export function fitBackground(users: readonly BackgroundUser[], options: BackgroundOptions): BackgroundOutcome {
  const usable = users.filter((user) => user.rows.length > 1);
  if (usable.length < Math.max(2, options.leastUsers)) {
    return { ok: false, reason: 'too-few-users', users: usable.length, leastUsers: Math.max(2, options.leastUsers) };
  }
  const scaler = fitPopulationScaler(usable, options.clip);
  const moments = userMoments(scaler, usable);
  const size = scaler.centre.length;
  const withinCovariance = addRidge(moments.within, size, options.withinRidge);
  const betweenCovariance = addRidge(moments.between, size, options.betweenRidge);
  const driftCovariance = betweenCovariance.map((value) => value * options.driftShare);
  return {
    ok: true,
    value: backgroundOf({
      scaler,
      populationMean: moments.mean,
      betweenCovariance,
      withinCovariance,
      driftCovariance,
      strangerCovariance: sumOf(betweenCovariance, withinCovariance, driftCovariance),
      degreesOfFreedom: options.degreesOfFreedom,
      contributors: contributorsOf(usable),
    }),
  };
}

/** Makes moments, however they were found, ready to score. @throws RangeError when the stranger's covariance is not positive definite. */
export function backgroundOf(moments: BackgroundMoments): Background {
  const size = moments.populationMean.length;
  const strangerFactor = choleskyOf(moments.strangerCovariance, size);
  return { ...moments, strangerFactor, strangerLogDeterminant: logDeterminantOf(strangerFactor, size) };
}

/** Mean of the users' means, covariance of those means (n - 1), and covariance within users, pooled over all windows. */
export function userMoments(
  scaler: PopulationScaler,
  users: readonly BackgroundUser[],
): { mean: Float64Array; between: Float64Array; within: Float64Array } {
  const size = scaler.centre.length;
  const means: Float64Array[] = [];
  const within = new Float64Array(size * size);
  let freedom = 0;
  for (const { rows } of users) {
    const scaled = rows.map((row) => populationScaled(scaler, row));
    const mean = meanOf(scaled);
    const spread = covarianceOf(scaled, mean);
    for (let i = 0; i < within.length; i++) within[i]! += spread[i]! * rows.length;
    freedom += rows.length - 1;
    means.push(mean);
  }
  for (let i = 0; i < within.length; i++) within[i]! /= freedom;
  const mean = meanOf(means);
  const unbiased = means.length / (means.length - 1);
  return { mean, between: covarianceOf(means, mean).map((value) => value * unbiased), within };
}

/** Sorted ids. @throws RangeError where one is there twice: a person must not count as two. */
export function contributorsOf(users: readonly BackgroundUser[]): string[] {
  const ids = users.map((user) => user.id).sort();
  const twice = ids.find((id, i) => id === ids[i - 1]);
  if (twice !== undefined) throw new RangeError('a background names one of its users twice');
  return ids;
}

/** Elementwise sum of matrices of one size. */
export function sumOf(first: Float64Array, ...others: readonly Float64Array[]): Float64Array {
  const sum = first.slice();
  for (const other of others) for (let i = 0; i < sum.length; i++) sum[i]! += other[i]!;
  return sum;
}
