import { constantUnits, type FusionConstants } from '../../detection/detectors/fusion.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import { median } from '../metrics/quantile.ts';
import { fitNetworks, mostNetworkRows } from './network-fitting.ts';
import {
  autoencoderJob,
  fitTemplate,
  type OneClassDetector,
  oneClassDetectors,
  oneClassScores,
} from './one-class-template.ts';
import { historyFolds, type OwnHistory } from './own-history.ts';

/** What a one-class model takes as given: numbers about people in general, measured on people who are not judged. */
export interface OneClassConstants {
  /** Median over people of each one's mean absolute deviation, by feature. */
  referenceSpread: Float32Array;
  /** Units of each detector's genuine scores. */
  fusion: FusionConstants;
}

/** Fewer windows say nothing of a spread, or of a fold. */
const fewestWindows = 4;
/** So many out-of-fold scores of a person make units of them. */
const fewestScores = 8;
/** More people hardly move a median. */
const mostPeople = 20;

/** Evenly spaced over a list. */
export function spacedOver<T>(all: readonly T[], most: number): T[] {
  const count = Math.min(all.length, most);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
}

function referenceSpreadOf(histories: readonly OwnHistory[]): Float32Array {
  const width = histories[0]?.rows[0]?.length ?? 0;
  const deviations = histories.map(({ rows }) =>
    Float64Array.from({ length: width }, (_, f) => {
      const column = rows.map((row) => row[f]!);
      const middle = median(column);
      return column.reduce((sum, value) => sum + Math.abs(value - middle), 0) / column.length;
    }),
  );
  return Float32Array.from({ length: width }, (_, f) => median(deviations.map((own) => own[f]!)) + 1e-4);
}

/**
 * Constants from the histories of people who are not judged, or `undefined` where their histories are too short for
 * windows of this length. Scores are out of fold: what a model is asked about it has not learnt from.
 */
export async function measureConstants(
  tf: Tensorflow,
  people: readonly OwnHistory[],
  seed: number,
): Promise<OneClassConstants | undefined> {
  const usable = people.filter(({ rows }) => rows.length > fewestWindows);
  if (usable.length === 0) return undefined;
  const referenceSpread = referenceSpreadOf(usable);
  const asked = spacedOver(usable, mostPeople).map((history) => ({
    history,
    folds: historyFolds(history)
      .filter(({ train, test }) => train.length >= fewestWindows && test.length > 0)
      .map(({ train, test }) => {
        const rows = train.map((i) => history.rows[i]!);
        return { rows, test, template: fitTemplate(rows, referenceSpread) };
      }),
  }));
  const jobs = asked.flatMap(({ folds }) =>
    folds.map(({ rows, template }) => autoencoderJob(template.scaler, rows, mostNetworkRows)),
  );
  const [networks] = await fitNetworks(tf, jobs, [seed]);
  let job = 0;
  const scores: Record<OneClassDetector, Float64Array[]> = { mahalanobis: [], autoencoder: [] };
  for (const { history, folds } of asked) {
    const own = folds.flatMap(({ test, template }) => {
      const autoencoder = networks![job++]!;
      return test.map((i) => oneClassScores({ ...template, autoencoder }, history.rows[i]!));
    });
    if (own.length < fewestScores) continue;
    for (const detector of oneClassDetectors) scores[detector].push(Float64Array.from(own, (all) => all[detector]));
  }
  if (scores.autoencoder.length < asked.length / 2) return undefined;
  const units = oneClassDetectors.map((detector) => [detector, constantUnits(scores[detector])] as const);
  return { referenceSpread, fusion: { version: 1, detectors: Object.fromEntries(units) } };
}
