import { squaredMahalanobis } from '../linear-algebra/cholesky.ts';
import type { Row } from '../linear-algebra/covariance.ts';
import type { Background } from './background.ts';
import type { Enrolled } from './enrolment.ts';
import { populationScaled } from './population-scaler.ts';

/** A window in the population's units, with what a stranger would make of it: the same for every account. */
export interface PreparedRow {
  scaled: Float64Array;
  /** Logarithm of the stranger's density, up to a constant that the account's density shares. */
  strangerLogDensity: number;
}

/** For scoring one window under many accounts. Never NaN: see {@link populationScaled}. */
export function prepareRow(background: Background, row: Row): PreparedRow {
  const scaled = populationScaled(background.scaler, row);
  const strangerLogDensity = logDensity(
    scaled,
    background.populationMean,
    background.strangerFactor,
    background.strangerLogDeterminant,
    background.degreesOfFreedom,
  );
  return { scaled, strangerLogDensity };
}

/** {@link backgroundScore} of a window that was prepared with the same background. */
export function preparedScore(background: Background, enrolled: Enrolled, row: PreparedRow): number {
  const { mean, factor, logDeterminant } = enrolled;
  return row.strangerLogDensity - logDensity(row.scaled, mean, factor, logDeterminant, background.degreesOfFreedom);
}

/**
 * How much likelier a window is from anybody than from the account: the background log-likelihood ratio, in nats.
 * Higher is stranger; 0 is where it tells nothing. Finite for every window of the right length.
 * @throws RangeError when the window's length differs from the background's.
 */
export function backgroundScore(background: Background, enrolled: Enrolled, row: Row): number {
  return preparedScore(background, enrolled, prepareRow(background, row));
}

/** Multivariate Student (or normal) log density without the terms that cancel in a ratio. */
function logDensity(
  scaled: Float64Array,
  mean: Float64Array,
  factor: Float64Array,
  logDeterminant: number,
  degreesOfFreedom: number | null,
): number {
  const size = mean.length;
  const difference = new Float64Array(size);
  for (let i = 0; i < size; i++) difference[i] = scaled[i]! - mean[i]!;
  const distance = squaredMahalanobis(factor, size, difference);
  const fall =
    degreesOfFreedom === null ? distance : (degreesOfFreedom + size) * Math.log1p(distance / degreesOfFreedom);
  return -0.5 * (fall + logDeterminant);
}
