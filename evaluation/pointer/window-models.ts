import { reconstructionError } from '../../detection/autoencoder.ts';
import {
  type ActionMixture,
  actionMixtureScore,
  fitActionMixture,
  pointerMixture,
} from '../../detection/detectors/action-mixture.ts';
import { cappedManhattanScore } from '../../detection/detectors/capped-manhattan.ts';
import {
  fitNearestNeighbours,
  type NearestNeighbours,
  nearestNeighboursScore,
  pointerNeighbours,
} from '../../detection/detectors/nearest-neighbours.ts';
import { fitStrokeUnits, type StrokeUnits } from '../../detection/features/stroke-embedding.ts';
import { missingStrokeFeature, type StrokeVector } from '../../detection/features/stroke-vector.ts';
import { type PrincipalComponents, principalComponents } from '../../detection/linear-algebra/principal-components.ts';
import type { Autoencoder } from '../../detection/words/template.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import type { FitJob } from '../../training/batched-autoencoder.ts';
import { fitSessionScale, type SessionScale, sessionScaled } from './session-scale.ts';
import { windowStatistics } from './window-statistics.ts';

/** Detectors over statistics of a window of strokes, and over single strokes. */
export const windowDetectors = ['cappedManhattan', 'nearestNeighbours', 'autoencoder', 'actionMixture'] as const;
export type WindowDetector = (typeof windowDetectors)[number];

/** Strokes of a training window, and from one window's start to the next. */
const windowStrokes = 60;
const stepStrokes = 30;
/** Components that the autoencoder sees, at most half as many as windows. */
const autoencoderInputs = 60;
/** Windows that an autoencoder is fitted to at most, evenly taken: overlapping neighbours say hardly more than every other. */
const mostAutoencoderRows = 192;
/** Strokes that a mixture is fitted to at most, evenly taken: more cost time and change no figure. */
const mostMixtureStrokes = 3_000;

type Session = readonly StrokeVector[];

/** What the models of one account start from; strictly its own sessions. */
export interface WindowHistory {
  scale: SessionScale;
  /** Scaled windows. */
  rows: readonly Float64Array[];
  neighbours: NearestNeighbours;
  components: PrincipalComponents;
  /** What brings the autoencoder's inputs to an overall standard deviation of 1. */
  inputScale: number;
  units: StrokeUnits;
  strokes: readonly StrokeVector[];
}

/** Windows of a session; all of it where it is shorter than one. */
function windowsOf(session: Session): Float64Array[] {
  const windows: Float64Array[] = [];
  for (let from = 0; from === 0 || from + windowStrokes <= session.length; from += stepStrokes) {
    windows.push(windowStatistics(session.slice(from, from + windowStrokes)));
  }
  return windows;
}

/** Fits what needs no chance. @throws RangeError for sessions without any window */
export function windowHistory(sessions: readonly Session[]): WindowHistory {
  const windows = sessions.filter((session) => session.length >= 3).map(windowsOf);
  const scale = fitSessionScale(windows);
  const rows = windows.flat().map((row) => sessionScaled(scale, row));
  const components = principalComponents(rows, Math.max(1, Math.min(autoencoderInputs, rows.length >> 1)));
  const strokes = sessions.flat();
  const history = {
    scale,
    rows,
    neighbours: fitNearestNeighbours(rows, pointerNeighbours),
    components,
    inputScale: 1,
    units: fitStrokeUnits(strokes),
    strokes,
  };
  let squares = 0;
  for (const row of rows) for (const value of autoencoderRow(history, row)) squares += value * value;
  return { ...history, inputScale: squares > 0 ? Math.sqrt((rows.length * components.count) / squares) : 1 };
}

/**
 * A scaled window as the autoencoder sees it: components divided by the square root of their deviation, half of the way to
 * equal weight, padded with zeros to one width for all accounts.
 */
function autoencoderRow({ components, inputScale }: WindowHistory, row: Float64Array): Float32Array {
  const { mean, count, directions, variances } = components;
  const width = mean.length;
  const out = new Float32Array(autoencoderInputs);
  for (let k = 0, p = 0; k < count; k++) {
    let sum = 0;
    for (let f = 0; f < width; f++) sum += directions[p++]! * (row[f]! - mean[f]!);
    out[k] = (inputScale * sum) / variances[k]! ** 0.25;
  }
  return out;
}

/** How the autoencoders are fitted; see `FitOptions`. */
export const autoencoderFit = {
  inputs: autoencoderInputs,
  hidden: 16,
  members: 4,
  steps: 80,
  learningRate: 0.02,
  maskShare: 0.5,
  noise: 0.7,
  weightDecay: 1e-4,
};

/** About `most` of a list, evenly taken; all of a shorter one. */
function evenly<T>(from: readonly T[], most: number): T[] {
  const step = Math.max(1, from.length / most);
  return Array.from({ length: Math.floor(from.length / step) }, (_, i) => from[Math.floor(i * step)]!);
}

/** What an account's autoencoder learns from. */
export function autoencoderJob(history: WindowHistory): FitJob {
  const taken = evenly(history.rows, mostAutoencoderRows);
  const rows = new Float32Array(taken.length * autoencoderInputs);
  for (const [r, row] of taken.entries()) rows.set(autoencoderRow(history, row), r * autoencoderInputs);
  return { rows, weights: new Float32Array(taken.length).fill(1) };
}

/** A stroke's features in the account's units, clipped; what is missing lies in the centre. */
function scaledStroke({ units }: WindowHistory, { features }: StrokeVector): Float64Array {
  return features.map((value, f) =>
    value === missingStrokeFeature ? 0 : Math.min(Math.max((value - units.centre[f]!) / units.spread[f]!, -4), 4),
  );
}

/** The mixture over single strokes. */
export function strokeMixture(history: WindowHistory, seed: number): ActionMixture {
  const taken = evenly(history.strokes, mostMixtureStrokes).map((stroke) => scaledStroke(history, stroke));
  const random = createSeededRandom(`stroke mixture ${seed}`);
  return fitActionMixture(taken, { ...pointerMixture, next: () => random.next() });
}

/** Scores of one stretch of strokes under every detector. @throws RangeError without a stroke */
export function windowScores(
  history: WindowHistory,
  autoencoder: Autoencoder,
  mixture: ActionMixture,
  strokes: readonly StrokeVector[],
): Record<WindowDetector, number> {
  const row = sessionScaled(history.scale, windowStatistics(strokes));
  return {
    cappedManhattan: cappedManhattanScore(row),
    nearestNeighbours: nearestNeighboursScore(history.neighbours, row),
    autoencoder: reconstructionError(autoencoder, autoencoderRow(history, row)),
    actionMixture: actionMixtureScore(
      mixture,
      strokes.map((stroke) => scaledStroke(history, stroke)),
    ),
  };
}
