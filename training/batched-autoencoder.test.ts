import { beforeAll, describe, expect, it } from '@jest/globals';
import { reconstruct, reconstructionError } from '../detection/autoencoder.ts';
import { currentCatalogue } from '../detection/features/catalogue.ts';
import { fitScaler, scale } from '../detection/scaling.ts';
import type { Autoencoder } from '../detection/words/template.ts';
import { createSeededRandom } from '../platform/seeded-random.ts';
import { syntheticPerson, syntheticRows } from '../test/samples/synthetic-windows.ts';
import { type FitJob, type FitOptions, fitAutoencoders } from './batched-autoencoder.ts';
import { loadTensorflow, type Tensorflow } from './tensorflow.ts';

const { hidden, features, referenceSpread } = currentCatalogue('keystrokes');
const inputs = features.length;
const options: FitOptions = {
  inputs,
  hidden,
  steps: 60,
  learningRate: 0.02,
  maskShare: 0.6,
  noise: 1,
  weightDecay: 1e-4,
  seed: 1,
};
const fromBytes = (net: Autoencoder | undefined) => Buffer.from(net?.encode.buffer ?? new ArrayBuffer(0));

/** A person's scaled rows as a job, and what is needed to ask about other windows. */
function personal(person: number, rows: number) {
  const vectors = syntheticRows(syntheticPerson(person), 1, rows).map(({ vector }) => vector);
  const scaler = fitScaler(vectors, referenceSpread);
  const job: FitJob = { rows: new Float32Array(rows * inputs), weights: new Float32Array(rows).fill(1) };
  for (const [i, vector] of vectors.entries()) scale(scaler, vector, job.rows.subarray(i * inputs, (i + 1) * inputs));
  const errorOf = (net: Autoencoder, vector: Float32Array) => {
    const scaled = new Float32Array(inputs);
    scale(scaler, vector, scaled);
    return reconstructionError(net, scaled);
  };
  return { job, errorOf };
}

let tf: Tensorflow;
beforeAll(async () => {
  const loaded = await loadTensorflow();
  tf = loaded.tf;
  process.stderr.write(`training tests run on ${loaded.backend}: ${loaded.why}\n`);
});

describe('the scoring pass', () => {
  it('reconstructs as TensorFlow.js does from the same weights, to 1e-5', async () => {
    const [net] = await fitAutoencoders(tf, [personal(1, 40).job], options);
    const { encode, encodeBias, decode, decodeBias } = net!;
    const random = createSeededRandom(9);
    const rows = 50;
    const x = Float32Array.from({ length: rows * inputs }, () => Math.max(-4, Math.min(4, 2 * random.normal(0, 1))));
    const expected = tf.tidy(() => {
      const activation = tf.tanh(
        tf.add(
          tf.matMul(tf.tensor2d(x, [rows, inputs]), tf.tensor2d(encode, [hidden, inputs]), false, true),
          encodeBias,
        ),
      );
      return tf.add(tf.matMul(activation, tf.tensor2d(decode, [inputs, hidden]), false, true), decodeBias).dataSync();
    });
    const out = new Float32Array(inputs);
    for (let row = 0; row < rows; row++) {
      const scaled = x.subarray(row * inputs, (row + 1) * inputs);
      reconstruct(net!, scaled, out);
      let sum = 0;
      for (let i = 0; i < inputs; i++) {
        expect(Math.abs(out[i]! - expected[row * inputs + i]!)).toBeLessThan(1e-5);
        sum += Math.abs(scaled[i]! - expected[row * inputs + i]!);
      }
      expect(Math.abs(reconstructionError(net!, scaled) - sum / inputs)).toBeLessThan(1e-5);
    }
  });
});

describe('fitting autoencoders in batches', () => {
  it('learns what a person does: new windows of theirs are nearer than to a net that learnt nothing', async () => {
    const { job, errorOf } = personal(2, 60);
    const [untrained] = await fitAutoencoders(tf, [job], { ...options, steps: 0 });
    const [trained] = await fitAutoencoders(tf, [job], options);
    const later = syntheticRows(syntheticPerson(2), 1, 40, 2).map(({ vector }) => vector);
    const mean = (net: Autoencoder) => later.reduce((sum, vector) => sum + errorOf(net, vector), 0) / later.length;
    expect(mean(trained!)).toBeLessThan(0.8 * mean(untrained!));
  });

  it('tells the owner from another person', async () => {
    const { job, errorOf } = personal(3, 60);
    const [net] = await fitAutoencoders(tf, [job], options);
    const scores = (person: number) =>
      syntheticRows(syntheticPerson(person), 1, 40, 2).map(({ vector }) => errorOf(net!, vector));
    const [own, others] = [scores(3), [4, 5, 6].flatMap(scores)];
    // Share of pairs in which the other person is the stranger of the two: the area under the ROC.
    const pairs = own.flatMap((genuine) => others.map((impostor) => (impostor > genuine ? 1 : 0)));
    expect(pairs.reduce<number>((sum, won) => sum + won, 0) / pairs.length).toBeGreaterThan(0.9);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await fitAutoencoders(tf, [personal(1, 20).job, personal(2, 40).job], { ...options, steps: 3 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the same bytes for the same jobs, again and again', async () => {
    const jobs = [personal(1, 20).job, personal(2, 31).job, personal(3, 32).job];
    const [once, again] = [await fitAutoencoders(tf, jobs, options), await fitAutoencoders(tf, jobs, options)];
    for (const [i, net] of once.entries()) expect(fromBytes(net).equals(fromBytes(again[i]))).toBe(true);
  });

  it('takes another way from another seed', async () => {
    const { job } = personal(1, 20);
    const [one] = await fitAutoencoders(tf, [job], { ...options, steps: 5 });
    const [two] = await fitAutoencoders(tf, [job], { ...options, steps: 5, seed: 2 });
    expect(fromBytes(one).equals(fromBytes(two))).toBe(false);
  });

  it('counts a row of weight 2 as two rows', async () => {
    const { job } = personal(1, 16);
    const noCorruption = { ...options, steps: 5, maskShare: 0, noise: 0 };
    const twice: FitJob = {
      rows: Float32Array.from([...job.rows, ...job.rows.subarray(0, inputs)]),
      weights: new Float32Array(17).fill(1),
    };
    const weighted: FitJob = {
      rows: job.rows,
      weights: Float32Array.from(job.weights, (weight, i) => (i === 0 ? 2 * weight : weight)),
    };
    const [a] = await fitAutoencoders(tf, [twice], noCorruption);
    const [b] = await fitAutoencoders(tf, [weighted], noCorruption);
    for (const [i, value] of a!.decodeBias.entries()) expect(Math.abs(value - b!.decodeBias[i]!)).toBeLessThan(1e-5);
  });
});

describe('a start', () => {
  const quiet = { ...options, learningRate: 1e-12, steps: 2 };
  const startOf = async (person: number) => (await fitAutoencoders(tf, [personal(person, 40).job], options))[0]!;
  const bytesOf = ({ encode, encodeBias, decode, decodeBias }: Autoencoder) =>
    Buffer.concat([encode, encodeBias, decode, decodeBias].map((part) => Buffer.from(part.buffer)));

  it('is where every model stands after no step', async () => {
    const start = await startOf(1);
    const jobs = [personal(2, 20).job, personal(3, 31).job, personal(4, 90).job];
    expect(await fitAutoencoders(tf, jobs, { ...options, steps: 0, start })).toEqual([start, start, start]);
  });

  it('is hardly left by steps that are hardly any', async () => {
    const start = await startOf(1);
    const [net] = await fitAutoencoders(tf, [personal(2, 20).job], { ...quiet, start });
    for (const part of ['encode', 'encodeBias', 'decode', 'decodeBias'] as const) {
      for (const [i, value] of start[part].entries()) expect(Math.abs(net![part][i]! - value)).toBeLessThan(1e-6);
    }
  });

  it('serves jobs of any length, stays as it was, and gives the same bytes again', async () => {
    const start = await startOf(1);
    const before = bytesOf(start);
    const jobs = [personal(2, 20).job, personal(3, 90).job];
    const once = await fitAutoencoders(tf, jobs, { ...options, steps: 5, start });
    const again = await fitAutoencoders(tf, jobs, { ...options, steps: 5, start });
    expect(once.map((net) => bytesOf(net).equals(before))).toEqual([false, false]);
    for (const [i, net] of once.entries()) expect(bytesOf(net).equals(bytesOf(again[i]!))).toBe(true);
    expect(bytesOf(start).equals(before)).toBe(true);
  });

  it.each([
    ['more hidden units', { hidden: hidden + 1 }],
    ['fewer inputs', { inputs: inputs - 1 }],
  ])('of %s is refused by name', async (_, change) => {
    const start = { ...(await startOf(1)), ...change };
    await expect(fitAutoencoders(tf, [personal(2, 20).job], { ...options, start })).rejects.toThrow(RangeError);
  });
});
