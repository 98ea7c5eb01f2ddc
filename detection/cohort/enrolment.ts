import { choleskyOf, inverseOf, logDeterminantOf } from '../linear-algebra/cholesky.ts';
import { covarianceOf, meanOf, type Row, widthOf } from '../linear-algebra/covariance.ts';
import { multiply } from '../linear-algebra/matrix-product.ts';
import { type Background, sumOf } from './background.ts';
import { populationScaled } from './population-scaler.ts';

/** An account as a background sees it: where its windows lie and how they spread, in the population's units. */
export interface Enrolled {
  mean: Float64Array;
  /** Lower Cholesky factor of the covariance of its windows, row-major, and the logarithm of that covariance's determinant. */
  factor: Float64Array;
  logDeterminant: number;
}

export interface EnrolOptions {
  /** How many windows that share nothing the rows are worth: overlapping ones count for `step / length` each. */
  effectiveWindows: number;
  /** What each row counts for the mean, newest last, any sum; default: all alike. */
  weights?: Float64Array;
  /** The same for the spread, where the mean should follow a drift faster; default: as the mean. */
  spread?: { weights: Float64Array; effectiveWindows: number };
  /** Windows' worth of trust in the population's spread within a user, against the account's own. */
  ownCovarianceTrust: number;
}

/** Windows' worth of trust for typing; 50 to 400 made no difference of note. */
export const typingCovarianceTrust = 100;

/**
 * Enrols an account: its mean is drawn to the population's as far as few windows leave it uncertain, its spread is
 * drawn to what people have in common, and what stays uncertain of the mean, and drift, is added to the spread.
 * @throws RangeError for no rows, a row of another length than the background's or with a value that is not finite,
 * weights that are not one a row or sum to nothing, and not more than 0 effective windows.
 */
export function enrol(background: Background, rows: readonly Row[], options: EnrolOptions): Enrolled {
  widthOf(rows);
  const spread = options.spread ?? { weights: options.weights, effectiveWindows: options.effectiveWindows };
  if (!(options.effectiveWindows > 0 && spread.effectiveWindows > 0)) {
    throw new RangeError('enrolment needs more than 0 effective windows');
  }
  const { populationMean, betweenCovariance, withinCovariance, driftCovariance } = background;
  const size = populationMean.length;
  const scaled = rows.map((row) => populationScaled(background.scaler, row));
  const ownMean = meanOf(scaled, options.weights);

  // The uncertainty of the own mean: chance over few windows, and drift, which more windows do not cure.
  const uncertainty = sumOf(
    betweenCovariance,
    withinCovariance.map((value) => value / options.effectiveWindows),
    driftCovariance,
  );
  const gain = multiply(betweenCovariance, inverseOf(choleskyOf(uncertainty, size), size), size, size, size);
  const explained = multiply(gain, betweenCovariance, size, size, size);
  const difference = ownMean.map((value, i) => value - populationMean[i]!);
  const step = multiply(gain, difference, size, size, 1);
  const mean = populationMean.map((value, i) => value + step[i]!);

  const own = covarianceOf(scaled, ownMean, spread.weights);
  const trust = options.ownCovarianceTrust;
  const n = spread.effectiveWindows;
  const covariance = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const a = i * size + j;
      // The mean of both halves: rounding must not make the matrix lopsided.
      const left = betweenCovariance[a]! - (explained[a]! + explained[j * size + i]!) / 2;
      covariance[a] = (n * own[a]! + trust * withinCovariance[a]!) / (n + trust) + left + driftCovariance[a]!;
    }
  }
  const factor = choleskyOf(covariance, size);
  return { mean, factor, logDeterminant: logDeterminantOf(factor, size) };
}
