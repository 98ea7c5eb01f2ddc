import { type BlockVectors, surpriseFeatures } from './block-vector.ts';
import { inOwnUnits, learnedBeforeCalibration } from './language-model.ts';

/** Neither detector may outvote the other beyond these units. */
const bounds = { autoencoder: [-3, 10], surprise: [-6, 20] } as const;

function clipped(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(Math.max(value, least), most);
}

/** The autoencoder's scores and the surprise of the same blocks under the unlearning language model, as one. */
export function fusedScores(vectors: BlockVectors, autoencoder: Float64Array): Float64Array {
  const calibration = vectors.training.slice(learnedBeforeCalibration);
  const surprises = Object.values(surpriseFeatures).map((feature) => {
    const own = calibration.map((vector) => vector[feature]!);
    return vectors.test.map((vector) => inOwnUnits(own, vector[feature]!));
  });
  return autoencoder.map((score, block) => {
    const surprise = surprises.reduce((sum, each) => sum + each[block]!, 0);
    return clipped(score, bounds.autoencoder) + clipped(surprise, bounds.surprise);
  });
}
