import { describe, expect, it } from '@jest/globals';
import { currentCatalogue } from '../detection/features/catalogue.ts';
import { createSeededRandom } from '../platform/seeded-random.ts';
import { type FitJob, fitAutoencoders } from './batched-autoencoder.ts';
import { loadTensorflow } from './tensorflow.ts';

const inputs = currentCatalogue('keystrokes').features.length;

function anyJob(rows: number): FitJob {
  const random = createSeededRandom(rows);
  return {
    rows: Float32Array.from({ length: rows * inputs }, () => random.normal(0, 1)),
    weights: new Float32Array(rows).fill(1),
  };
}

describe('the training backend', () => {
  it('is wasm where wasm is asked for', async () => {
    const { tf, backend, why } = await loadTensorflow('wasm');
    expect({ backend, running: tf.getBackend(), why }).toEqual({ backend: 'wasm', running: 'wasm', why: 'asked for' });
  });

  it('is by default one that works, and it says why', async () => {
    const { tf, backend, why } = await loadTensorflow('auto');
    expect(tf.getBackend()).toBe(backend === 'tfjs-node' ? 'tensorflow' : 'wasm');
    expect(why).toMatch(backend === 'tfjs-node' ? 'it is set up' : 'npm run setup:tfjs-node');
    expect([...tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 2]))).dataSync()]).toEqual([3, 3, 3, 3]);
  });

  // Not on tfjs-node: how Eigen cuts a product into parts depends on how many there are.
  it('fits on wasm the same bytes for the same rows, whoever is fitted beside them', async () => {
    const { tf } = await loadTensorflow('wasm');
    const options = {
      inputs,
      hidden: 8,
      steps: 5,
      learningRate: 0.02,
      maskShare: 0.6,
      noise: 1,
      weightDecay: 1e-4,
      seed: 1,
    };
    const jobs = [20, 31, 32, 50].map(anyJob);
    const together = await fitAutoencoders(tf, jobs, options);
    const turned = (await fitAutoencoders(tf, [...jobs].reverse(), options)).reverse();
    for (const [i, job] of jobs.entries()) {
      const [alone] = await fitAutoencoders(tf, [job], options);
      expect(together[i]).toEqual(alone);
      expect(turned[i]).toEqual(alone);
    }
  });
});
