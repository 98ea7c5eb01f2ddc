import { type FusionConstants, fuse, type ScoreUnits, scoreUnitsOf } from '../../detection/detectors/fusion.ts';
import type { StrokeVector } from '../../detection/features/stroke-vector.ts';
import { fitEnsembles } from '../../training/denoising-ensemble.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import { median } from '../metrics/quantile.ts';
import {
  autoencoderFit,
  autoencoderJob,
  strokeMixture,
  type WindowDetector,
  type WindowHistory,
  windowDetectors,
  windowHistory,
  windowScores,
} from './window-models.ts';

type Strokes = readonly StrokeVector[];
type Scores = Record<WindowDetector, number>;

/** Sessions are dealt into so many parts; each is scored by models that did not see it. */
const folds = 3;
/** Strokes of an out-of-fold window; a shorter rest of more than half of it counts too. */
const probeStrokes = 60;

/** Models of one account under one seed, as what they say about a stretch of strokes. */
export type WindowJudge = (strokes: Strokes) => Scores;

function windowsIn(session: Strokes): Strokes[] {
  const windows: Strokes[] = [];
  for (let from = 0; from + probeStrokes / 2 < session.length; from += probeStrokes) {
    windows.push(session.slice(from, from + probeStrokes));
  }
  return windows;
}

/** Models of several histories at once, in their order. */
export async function fitWindowJudges(
  tf: Tensorflow,
  histories: readonly WindowHistory[],
  seed: number,
  onFitted?: (done: number) => void,
): Promise<WindowJudge[]> {
  const nets = await fitEnsembles(tf, histories.map(autoencoderJob), { ...autoencoderFit, seed }, onFitted);
  return histories.map((history, i) => {
    const mixture = strokeMixture(history, seed);
    return (strokes) => windowScores(history, nets[i]!, mixture, strokes);
  });
}

/** Location and scale of each detector's out-of-fold scores of each account, in the order of `accounts`. */
export async function windowScoreUnits(
  tf: Tensorflow,
  accounts: readonly (readonly Strokes[])[],
  seed: number,
  onFitted?: (done: number, total: number) => void,
): Promise<Record<WindowDetector, ScoreUnits>[]> {
  const parts = accounts.flatMap((sessions, account) =>
    Array.from({ length: Math.min(folds, sessions.length) }, (_, part) => {
      const inPart = (_s: Strokes, s: number) => s % folds === part;
      return {
        account,
        held: sessions.filter(inPart),
        history: windowHistory(sessions.filter((session, s) => !inPart(session, s))),
      };
    }),
  );
  const judges = await fitWindowJudges(
    tf,
    parts.map(({ history }) => history),
    seed,
    (done) => onFitted?.(done, parts.length),
  );
  return accounts.map((_, account) => {
    const scores = parts.flatMap((part, p) =>
      part.account === account ? part.held.flatMap(windowsIn).map((window) => judges[p]!(window)) : [],
    );
    return unitsOfDetectors((detector) => scoreUnitsOf(Float64Array.from(scores, (score) => score[detector])));
  });
}

function unitsOfDetectors(of: (detector: WindowDetector) => ScoreUnits): Record<WindowDetector, ScoreUnits> {
  return Object.fromEntries(windowDetectors.map((detector) => [detector, of(detector)])) as Record<
    WindowDetector,
    ScoreUnits
  >;
}

/** Constants for one account: per detector the median of the *other* accounts' locations and scales. */
export function constantsWithout(
  account: number,
  units: readonly Record<WindowDetector, ScoreUnits>[],
): Record<WindowDetector, ScoreUnits> {
  const others = units.filter((_, other) => other !== account);
  return unitsOfDetectors((detector) => ({
    location: median(others.map((unit) => unit[detector].location)),
    scale: median(others.map((unit) => unit[detector].scale)),
  }));
}

/** The published fusion for the pointer: mixture, neighbours and autoencoder, each clipped before the mean is taken. */
export function fusedWindowScore(scores: Scores, constants: Record<WindowDetector, ScoreUnits>): number {
  const { actionMixture, nearestNeighbours, autoencoder } = scores;
  const fusion: FusionConstants = { version: 1, detectors: constants, bounds: { least: -5, most: 15 } };
  return fuse({ actionMixture, nearestNeighbours, autoencoder }, fusion);
}
