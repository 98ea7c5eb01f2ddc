import type { Autoencoder } from '../detection/words/template.ts';
import { createSeededRandom, type SeededRandom } from '../platform/seeded-random.ts';
import type { Tensor3D, Tensorflow } from './tensorflow.ts';

/**
 * Denoising autoencoders of many accounts at once: each model is one entry of the batch dimension of 3-D tensors, so a
 * step of hundreds of models is some thirty tensor operations. Gradients are written out: one hidden layer needs five
 * products, and neither tape nor gradient registry.
 */

/** Scaled rows of one model, newest last. */
export interface FitJob {
  /** Row-major, `weights.length x inputs`, in standard units, clipped. */
  rows: Float32Array;
  /** What each row counts; need not sum to 1. */
  weights: Float32Array;
}

export interface FitOptions {
  inputs: number;
  hidden: number;
  /** Full-batch steps; the learning rate falls to 0 over them along a cosine. */
  steps: number;
  learningRate: number;
  /** Probability that an input is hidden (set to 0, the account's centre). */
  maskShare: number;
  /** Standard deviation of the noise on every input, in standard units. */
  noise: number;
  /** Added to the gradient of weights, not of biases, per unit of weight. */
  weightDecay: number;
  seed: number;
  /** What every model starts from, of these `inputs` and `hidden`. Default: random weights, drawn from `seed`. */
  start?: Autoencoder | undefined;
}

/** Corruptions drawn once and used in turn. Fewer repeat visibly; more only cost memory. */
const corruptionCycle = 16;

/** Numbers in the largest tensor of a group: bounds memory (some ten such tensors live at once) and fits a cache. */
const maxGroupNumbers = 1 << 20;

/** Rows are padded to a multiple of this, with weight 0, so that models of similar length share a group. */
const rowStep = 16;

const huberDelta = 1;
const adam = { first: 0.9, second: 0.999, epsilon: 1e-8 } as const;

/**
 * Fits one autoencoder per job, in the order of `jobs`; `onFitted` hears how many models are done after each group.
 * Every model starts from the same weights (those of `start`, or drawn) and sees the same corruptions, which come from
 * `seed` alone. Throws RangeError where `start` has other sizes. Groups follow
 * from the order of `jobs`: the same jobs in the same order give the same bytes on the same backend. On wasm a job's bytes
 * do not even depend on the jobs beside it; on tfjs-node its last bits may, since the size of a group decides how Eigen
 * cuts a sum into parts. The event loop turns between groups.
 */
export async function fitAutoencoders(
  tf: Tensorflow,
  jobs: readonly FitJob[],
  options: FitOptions,
  onFitted: (done: number) => void = () => {},
): Promise<Autoencoder[]> {
  const { start, inputs, hidden } = options;
  if (start !== undefined && (start.inputs !== inputs || start.hidden !== hidden)) {
    const sizes = `${start.inputs} inputs and ${start.hidden} hidden units`;
    throw new RangeError(`a start of ${sizes} does not fit a network of ${inputs} and ${hidden}`);
  }
  const fitted = new Array<Autoencoder | undefined>(jobs.length);
  let done = 0;
  for (const { indices, paddedRows } of groups(jobs, inputs)) {
    const group = indices.map((index) => jobs[index]!);
    // The wasm backend multiplies a batch of one by another kernel, with other last bits: nobody is fitted alone.
    if (group.length === 1) group.push(group[0]!);
    const nets = await fitGroup(tf, group, paddedRows, options);
    for (const [place, index] of indices.entries()) fitted[index] = nets[place];
    done += indices.length;
    onFitted(done);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return fitted.map((net) => net!);
}

/** Jobs of one padded length together, in their order, cut so that a group's tensors stay within the bound. */
function* groups(jobs: readonly FitJob[], inputs: number): Generator<{ indices: number[]; paddedRows: number }> {
  const byLength = new Map<number, number[]>();
  for (const [index, { weights }] of jobs.entries()) {
    const paddedRows = Math.max(rowStep, Math.ceil(weights.length / rowStep) * rowStep);
    const indices = byLength.get(paddedRows) ?? [];
    indices.push(index);
    byLength.set(paddedRows, indices);
  }
  for (const [paddedRows, indices] of [...byLength].sort(([a], [b]) => a - b)) {
    const size = Math.max(1, Math.floor(maxGroupNumbers / (paddedRows * inputs)));
    for (let i = 0; i < indices.length; i += size) yield { indices: indices.slice(i, i + size), paddedRows };
  }
}

async function fitGroup(
  tf: Tensorflow,
  group: readonly FitJob[],
  rows: number,
  options: FitOptions,
): Promise<Autoencoder[]> {
  const { inputs, hidden, steps } = options;
  const models = group.length;
  const { x, weights } = stack(group, rows, inputs);
  const random = createSeededRandom(options.seed);
  const held = tf.tidy(() => {
    const { encode, encodeBias, decode, decodeBias } = options.start ?? randomStart(random, inputs, hidden);
    const parameters = [
      tiled(tf, encode, [models, hidden, inputs]),
      tiled(tf, encodeBias, [models, 1, hidden]),
      tiled(tf, decode, [models, inputs, hidden]),
      tiled(tf, decodeBias, [models, 1, inputs]),
    ];
    return {
      clean: tf.tensor3d(x, [models, rows, inputs]),
      weights: tf.tensor3d(weights, [models, rows, 1]),
      corruptions: Array.from({ length: Math.min(corruptionCycle, steps) }, () =>
        corruption(tf, random, rows, options),
      ),
      fit: {
        parameters,
        first: parameters.map((p) => tf.zerosLike(p)),
        second: parameters.map((p) => tf.zerosLike(p)),
      },
    };
  });
  let { fit } = held;
  for (let step = 0; step < steps; step++) {
    const { keep, noise } = held.corruptions[step % held.corruptions.length]!;
    const rate = options.learningRate * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
    const next = tf.tidy(() => {
      const corrupted: Tensor3D = tf.add(tf.mul(held.clean, keep), noise);
      const slopes = gradients(tf, fit.parameters, corrupted, held.clean, held.weights, options.weightDecay);
      return { ...adamStep(tf, fit, slopes, rate, step + 1) };
    });
    tf.dispose({ ...fit });
    fit = next;
  }
  const [encode, encodeBias, decode, decodeBias] = await Promise.all(
    fit.parameters.map(async (parameter) => (await parameter.data()) as Float32Array),
  );
  tf.dispose({ ...held, fit });
  const size = hidden * inputs;
  return group.map((_, m) => ({
    inputs,
    hidden,
    encode: encode!.slice(m * size, (m + 1) * size),
    encodeBias: encodeBias!.slice(m * hidden, (m + 1) * hidden),
    decode: decode!.slice(m * size, (m + 1) * size),
    decodeBias: decodeBias!.slice(m * inputs, (m + 1) * inputs),
  }));
}

/** Huber loss (delta 1) of the reconstruction against the clean rows, summed over features, weighted over rows. */
function gradients(
  tf: Tensorflow,
  [encode, encodeBias, decode, decodeBias]: Tensor3D[],
  corrupted: Tensor3D,
  clean: Tensor3D,
  weights: Tensor3D,
  decay: number,
): Tensor3D[] {
  const activation: Tensor3D = tf.tanh(tf.add(tf.matMul(corrupted, encode!, false, true), encodeBias!));
  const output: Tensor3D = tf.add(tf.matMul(activation, decode!, false, true), decodeBias!);
  const error: Tensor3D = tf.mul(tf.clipByValue(tf.sub(output, clean), -huberDelta, huberDelta), weights);
  const hiddenError: Tensor3D = tf.mul(tf.matMul(error, decode!), tf.sub(1, tf.square(activation)));
  return [
    tf.add(tf.matMul(hiddenError, corrupted, true, false), tf.mul(encode!, decay)),
    tf.sum(hiddenError, 1, true),
    tf.add(tf.matMul(error, activation, true, false), tf.mul(decode!, decay)),
    tf.sum(error, 1, true),
  ];
}

type Fit = {
  parameters: Tensor3D[];
  first: Tensor3D[];
  second: Tensor3D[];
};

function adamStep(
  tf: Tensorflow,
  { parameters, first, second }: Fit,
  slopes: Tensor3D[],
  rate: number,
  step: number,
): Fit {
  const movedFirst = first.map((m, i): Tensor3D => tf.add(tf.mul(m, adam.first), tf.mul(slopes[i]!, 1 - adam.first)));
  const movedSecond = second.map(
    (v, i): Tensor3D => tf.add(tf.mul(v, adam.second), tf.mul(tf.square(slopes[i]!), 1 - adam.second)),
  );
  const firstRate = rate / (1 - adam.first ** step);
  const secondScale = 1 / (1 - adam.second ** step);
  const moved = parameters.map((p, i): Tensor3D => {
    const spread = tf.add(tf.sqrt(tf.mul(movedSecond[i]!, secondScale)), adam.epsilon);
    return tf.sub(p, tf.div(tf.mul(movedFirst[i]!, firstRate), spread));
  });
  return { parameters: moved, first: movedFirst, second: movedSecond };
}

/** Rows and weights of a group, padded; the weights of each model sum to 1. */
function stack(group: readonly FitJob[], rows: number, inputs: number): { x: Float32Array; weights: Float32Array } {
  const x = new Float32Array(group.length * rows * inputs);
  const weights = new Float32Array(group.length * rows);
  for (const [place, job] of group.entries()) {
    x.set(job.rows, place * rows * inputs);
    const sum = job.weights.reduce((total, weight) => total + weight, 0);
    for (const [row, weight] of job.weights.entries()) weights[place * rows + row] = weight / sum;
  }
  return { x, weights };
}

/** Biases of 0. Weights are drawn encoder first: nobody's bytes may change. */
function randomStart(random: SeededRandom, inputs: number, hidden: number): Autoencoder {
  const encode = initial(random, hidden, inputs);
  const decode = initial(random, inputs, hidden);
  const [encodeBias, decodeBias] = [new Float32Array(hidden), new Float32Array(inputs)];
  return { inputs, hidden, encode, encodeBias, decode, decodeBias };
}

/** Normal, variance 1 / columns: `rows x columns`, row-major. */
function initial(random: SeededRandom, rows: number, columns: number): Float32Array {
  const deviation = Math.sqrt(1 / columns);
  return Float32Array.from({ length: rows * columns }, () => random.normal(0, 1) * deviation);
}

function tiled(tf: Tensorflow, values: Float32Array, [models, rows, columns]: [number, number, number]): Tensor3D {
  return tf.tile(tf.tensor3d(values, [1, rows, columns]), [models, 1, 1]);
}

/** One mask and one noise for all models of a group. */
function corruption(
  tf: Tensorflow,
  random: SeededRandom,
  rows: number,
  { inputs, maskShare, noise }: FitOptions,
): { keep: Tensor3D; noise: Tensor3D } {
  const keep = Float32Array.from({ length: rows * inputs }, () => (random.next() < maskShare ? 0 : 1));
  const added = Float32Array.from({ length: rows * inputs }, () => random.normal(0, 1) * noise);
  return { keep: tf.tensor3d(keep, [1, rows, inputs]), noise: tf.tensor3d(added, [1, rows, inputs]) };
}
