import { choleskyOf } from '../linear-algebra/cholesky.ts';
import type { Row } from '../linear-algebra/covariance.ts';
import { addRidge } from '../linear-algebra/matrix-product.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import { type Background, type BackgroundUser, backgroundOf, contributorsOf, userMoments } from './background.ts';
import { fitPopulationScaler, type PopulationScaler, populationScaled } from './population-scaler.ts';

/**
 * The directions of a wide vector in which people differ most beside how much one person varies (Fisher's linear
 * discriminant analysis, for many classes). Along each, one person's windows have variance 1 and no correlation.
 */
export interface Discriminant {
  scaler: PopulationScaler;
  /** The population's centre, in the scaler's units. */
  mean: Float64Array;
  components: number;
  /** Row-major, `components x mean.length`. */
  projection: Float64Array;
}

/** A background over discriminant components, and what makes components of a wide vector. */
export interface DiscriminantBackground {
  discriminant: Discriminant;
  /** Rows of it are {@link discriminantRow}s. */
  background: Background;
}

export interface DiscriminantOptions {
  /** Fewer users are refused. */
  leastUsers: number;
  /** Components at most; more of them than users or features there are not. */
  mostComponents: number;
  /** Scaled features are cut off here, either side. */
  clip: number;
  /** Added to the variance within users, in the population's squared units: no feature is ever known exactly. */
  withinRidge: number;
  /** Drift as a share of the variance between users. */
  driftShare: number;
  degreesOfFreedom: number | null;
}

/**
 * For wide windows of typing. Chosen on 200 people of the Aalto recordings who are judged in no figure of the free-text suites: 60 to 140
 * components and 20 to 100 degrees of freedom lie within 0.0005 of each other there.
 */
export const typingDiscriminantOptions = {
  leastUsers: 20,
  mostComponents: 100,
  clip: 4,
  withinRidge: 0.02,
  driftShare: 0.02,
  degreesOfFreedom: 30,
} satisfies DiscriminantOptions;

/** Windows' worth of trust in the population's spread, for {@link typingDiscriminantOptions}. */
export const typingDiscriminantTrust = 150;

/** A background, or how many users there were and how many it takes. */
export type DiscriminantOutcome =
  | { ok: true; value: DiscriminantBackground }
  | { ok: false; reason: 'too-few-users'; users: number; leastUsers: number };

/** Rows of components are scaled already: cut off where no person's window ever is. */
const farAway = 1e6;
/** A direction in which people hardly differ is no direction. */
const leastBetween = 1e-6;

/**
 * Discriminant and background from the windows of at least `leastUsers` people; those with a single window are left out.
 * @throws RangeError for rows of unequal length or with a value that is not finite, and for one id given twice.
 */
export function fitDiscriminantBackground(
  users: readonly BackgroundUser[],
  options: DiscriminantOptions,
): DiscriminantOutcome {
  const usable = users.filter((user) => user.rows.length > 1);
  const leastUsers = Math.max(2, options.leastUsers);
  if (usable.length < leastUsers) return { ok: false, reason: 'too-few-users', users: usable.length, leastUsers };
  const scaler = fitPopulationScaler(usable, options.clip);
  const { mean, between, within } = userMoments(scaler, usable);
  const size = mean.length;
  const most = Math.min(options.mostComponents, size, usable.length - 1);
  const { values, projection } = directions(between, addRidge(within, size, options.withinRidge), size, most);
  const components = values.length;
  const diagonal = (of: (k: number) => number) => {
    const matrix = new Float64Array(components * components);
    for (let k = 0; k < components; k++) matrix[k * components + k] = of(k);
    return matrix;
  };
  const background = backgroundOf({
    scaler: {
      centre: new Float64Array(components),
      spread: new Float64Array(components).fill(1),
      clip: farAway,
    },
    populationMean: new Float64Array(components),
    betweenCovariance: diagonal((k) => values[k]!),
    withinCovariance: diagonal(() => 1),
    driftCovariance: diagonal((k) => options.driftShare * values[k]!),
    strangerCovariance: diagonal((k) => 1 + (1 + options.driftShare) * values[k]!),
    degreesOfFreedom: options.degreesOfFreedom,
    contributors: contributorsOf(usable),
  });
  return { ok: true, value: { discriminant: { scaler, mean, components, projection }, background } };
}

/**
 * The largest eigenvalues of `between` against `within`, and as rows the vectors `v` with `v' within v = 1`, orthogonal in
 * that product.
 */
function directions(
  between: Float64Array,
  within: Float64Array,
  size: number,
  most: number,
): { values: Float64Array; projection: Float64Array } {
  const lower = choleskyOf(within, size);
  // L^-1 B L^-T: solve for the columns, then, B being symmetric, for the rows of what came out.
  const whitened = between.slice();
  for (let pass = 0; pass < 2; pass++) {
    solveColumns(lower, whitened, size);
    transpose(whitened, size);
  }
  const { values, vectors } = symmetricEigen(whitened, size);
  let count = 0;
  while (count < most && values[count]! > leastBetween) count++;
  if (count === 0) throw new RangeError('people do not differ in any direction');
  const projection = vectors.slice(0, count * size);
  for (let k = 0; k < count; k++) solveTransposed(lower, projection.subarray(k * size, (k + 1) * size), size);
  return { values: values.slice(0, count), projection };
}

/** `matrix <- L^-1 matrix`, in place. */
function solveColumns(lower: Float64Array, matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let k = 0; k < i; k++) {
      const factor = lower[row + k]!;
      for (let j = 0; j < size; j++) matrix[row + j]! -= factor * matrix[k * size + j]!;
    }
    const pivot = lower[row + i]!;
    for (let j = 0; j < size; j++) matrix[row + j]! /= pivot;
  }
}

/** `vector <- L^-T vector`, in place. */
function solveTransposed(lower: Float64Array, vector: Float64Array, size: number): void {
  for (let i = size - 1; i >= 0; i--) {
    let sum = vector[i]!;
    for (let k = i + 1; k < size; k++) sum -= lower[k * size + i]! * vector[k]!;
    vector[i] = sum / lower[i * size + i]!;
  }
}

function transpose(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const held = matrix[i * size + j]!;
      matrix[i * size + j] = matrix[j * size + i]!;
      matrix[j * size + i] = held;
    }
  }
}

/** A wide vector as components; never NaN. @throws RangeError when its length is another than the discriminant's. */
export function discriminantRow({ scaler, mean, components, projection }: Discriminant, row: Row): Float64Array {
  const scaled = populationScaled(scaler, row);
  const size = mean.length;
  for (let f = 0; f < size; f++) scaled[f]! -= mean[f]!;
  const out = new Float64Array(components);
  for (let k = 0, p = 0; k < components; k++) {
    let sum = 0;
    for (let f = 0; f < size; f++) sum += projection[p++]! * scaled[f]!;
    out[k] = sum;
  }
  return out;
}
