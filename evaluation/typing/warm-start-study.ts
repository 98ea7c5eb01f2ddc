import { fuse } from '../../detection/detectors/fusion.ts';
import type { Autoencoder } from '../../detection/words/template.ts';
import { fineTuning, fitCohortStart } from '../../training/cohort-start.ts';
import { fitEnsembles } from '../../training/denoising-ensemble.ts';
import { errorRates } from '../metrics/error-rates.ts';
import { median } from '../metrics/quantile.ts';
import type { Curve } from '../suites/suite.ts';
import { carriedWindows, type FreeTextStudy, type JudgedLength } from './free-text-study.ts';
import { mostNetworkRows, networkRecipe } from './network-fitting.ts';
import {
  autoencoderJob,
  fitTemplate,
  type OneClassScores,
  seededScores,
  type UntrainedTemplate,
} from './one-class-template.ts';
import { sharedHistory } from './own-history.ts';
import { combined, type ScoreMatrix, userScores } from './score-matrix.ts';

/** So many of the newest windows of an enrolment are compared, where people have more; and all of them. */
const enrolmentWindows = [8, 16, 32, 64] as const;

/** Networks from random weights, and from the cohort's start. */
export interface StartRates {
  cold: { meanEer: number };
  warm: { meanEer: number };
}

/** By `windows8`, `windows16`, ... and `windowsAll`. */
export interface WarmStartFigures {
  autoencoder: Record<string, StartRates>;
  /** With the Mahalanobis distance beside it, in units that were measured with cold networks. */
  fused: Record<string, StartRates>;
}

export interface WarmStart {
  figures: WarmStartFigures;
  curve: Curve;
}

/**
 * What a start from the background's people does for enrolments of few windows, on vectors as verdicts carry them. Judged by one
 * seed. The background's people are judged in no figure.
 */
export async function measureWarmStart(
  study: FreeTextStudy,
  judged: JudgedLength,
  seed: number,
  onStep: (done: number, total: number) => void = () => {},
): Promise<WarmStart> {
  const { tf, sets, pairing } = study;
  const { constants, zonePairs, histories, rows } = await carriedWindows(study, judged);
  const { referenceSpread, fusion } = constants;
  const cold = { ...networkRecipe, inputs: referenceSpread.length, seed };
  const cohort = sets.background.map(
    ({ enrolment }) => sharedHistory(enrolment, zonePairs, pairing, judged.length).rows,
  );
  const starts = await fitCohortStart(tf, cohort, { ...cold, referenceSpread });
  const warm = { ...cold, ...fineTuning, starts };

  const usual = median(histories.map((history) => history.rows.length));
  const sizes = [...enrolmentWindows.filter((size) => size < usual), Number.POSITIVE_INFINITY];
  const figures: WarmStartFigures = { autoencoder: {}, fused: {} };
  for (const [done, size] of sizes.entries()) {
    onStep(done, sizes.length);
    const enrolled = histories.map((history) => history.rows.slice(-Math.min(size, history.rows.length)));
    const templates = enrolled.map((windows) => fitTemplate(windows, referenceSpread));
    const jobs = templates.map(({ scaler }, i) => autoencoderJob(scaler, enrolled[i]!, mostNetworkRows));
    const networks = [await fitEnsembles(tf, jobs, cold), await fitEnsembles(tf, jobs, warm)] as const;
    const { distance, errors } = await judge(templates, networks, rows);
    const ratesOf = (matrix: ScoreMatrix) => {
      const { meanEer } = errorRates(userScores(judged, matrix), { bootstrapDraws: 0 });
      return { meanEer };
    };
    const fused = (matrix: ScoreMatrix) =>
      combined(distance, matrix, (mahalanobis, autoencoder) =>
        fuse({ mahalanobis, autoencoder } satisfies OneClassScores, fusion),
      );
    const [fromRandom, fromStart] = errors;
    const name = Number.isFinite(size) ? `windows${size}` : 'windowsAll';
    figures.autoencoder[name] = { cold: ratesOf(fromRandom), warm: ratesOf(fromStart) };
    figures.fused[name] = { cold: ratesOf(fused(fromRandom)), warm: ratesOf(fused(fromStart)) };
  }
  const windows = sizes.map((size) => Math.min(size, usual));
  return { figures, curve: curveOf(figures, windows) };
}

/** What every account's distance and its two networks make of every window. */
async function judge(
  templates: readonly UntrainedTemplate[],
  [cold, warm]: readonly [readonly Autoencoder[], readonly Autoencoder[]],
  rows: readonly Float32Array[],
): Promise<{ distance: ScoreMatrix; errors: readonly [ScoreMatrix, ScoreMatrix] }> {
  const distance: Float64Array[] = [];
  const errors: readonly [Float64Array[], Float64Array[]] = [[], []];
  for (const [subject, template] of templates.entries()) {
    const scores = rows.map((row) => seededScores(template, [cold[subject]!, warm[subject]!], row));
    distance.push(Float64Array.from(scores, ({ mahalanobis }) => mahalanobis));
    for (const [i, matrix] of errors.entries()) {
      matrix.push(Float64Array.from(scores, ({ autoencoder }) => autoencoder[i]!));
    }
    // Timers and signals get their turn between subjects.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { distance, errors };
}

function curveOf({ autoencoder, fused }: WarmStartFigures, windows: readonly number[]): Curve {
  const line = (name: string, rates: Record<string, StartRates>, manner: keyof StartRates) => ({
    name,
    points: Object.values(rates).map((each, i) => ({ x: windows[i]!, y: each[manner].meanEer })),
  });
  return {
    id: 'enrolment-size',
    title: 'Enrolment: error of one window, networks from random weights and from the cohort’s',
    xLabel: 'windows of enrolment',
    yLabel: 'mean EER',
    series: [
      line('autoencoder, cold', autoencoder, 'cold'),
      line('autoencoder, started from the cohort', autoencoder, 'warm'),
      line('with the distance, cold', fused, 'cold'),
      line('with the distance, started from the cohort', fused, 'warm'),
    ],
  };
}
