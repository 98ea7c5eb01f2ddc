import { reconstructionError } from '../../detection/autoencoder.ts';
import { fitScaler, type ScalingOptions, scale } from '../../detection/scaling.ts';
import type { Autoencoder, Scaler } from '../../detection/words/template.ts';
import { fitEnsembles } from '../../training/denoising-ensemble.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import { type BlockVectors, blockFeatures } from './block-vector.ts';
import { inOwnUnits } from './language-model.ts';

/** Plain median and mean absolute deviation: most commands are rare, so a spread below 0.1 is raised to it. */
const blockScaling: ScalingOptions = {
  centreHalfLife: null,
  spreadHalfLife: null,
  spreadPrior: 0,
  spreadFloor: 1,
  limit: 4,
};
const smallestSpread = new Float64Array(blockFeatures).fill(0.1);

const recipe = {
  inputs: blockFeatures,
  hidden: 12,
  members: 2,
  steps: 80,
  learningRate: 0.02,
  maskShare: 0.4,
  noise: 0.7,
  weightDecay: 1e-4,
} as const;

function scaledRow(scaler: Scaler, vector: Float64Array): Float32Array {
  const row = new Float32Array(vector.length);
  scale(scaler, vector, row, blockScaling.limit);
  return row;
}

/** For each user the reconstruction error of the test blocks, in units of the user's training blocks. */
export async function autoencoderScores(
  tf: Tensorflow,
  users: readonly BlockVectors[],
  seed: number,
  onFitted: (done: number) => void,
): Promise<Float64Array[]> {
  const scalers = users.map(({ training }) => fitScaler(training, smallestSpread, blockScaling));
  const scaled = users.map(({ training }, u) => training.map((vector) => scaledRow(scalers[u]!, vector)));
  const jobs = scaled.map((rows) => {
    const flat = new Float32Array(rows.length * blockFeatures);
    for (const [index, row] of rows.entries()) flat.set(row, index * blockFeatures);
    return { rows: flat, weights: new Float32Array(rows.length).fill(1) };
  });
  const networks: Autoencoder[] = await fitEnsembles(tf, jobs, { ...recipe, seed }, onFitted);
  return users.map(({ test }, u) => {
    const own = scaled[u]!.map((row) => reconstructionError(networks[u]!, row));
    return Float64Array.from(test, (vector) =>
      inOwnUnits(own, reconstructionError(networks[u]!, scaledRow(scalers[u]!, vector))),
    );
  });
}
