import { reconstructionError } from '../detection/autoencoder.ts';
import { calibrate, type FalseAlarmContract } from '../detection/calibration.ts';
import { fitScaler, scale } from '../detection/scaling.ts';
import type { Catalogue } from '../detection/words/catalogue.ts';
import type { Autoencoder, ModalityModel, Scaler } from '../detection/words/template.ts';
import { type FitJob, fitAutoencoders } from './batched-autoencoder.ts';
import type { Fold } from './fold-plan.ts';
import type { Tensorflow } from './tensorflow.ts';

/**
 * How an autoencoder is fitted. On free text of 27 people (Villani, 76 windows each, tested on later sessions) the equal
 * error rate is flat around it: 60 to 300 steps, rates of 0.01 to 0.03, masks of 0.4 to 0.75 and ensembles of 2 or 4
 * smaller networks all lie within 0.004, the seed's own scatter; twice or three times the hidden units gain as little.
 */
const fittingRecipe = {
  steps: 80,
  learningRate: 0.02,
  maskShare: 0.6,
  noise: 1,
  weightDecay: 1e-4,
} as const;

/** A row's weight in the loss halves over this share of the history, as in the scaler. */
const halfLifeShare = 0.5;

/** The windows that one model is fitted to, and how it is asked about windows it has not seen. */
export interface RowHistory {
  rows: readonly Float32Array[];
  /** Row indices in the order of their recency, newest last. */
  order: readonly number[];
  /** True where newer rows count more. */
  recency: boolean;
  /** Their tests cover every row once. */
  folds: readonly Fold[];
  /** Index of each session's first row. */
  sessionStarts: readonly number[];
}

export interface FittingContext {
  tf: Tensorflow;
  catalogue: Catalogue;
  contract: FalseAlarmContract;
  seed: number;
}

/**
 * One model per history: scaler and autoencoder of all its rows, calibrated on the scores that each row gets from a
 * model, scaler included, that has not seen it. All models of all folds are fitted together.
 */
export async function fitModels(
  { tf, catalogue, contract, seed }: FittingContext,
  histories: readonly RowHistory[],
  onFitted: (doneShare: number) => void,
): Promise<ModalityModel[]> {
  const inputs = catalogue.features.length;
  const plans = histories.map((history) =>
    [history.order, ...history.folds.map(({ train }) => train)].map((indices) => ({
      scaler: fitScaler(pick(history.rows, indices), catalogue.referenceSpread),
      indices,
    })),
  );
  const jobs = plans.flatMap((plan, h) =>
    plan.map(({ scaler, indices }) => fitJob(histories[h]!, scaler, indices, inputs)),
  );
  const options = { ...fittingRecipe, inputs, hidden: catalogue.hidden, seed };
  const fitted = await fitAutoencoders(tf, jobs, options, (done) => onFitted(done / jobs.length));
  let next = 0;
  return histories.map((history, h) => {
    const [whole, ...parts] = plans[h]!.map(({ scaler }) => ({ scaler, autoencoder: fitted[next++]! }));
    const scores = new Float32Array(history.rows.length);
    for (const [f, { test }] of history.folds.entries()) {
      for (const row of test) scores[row] = scoreOf(parts[f]!, history.rows[row]!);
    }
    return {
      modality: catalogue.modality,
      catalogueVersion: catalogue.version,
      windowSamples: catalogue.windowSamples,
      ...whole!,
      calibration: calibrate(scores, history.sessionStarts, contract),
    };
  });
}

function scoreOf({ scaler, autoencoder }: { scaler: Scaler; autoencoder: Autoencoder }, vector: Float32Array): number {
  const scaled = new Float32Array(vector.length);
  scale(scaler, vector, scaled);
  return reconstructionError(autoencoder, scaled);
}

function fitJob({ rows, recency }: RowHistory, scaler: Scaler, indices: readonly number[], inputs: number): FitJob {
  const scaled = new Float32Array(indices.length * inputs);
  for (const [i, row] of indices.entries()) scale(scaler, rows[row]!, scaled.subarray(i * inputs, (i + 1) * inputs));
  const halfLife = halfLifeShare * indices.length;
  const weights = Float32Array.from(indices, (_, i) => (recency ? 0.5 ** ((indices.length - 1 - i) / halfLife) : 1));
  return { rows: scaled, weights };
}

function pick(rows: readonly Float32Array[], indices: readonly number[]): Float32Array[] {
  return indices.map((index) => rows[index]!);
}
