import { reconstruct } from './autoencoder.ts';
import { packedLogLikelihoodRatio } from './cohort/packed-likelihood-ratio.ts';
import { fuse, fuseWithLikelihoodRatio, type OneClassPart } from './detectors/fusion.ts';
import { packedSquaredDistance } from './linear-algebra/packed-gaussian.ts';
import { scale } from './scaling.ts';
import type { Catalogue, WindowDetector } from './words/catalogue.ts';
import type { BackgroundModel, ModalityModel } from './words/template.ts';

/** What a model needs to score: everything but its calibration, which is made from scores. */
export type ScoringModel = Pick<ModalityModel, 'scaler' | 'autoencoder' | 'distance' | 'likelihoodRatio'>;

/** A window's score with what explains it. */
export interface WindowScore {
  /** In fixed units, the same for every account: about 0 for a usual genuine window. Higher is stranger. */
  score: number;
  /** In the account's own spreads. */
  scaled: Float32Array;
  /** What the account's autoencoder makes of it. */
  reconstruction: Float32Array;
}

/**
 * How the one-class score stands beside the log-likelihood ratio: as published for free text. On strokes lighter weights, and
 * none of it, moved no area by more than 0.004.
 */
const besideRatio: OneClassPart = { weight: 1, compressedAfterStretch: 1 };

/**
 * What each detector of a model says of a window, in its own units: the mean absolute reconstruction error, and the root mean
 * squared Mahalanobis distance.
 */
export function detectorScores(
  model: Pick<ScoringModel, 'scaler' | 'autoencoder' | 'distance'>,
  vector: Float32Array,
): Record<WindowDetector, number> & Omit<WindowScore, 'score'> {
  const scaled = new Float32Array(vector.length);
  const reconstruction = new Float32Array(vector.length);
  scale(model.scaler, vector, scaled);
  const autoencoder = reconstruct(model.autoencoder, scaled, reconstruction);
  const distance = Math.sqrt(packedSquaredDistance(model.distance, scaled) / vector.length);
  return { autoencoder, distance, scaled, reconstruction };
}

/**
 * Scores a window's vector: reconstruction error and shrunk Mahalanobis distance, averaged in the catalogue's units; and where
 * the model knows a background, that beside the log-likelihood ratio of a stranger against the account.
 * @throws RangeError where the model has a likelihood ratio and its background is not given
 */
export function scoreWindow(
  catalogue: Catalogue,
  model: ScoringModel,
  background: BackgroundModel | undefined,
  vector: Float32Array,
): WindowScore {
  const { autoencoder, distance, scaled, reconstruction } = detectorScores(model, vector);
  const oneClass = fuse({ autoencoder, distance }, catalogue.fusion);
  if (model.likelihoodRatio === null) return { score: oneClass, scaled, reconstruction };
  if (background === undefined) throw new RangeError('a likelihood ratio needs the background that it was enrolled in');
  const ratio = packedLogLikelihoodRatio(background, model.likelihoodRatio, vector);
  return { score: fuseWithLikelihoodRatio(ratio, oneClass, besideRatio), scaled, reconstruction };
}
