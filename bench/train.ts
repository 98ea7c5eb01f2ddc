/**
 * How many users a second get their autoencoder ensemble, many in one batch of tensors, beside the loop over users that a
 * trainer would otherwise be: the same program, the same backend and the same recipe, one user at a time. The loop is timed
 * on some of the users, half of them before and half after the batch, so that a busy machine hurts both alike. Then the loop
 * as it is usually written: a layers model and `fit` for each user and member, with as many full-batch steps, on a few users.
 * `--json` prints the figures alone; `--backend`, `--users` and `--windows` as they say.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { currentCatalogue } from '../detection/features/catalogue.ts';
import { createSeededRandom } from '../platform/seeded-random.ts';
import type { FitJob } from '../training/batched-autoencoder.ts';
import { type EnsembleOptions, fitEnsembles } from '../training/denoising-ensemble.ts';
import { networkOptions } from '../training/model-fitting.ts';
import { loadTensorflow, type Tensorflow, trainingBackends } from '../training/tensorflow.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    backend: { type: 'string', default: 'auto' },
    users: { type: 'string', default: '256' },
    windows: { type: 'string', default: '400' },
  },
});
const users = Number(flags.users);
const windows = Number(flags.windows);
const inLoop = Math.min(users, 16);
const inFitLoop = Math.min(users, 2);
const catalogue = currentCatalogue('keystrokes');
const inputs = catalogue.features.length;
const options: EnsembleOptions = networkOptions(catalogue, 1);

/** Windows in standard units in which half of what varies is common to all features, so that there is something to learn. */
function createJob(user: number): FitJob {
  const random = createSeededRandom(user);
  const loading = Float32Array.from({ length: inputs }, () => random.normal(0, 1));
  const rows = new Float32Array(windows * inputs);
  for (let w = 0; w < windows; w++) {
    const common = random.normal(0, 1);
    for (let i = 0; i < inputs; i++) rows[w * inputs + i] = 0.7 * (loading[i]! * common + random.normal(0, 1));
  }
  return { rows, weights: new Float32Array(windows).fill(1) };
}

/** Seconds on the wall and of the processors. */
interface Spent {
  wall: number;
  cpu: number;
}

async function timed(work: () => Promise<unknown>): Promise<Spent> {
  const startedAt = process.hrtime.bigint();
  const cpuAtStart = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuAtStart);
  return { wall: Number(process.hrtime.bigint() - startedAt) / 1e9, cpu: (user + system) / 1e6 };
}

async function loop(tf: Tensorflow, jobs: readonly FitJob[]): Promise<Spent> {
  return await timed(async () => {
    for (const job of jobs) await fitEnsembles(tf, [job], options);
  });
}

/** `model.fit`, one user and one member after the other. Mean squared error: Huber's loss is not among the layers API's. */
async function fitLoop(tf: Tensorflow, jobs: readonly FitJob[]): Promise<Spent> {
  // tfjs-node brings its own; tensors of two copies do not mix.
  const own = tf as Partial<Layers>;
  const { layers, sequential } = own.layers === undefined ? await import('@tensorflow/tfjs-layers') : (own as Layers);
  return await timed(async () => {
    for (const { rows } of jobs) {
      const clean = tf.tensor2d(rows, [windows, inputs]);
      const keep = tf.cast(
        tf.greater(tf.randomUniform([windows, inputs], 0, 1, 'float32', 1), options.maskShare),
        'float32',
      );
      const corrupted = tf.add(tf.mul(clean, keep), tf.randomNormal([windows, inputs], 0, 1, 'float32', 1));
      for (let member = 0; member < options.members; member++) {
        const model = sequential({
          layers: [
            layers.dense({ units: options.hidden, activation: 'tanh', inputShape: [inputs] }),
            layers.dense({ units: inputs }),
          ],
        });
        const optimizer = tf.train.adam(options.learningRate);
        model.compile({ optimizer, loss: 'meanSquaredError' });
        await model.fit(corrupted, clean, { epochs: options.steps, batchSize: windows, shuffle: false, verbose: 0 });
        model.dispose();
      }
      tf.dispose([clean, keep, corrupted]);
    }
  });
}

type Layers = typeof import('@tensorflow/tfjs-layers');

const backend = trainingBackends.find((name) => name === flags.backend);
if (backend === undefined) throw new Error(`--backend is one of ${trainingBackends.join(', ')}`);
const loaded = await loadTensorflow(backend);
const jobs = Array.from({ length: users }, (_, user) => createJob(user));
// Compiles the kernels and sizes the heap: not what is asked about.
await fitEnsembles(loaded.tf, jobs.slice(0, 2), { ...options, steps: 3 });

const half = Math.ceil(inLoop / 2);
const before = await loop(loaded.tf, jobs.slice(0, half));
const batched = await timed(() => fitEnsembles(loaded.tf, jobs, options));
const after = await loop(loaded.tf, jobs.slice(half, inLoop));
const fitted = await fitLoop(loaded.tf, jobs.slice(0, inFitLoop));
const looped: Spent = { wall: before.wall + after.wall, cpu: before.cpu + after.cpu };

const figures = {
  usersPerSecond: users / batched.wall,
  loopUsersPerSecond: inLoop / looped.wall,
  speedup: users / batched.wall / (inLoop / looped.wall),
  fitLoopUsersPerSecond: inFitLoop / fitted.wall,
  perCpuSecond: { users: users / batched.cpu, loopUsers: inLoop / looped.cpu, fitLoopUsers: inFitLoop / fitted.cpu },
  seconds: batched.wall,
  users,
  windows,
  loopUsers: inLoop,
  fitLoopUsers: inFitLoop,
  inputs,
  hidden: options.hidden,
  members: options.members,
  steps: options.steps,
  backend: loaded.backend,
  why: loaded.why,
  loadAverage: loadavg()[0],
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
};
if (flags.json) {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} else {
  const line = (what: string, rate: number, cpuRate: number) =>
    `${what.padEnd(40)}${rate.toFixed(2).padStart(12)}${cpuRate.toFixed(2).padStart(15)}\n`;
  process.stdout.write(
    `${users} users of ${windows} windows, ${options.members} x ${inputs}-${options.hidden}-${inputs}, ${options.steps} steps, ${loaded.backend} (${loaded.why})\n` +
      `${'users trained'.padEnd(40)}${'a second'.padStart(12)}${'a CPU second'.padStart(15)}\n` +
      line('all in one batch', figures.usersPerSecond, figures.perCpuSecond.users) +
      line(`one by one (${inLoop} of them)`, figures.loopUsersPerSecond, figures.perCpuSecond.loopUsers) +
      line(
        `model.fit, one by one (${inFitLoop} of them)`,
        figures.fitLoopUsersPerSecond,
        figures.perCpuSecond.fitLoopUsers,
      ),
  );
}
