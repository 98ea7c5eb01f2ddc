import { type PackedGaussian, packedSquaredDistance, packGaussian } from '../linear-algebra/packed-gaussian.ts';
import { scale } from '../scaling.ts';
import type { BackgroundModel } from '../words/template.ts';
import type { Background } from './background.ts';
import type { Enrolled } from './enrolment.ts';

/** A background as a template carries it, for scoring alone. Typing's backgrounds have Student densities. */
export function packBackground(
  background: Background,
  described: Pick<BackgroundModel, 'modality' | 'catalogueVersion'>,
): BackgroundModel {
  const { scaler, populationMean, strangerFactor, degreesOfFreedom, contributors } = background;
  if (degreesOfFreedom === null) throw new RangeError('a stored background has Student densities');
  return {
    ...described,
    scaler: { centre: Float32Array.from(scaler.centre), spread: Float32Array.from(scaler.spread) },
    stranger: packGaussian(populationMean, strangerFactor),
    degreesOfFreedom,
    subjects: contributors.length,
  };
}

/** An enrolled account as a template carries it. */
export function packEnrolled({ mean, factor }: Enrolled): PackedGaussian {
  return packGaussian(mean, factor);
}

/** Written before it is read in every call, and nothing outlives the call. */
let scaled = new Float32Array(128);

/**
 * How much likelier a window is from anybody than from the account, in nats: `backgroundScore` in single precision. Higher
 * is stranger.
 * @throws RangeError where vector, background and account differ in length
 */
export function packedLogLikelihoodRatio(
  { scaler, stranger, degreesOfFreedom }: BackgroundModel,
  account: PackedGaussian,
  vector: Float32Array,
): number {
  const size = scaler.centre.length;
  if (vector.length !== size) throw new RangeError(`a window of ${vector.length} features for a background of ${size}`);
  if (scaled.length !== size) scaled = new Float32Array(size);
  scale(scaler, vector, scaled);
  return logDensity(stranger, scaled, degreesOfFreedom) - logDensity(account, scaled, degreesOfFreedom);
}

/** Multivariate Student log density without the terms that cancel in a ratio. */
function logDensity(gaussian: PackedGaussian, row: Float32Array, degreesOfFreedom: number): number {
  const distance = packedSquaredDistance(gaussian, row);
  const fall = (degreesOfFreedom + row.length) * Math.log1p(distance / degreesOfFreedom);
  return -0.5 * (fall + gaussian.logDeterminant);
}
