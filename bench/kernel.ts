/**
 * How many windows a second the scoring pass judges, one window each of 2,000 different accounts' models in random
 * order, as in production, where hardly two windows in a row belong to one account: the autoencoder's reconstruction alone,
 * beside TensorFlow.js `predict` on the same weights in the same run, and the whole fused score. `--json` prints the
 * figures alone.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { reconstructionError } from '../detection/autoencoder.ts';
import { currentCatalogue } from '../detection/features/catalogue.ts';
import { type PackedGaussian, packedGaussian, packedLength } from '../detection/linear-algebra/packed-gaussian.ts';
import { scale } from '../detection/scaling.ts';
import { scoreWindow } from '../detection/window-score.ts';
import type { BackgroundModel, ModalityModel } from '../detection/words/template.ts';
import { createSeededRandom } from '../platform/seeded-random.ts';
import { decodeTemplate, encodeTemplate } from '../templates/template-format.ts';

const users = 2_000;
const secondsPerMeasurement = 1.5;
const batchRows = 256;
const catalogue = currentCatalogue('keystrokes');
const inputs = catalogue.features.length;
const members = 4;
const hidden = members * catalogue.hidden;
const random = createSeededRandom(1);

interface Row {
  model: ModalityModel;
  vector: Float32Array;
}

/** A distribution without correlations, of full size. */
function nearUnit(size: number, normals: (length: number, deviation?: number) => Float32Array): PackedGaussian {
  const lower = normals(packedLength(size), 0.02);
  for (let i = 0; i < size; i++) lower[packedLength(i + 1) - 1] = 1;
  return packedGaussian(normals(size, 0.1), lower);
}

/** Templates as the scorer holds them: read from files, each array where the decoder put it. */
function createRows(): Row[] {
  const normals = (length: number, deviation = 1) =>
    Float32Array.from({ length }, () => random.normal(0, 1) * deviation);
  return Array.from({ length: users }, (_, user) => {
    const decoded = decodeTemplate(
      encodeTemplate({
        tenant: 'bench',
        subject: user.toString(16).padStart(32, '0'),
        kind: 'own',
        trainedAtMs: 0,
        sampleCount: 80,
        seed: 1,
        parent: '',
        background: '0'.repeat(64),
        backgrounds: [],
        models: [
          {
            modality: 'keystrokes',
            catalogueVersion: catalogue.version,
            windowSamples: catalogue.windowSamples,
            scaler: { centre: normals(inputs), spread: new Float32Array(inputs).fill(0.8) },
            autoencoder: {
              inputs,
              hidden,
              encode: normals(hidden * inputs, 0.15),
              encodeBias: normals(hidden, 0.1),
              decode: normals(inputs * hidden, 0.25),
              decodeBias: normals(inputs, 0.1),
            },
            distance: nearUnit(inputs, normals),
            likelihoodRatio: nearUnit(inputs, normals),
            calibration: {
              scoreQuantiles: Float32Array.from({ length: 101 }, (_value, i) => i / 100),
              location: 0.5,
              scale: 0.1,
              threshold: 20,
              weeksAllowance: 0.2,
              weeksThreshold: 20,
            },
          },
        ],
      }),
    );
    if (!decoded.ok) throw new Error(`the bench's template was refused: ${decoded.detail}`);
    return { model: decoded.template.models[0]!, vector: normals(inputs) };
  });
}

/** Fisher-Yates, so that every account comes once in a round, in no order that a cache could guess. */
function shuffled<T>(from: readonly T[]): T[] {
  const copy = [...from];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** Calls a second by the clock on the wall, and by the processor's: on a busy machine only the latter means much. */
interface Rate {
  wall: number;
  cpu: number;
}

/** Rounds until the time is up, after one to warm up. */
function perSecond(callsPerRound: number, round: () => void): Rate {
  round();
  const startedAt = process.hrtime.bigint();
  const cpuAtStart = process.cpuUsage();
  let rounds = 0;
  let seconds = 0;
  while (seconds < secondsPerMeasurement) {
    round();
    rounds++;
    seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  }
  const { user, system } = process.cpuUsage(cpuAtStart);
  const calls = rounds * callsPerRound;
  return { wall: calls / seconds, cpu: calls / ((user + system) / 1e6) };
}

/** The median of five measurements: on a busy machine one may be far off. */
function medianOfFive(measure: () => Rate): Rate {
  return Array.from({ length: 5 }, measure).sort((a, b) => a.wall - b.wall)[2]!;
}

/** Autoencoder, distance and likelihood ratio, fused. */
function fusedRate(rows: readonly Row[]): Rate {
  const order = shuffled(rows);
  const background: BackgroundModel = {
    modality: 'keystrokes',
    catalogueVersion: catalogue.version,
    scaler: { centre: new Float32Array(inputs), spread: new Float32Array(inputs).fill(1) },
    stranger: nearUnit(inputs, (length, deviation = 1) =>
      Float32Array.from({ length }, () => random.normal(0, 1) * deviation),
    ),
    degreesOfFreedom: 10,
    subjects: 50,
  };
  return medianOfFive(() =>
    perSecond(order.length, () => {
      for (const { model, vector } of order) scoreWindow(catalogue, model, background, vector);
    }),
  );
}

function scoringRate(rows: readonly Row[]): { scoring: Rate; checksum: number } {
  const order = shuffled(rows);
  const scaled = new Float32Array(inputs);
  let checksum = 0;
  const scoring = medianOfFive(() =>
    perSecond(order.length, () => {
      checksum = 0;
      for (let i = 0; i < order.length; i++) {
        const { model, vector } = order[i]!;
        scale(model.scaler, vector, scaled);
        checksum += reconstructionError(model.autoencoder, scaled);
      }
    }),
  );
  return { scoring, checksum };
}

/**
 * TensorFlow.js as its layers API is used: one LayersModel. `single` predicts row by row, `batch` so many rows at once.
 * It holds one account's weights and is asked again and again, which favours it: 10,000 LayersModels would not fit.
 */
async function tensorflowRates({ autoencoder: net }: ModalityModel) {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-wasm');
  const layers = await import('@tensorflow/tfjs-layers');
  if (!(await tf.setBackend('wasm'))) throw new Error('no wasm backend');
  const model = layers.sequential({
    layers: [
      layers.layers.dense({ units: hidden, activation: 'tanh', inputShape: [inputs] }),
      layers.layers.dense({ units: inputs }),
    ],
  });
  model.setWeights([
    tf.transpose(tf.tensor2d(net.encode, [hidden, inputs])),
    tf.tensor1d(net.encodeBias),
    tf.transpose(tf.tensor2d(net.decode, [inputs, hidden])),
    tf.tensor1d(net.decodeBias),
  ]);
  const rate = (rows: number) => {
    const values = Float32Array.from({ length: rows * inputs }, () => random.normal(0, 1));
    return perSecond(rows, () =>
      tf.tidy(() => {
        const x = tf.tensor2d(values, [rows, inputs]);
        const y = model.predict(x) as typeof x;
        tf.mean(tf.abs(tf.sub(x, y)), 1).dataSync();
      }),
    );
  };
  const probe = Float32Array.from({ length: inputs }, () => random.normal(0, 1));
  const output = model.predict(tf.tensor2d(probe, [1, inputs])) as ReturnType<typeof tf.tensor2d>;
  let expected = 0;
  for (const [i, y] of output.dataSync<'float32'>().entries()) expected += Math.abs(y - probe[i]!) / inputs;
  const difference = Math.abs(expected - reconstructionError(net, probe));
  return {
    single: rate(1),
    batch: rate(batchRows),
    backend: `tfjs ${tf.version_core} ${tf.getBackend()}`,
    difference,
  };
}

const { values: flags } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const rows = createRows();
const { scoring, checksum } = scoringRate(rows);
const fused = fusedRate(rows);
const tensorflow = await tensorflowRates(rows[0]!.model);
const figures = {
  fusedWindowsPerSecond: Math.round(fused.wall),
  windowsPerSecond: Math.round(scoring.wall),
  tfjsSinglePerSecond: Math.round(tensorflow.single.wall),
  tfjsBatchPerSecond: Math.round(tensorflow.batch.wall),
  perCpuSecond: {
    windows: Math.round(scoring.cpu),
    tfjsSingle: Math.round(tensorflow.single.cpu),
    tfjsBatch: Math.round(tensorflow.batch.cpu),
  },
  loadAverage: loadavg()[0],
  backend: tensorflow.backend,
  users,
  inputs,
  hidden,
  batchRows,
  /** Of one window's score, to TensorFlow.js. */
  difference: tensorflow.difference,
  checksum: Number(checksum.toFixed(3)),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
};
if (flags.json) {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} else {
  const number = (rate: number) => Math.round(rate).toLocaleString('en').padStart(12);
  const line = (what: string, { wall, cpu }: Rate) => `${what.padEnd(44)}${number(wall)}${number(cpu)}\n`;
  process.stdout.write(
    `${inputs}-${hidden}-${inputs}, ${users.toLocaleString('en')} accounts in random order, one thread, ${figures.cpu}\n` +
      `${'windows'.padEnd(44)}${'a second'.padStart(12)}${'a CPU second'.padStart(13)}\n` +
      line('scoring pass (scale + reconstruction error)', scoring) +
      line(`${figures.backend} predict, one by one`, tensorflow.single) +
      line(`${figures.backend} predict, ${batchRows} at once`, tensorflow.batch),
  );
}
