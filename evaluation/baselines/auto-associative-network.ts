import { reconstruct } from '../../detection/autoencoder.ts';
import { covarianceOf, meanOf } from '../../detection/linear-algebra/covariance.ts';
import type { Autoencoder } from '../../detection/words/template.ts';
import { fitAutoencoders } from '../../training/batched-autoencoder.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';

/** A plain autoencoder of an account's standardised timings. */
export interface AutoAssociativeNetwork {
  mean: Float64Array;
  deviation: Float64Array;
  autoencoder: Autoencoder;
}

/** Deviation of a feature that never varied: any other value is far away, but finitely so. */
const leastDeviation = 1e-9;

/** As wide as its input, no corruption, no recency. */
const training = { steps: 100, learningRate: 0.01, maskShare: 0, noise: 0, weightDecay: 0 } as const;

/**
 * The auto-associative network of Killourhy and Maxion (DSN 2009), one to each account's raw rows: it learns to give back what
 * it is given, every row counting the same. Theirs was trained by plain gradient descent with momentum, which today's
 * tools no longer set up the same way: the kind of model is theirs, the optimiser is not. A baseline, not a competitor.
 * @throws RangeError for rows that no mean can be taken of
 */
export async function fitAutoAssociativeNetworks(
  tf: Tensorflow,
  accounts: readonly (readonly Float64Array[])[],
  seed: number,
): Promise<AutoAssociativeNetwork[]> {
  const units = accounts.map((rows) => {
    const mean = meanOf(rows);
    const covariance = covarianceOf(rows, mean);
    const deviation = mean.map((_, f) => Math.max(Math.sqrt(covariance[f * mean.length + f]!), leastDeviation));
    return { mean, deviation };
  });
  const inputs = units[0]?.mean.length ?? 1;
  const jobs = accounts.map((rows, a) => {
    const flat = new Float32Array(rows.length * inputs);
    for (const [r, row] of rows.entries()) flat.set(standardised(units[a]!, row), r * inputs);
    return { rows: flat, weights: new Float32Array(rows.length).fill(1) };
  });
  const nets = await fitAutoencoders(tf, jobs, { ...training, inputs, hidden: inputs, seed });
  return nets.map((autoencoder, a) => ({ ...units[a]!, autoencoder }));
}

/** Euclidean distance between a standardised row and what the network gives back. Higher is stranger. */
export function autoAssociativeScore(network: AutoAssociativeNetwork, row: Float64Array): number {
  const given = standardised(network, row);
  const back = new Float32Array(given.length);
  reconstruct(network.autoencoder, given, back);
  let square = 0;
  for (let f = 0; f < given.length; f++) square += (given[f]! - back[f]!) ** 2;
  return Math.sqrt(square);
}

function standardised(
  { mean, deviation }: Pick<AutoAssociativeNetwork, 'mean' | 'deviation'>,
  row: Float64Array,
): Float32Array {
  return Float32Array.from(row, (value, f) => (value - mean[f]!) / deviation[f]!);
}
