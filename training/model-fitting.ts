import type { Background } from '../detection/cohort/background.ts';
import { type Enrolled, enrol, typingCovarianceTrust } from '../detection/cohort/enrolment.ts';
import { packBackground, packEnrolled } from '../detection/cohort/packed-likelihood-ratio.ts';
import { fitShrunkMahalanobis, typingMahalanobis } from '../detection/detectors/shrunk-mahalanobis.ts';
import { type PackedGaussian, packGaussian } from '../detection/linear-algebra/packed-gaussian.ts';
import { evidenceRuleOf } from '../detection/modality-judgement.ts';
import { fitScaler, scale } from '../detection/scaling.ts';
import { calibrateEvidence } from '../detection/sequential/calibrate-evidence.ts';
import type { FalseAlarmContract } from '../detection/sequential/contract.ts';
import { detectorScores, type ScoringModel, scoreWindow } from '../detection/window-score.ts';
import type { Catalogue, WindowDetector } from '../detection/words/catalogue.ts';
import type { Autoencoder, BackgroundModel, ModalityModel, Scaler } from '../detection/words/template.ts';
import type { FitJob } from './batched-autoencoder.ts';
import { fineTuning } from './cohort-start.ts';
import { type EnsembleOptions, fitEnsembles } from './denoising-ensemble.ts';
import type { Fold } from './fold-plan.ts';
import type { Tensorflow } from './tensorflow.ts';

/**
 * How an autoencoder is fitted. On free text of 27 people (Villani, 76 windows each, tested on later sessions) the equal
 * error rate is flat around it: 60 to 300 steps, rates of 0.01 to 0.03 and masks of 0.4 to 0.75 lie within 0.004, the
 * seed's own scatter. Four members cost four times the training and take that scatter out.
 */
const fittingRecipe = {
  steps: 80,
  learningRate: 0.02,
  maskShare: 0.6,
  noise: 1,
  weightDecay: 1e-4,
  members: 4,
} as const;

/** How a network of a catalogue's windows is fitted from random weights: an account's, and the start of many accounts'. */
export function networkOptions({ features, hidden }: Catalogue, seed: number): EnsembleOptions {
  return { ...fittingRecipe, inputs: features.length, hidden, seed };
}

/** Keystrokes and pointer each spend half of the false-alarm contract, so that the larger of the two may decide. */
const modalityShareOfBudget = 0.5;

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
  /** What accounts are enrolled in beside their own; `undefined` in one-class mode. */
  background: Background | undefined;
  /** What accounts' networks start from, one per member (see `fitCohortStart`); absent in one-class mode. */
  start?: readonly Autoencoder[] | undefined;
}

/**
 * One model per history: scaler, autoencoder, distance and, with a background, likelihood ratio of all its rows, calibrated on
 * the scores that each row gets from a model, scaler included, that has not seen it. All models of all folds are fitted together.
 */
export async function fitModels(
  context: FittingContext,
  histories: readonly RowHistory[],
  onFitted: (doneShare: number) => void,
): Promise<ModalityModel[]> {
  const { catalogue, contract, background } = context;
  const { modality, version: catalogueVersion, windowSamples } = catalogue;
  const packed = background === undefined ? undefined : packBackground(background, { modality, catalogueVersion });
  const fitted = await fitFolds(context, histories, onFitted);
  return fitted.map(({ whole, parts }, h) => {
    const { oneClass, cohort } = catalogue.evidenceConstants;
    const usual = whole.likelihoodRatio === null ? oneClass : cohort;
    const streams = outOfFoldStreams(catalogue, histories[h]!, parts, packed);
    const rule = evidenceRuleOf(whole, catalogue);
    const calibration = calibrateEvidence(streams, {
      constants: usual,
      contract,
      shareOfBudget: modalityShareOfBudget,
      rule,
      sessions: streams.length,
    });
    return { modality, catalogueVersion, windowSamples, ...whole, calibration };
  });
}

/** The rows' scores by models that had not seen them, a stream per session. */
function outOfFoldStreams(
  catalogue: Catalogue,
  { rows, folds, sessionStarts }: RowHistory,
  parts: readonly ScoringModel[],
  background: BackgroundModel | undefined,
): Float64Array[] {
  const scores = new Float64Array(rows.length);
  for (const [f, { test }] of folds.entries()) {
    for (const row of test) scores[row] = scoreWindow(catalogue, parts[f]!, background, rows[row]!).score;
  }
  return sessionStarts.map((start, s) => scores.slice(start, sessionStarts[s + 1]));
}

/** Each history's scores by models that had not seen them, a stream per session: what evidence constants are made of. */
export async function outOfFoldScores(
  context: Omit<FittingContext, 'contract'>,
  histories: readonly RowHistory[],
): Promise<Float64Array[][]> {
  const { catalogue, background } = context;
  const { modality, version: catalogueVersion } = catalogue;
  const packed = background === undefined ? undefined : packBackground(background, { modality, catalogueVersion });
  const fitted = await fitFolds(context, histories, () => {});
  return fitted.map(({ parts }, h) => outOfFoldStreams(catalogue, histories[h]!, parts, packed));
}

/**
 * Each row's score by each detector of a model that had not seen it, for every history: what fusion constants are made of.
 */
export async function outOfFoldDetectorScores(
  context: Omit<FittingContext, 'contract' | 'background'>,
  histories: readonly RowHistory[],
): Promise<Record<WindowDetector, Float64Array>[]> {
  const fitted = await fitFolds({ ...context, background: undefined }, histories, () => {});
  return fitted.map(({ parts }, h) => {
    const { rows, folds } = histories[h]!;
    const scores = { autoencoder: new Float64Array(rows.length), distance: new Float64Array(rows.length) };
    for (const [f, { test }] of folds.entries()) {
      for (const row of test) {
        const { autoencoder, distance } = detectorScores(parts[f]!, rows[row]!);
        scores.autoencoder[row] = autoencoder;
        scores.distance[row] = distance;
      }
    }
    return scores;
  });
}

/** Of every history a model of all its rows, and one of each fold's. */
async function fitFolds(
  { tf, catalogue, seed, background, start }: Omit<FittingContext, 'contract'>,
  histories: readonly RowHistory[],
  onFitted: (doneShare: number) => void,
): Promise<{ whole: ScoringModel; parts: ScoringModel[] }[]> {
  const inputs = catalogue.features.length;
  const plans = histories.map((history) =>
    [history.order, ...history.folds.map(({ train }) => train)].map((indices) => {
      const rows = pick(history.rows, indices);
      const scaler = fitScaler(rows, catalogue.referenceSpread);
      const scaled = rows.map((row) => scaledRow(scaler, row));
      return {
        scaler,
        job: fitJob(history, scaled, inputs),
        distance: distanceOf(scaled),
        likelihoodRatio: background === undefined ? null : packEnrolled(enrolled(background, catalogue, rows)),
      };
    }),
  );
  const fresh = networkOptions(catalogue, seed);
  const options = start === undefined ? fresh : { ...fresh, ...fineTuning, starts: start };
  const wholes = plans.map((plan) => plan[0]!.job);
  const folds = plans.flatMap((plan) => plan.slice(1).map(({ job }) => job));
  const total = fittingRecipe.members * wholes.length + folds.length;
  const doneWholes = (done: number) => onFitted((fittingRecipe.members * done) / total);
  const ensembles = await fitEnsembles(tf, wholes, options, doneWholes);
  // One member says of unseen windows what four do, a little more strictly: a fold is asked about few, and costs as much.
  const single = await fitEnsembles(tf, folds, { ...options, members: 1 }, (done) =>
    onFitted((fittingRecipe.members * wholes.length + done) / total),
  );
  let next = 0;
  return plans.map((plan, p) => {
    const models = plan.map(({ scaler, distance, likelihoodRatio }, f): ScoringModel => {
      const autoencoder = f === 0 ? ensembles[p]! : single[next++]!;
      return { scaler, autoencoder, distance, likelihoodRatio };
    });
    return { whole: models[0]!, parts: models.slice(1) };
  });
}

function scaledRow(scaler: Scaler, row: Float32Array): Float32Array {
  const scaled = new Float32Array(row.length);
  scale(scaler, row, scaled);
  return scaled;
}

function distanceOf(scaled: readonly Float32Array[]): PackedGaussian {
  const { mean, lower } = fitShrunkMahalanobis(scaled, typingMahalanobis);
  return packGaussian(mean, lower);
}

/** Windows overlap, so a row counts for what is new in it. */
function enrolled(background: Background, catalogue: Catalogue, rows: readonly Float32Array[]): Enrolled {
  const effectiveWindows = Math.max(1, (rows.length * catalogue.stepSamples) / catalogue.windowSamples);
  return enrol(background, rows, { effectiveWindows, ownCovarianceTrust: typingCovarianceTrust });
}

function fitJob({ recency }: RowHistory, scaled: readonly Float32Array[], inputs: number): FitJob {
  const rows = new Float32Array(scaled.length * inputs);
  for (const [i, row] of scaled.entries()) rows.set(row, i * inputs);
  const halfLife = halfLifeShare * scaled.length;
  const weights = Float32Array.from(scaled, (_, i) => (recency ? 0.5 ** ((scaled.length - 1 - i) / halfLife) : 1));
  return { rows, weights };
}

function pick(rows: readonly Float32Array[], indices: readonly number[]): Float32Array[] {
  return indices.map((index) => rows[index]!);
}
