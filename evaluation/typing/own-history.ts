import { linkedTimings } from '../../detection/features/linked-timings.ts';
import {
  fitWideTypingModel,
  scoreWide,
  type WideScores,
  type WideTypingModel,
} from '../../detection/features/wide-typing-vector.ts';
import { scoresPerSample, type ZonePairModel } from '../../detection/features/zone-pair-model.ts';
import type { Pairing } from './pairing.ts';
import type { TypingSamples } from './typing-recordings.ts';
import {
  enrolmentWindows,
  identityVectors,
  joinedSamples,
  vectorBuffer,
  windowsOf,
  writeAgainst,
} from './typing-windows.ts';

/** An account's enrolment as its own model sees it. */
export interface OwnHistory {
  /** Vectors of its windows, oldest first; each keystroke is measured by a model that did not see its session. */
  rows: readonly Float32Array[];
  /** First key of each window, and how many keys a window has. */
  starts: Int32Array;
  length: number;
  /** First key of each fold, and the number of keys after the last. */
  cuts: readonly number[];
}

/** Sessions are left out in so many groups at most. */
const mostFolds = 5;

/** Sessions in neighbouring groups of equal number; a single session in pieces of equal length. */
export function foldsOf(sessions: readonly TypingSamples[]): TypingSamples[] {
  const [only] = sessions;
  if (only !== undefined && sessions.length === 1) {
    const count = Math.min(mostFolds, only.zonePair.length);
    const cut = (fold: number) => Math.floor((fold * only.zonePair.length) / count);
    return Array.from({ length: count }, (_, fold) => partOf(only, cut(fold), cut(fold + 1)));
  }
  const size = Math.ceil(sessions.length / mostFolds);
  const folds: TypingSamples[] = [];
  for (let i = 0; i < sessions.length; i += size) folds.push(joinedSamples(sessions.slice(i, i + size)));
  return folds;
}

/** Keystrokes `from`..`to`. */
export function partOf(samples: TypingSamples, from: number, to: number): TypingSamples {
  return {
    zonePair: samples.zonePair.subarray(from, to),
    holdSteps: samples.holdSteps.subarray(from, to),
    pressPressSteps: samples.pressPressSteps.subarray(from, to),
    releasePressSteps: samples.releasePressSteps.subarray(from, to),
    keyPair: samples.keyPair.subarray(from, to),
  };
}

/** A subject's own model, and the scores of each enrolment keystroke under the model of the other folds. */
export interface OwnZonePairs {
  model: WideTypingModel;
  pairing: Pairing;
  samples: TypingSamples;
  outOfFoldScores: WideScores;
  /** First key of each fold, and the number of keys after the last. */
  cuts: readonly number[];
}

/** Fits a subject's own zone-pair model to its enrolment alone. Throws RangeError for an enrolment of less than two keys. */
export function fitOwnZonePairs(enrolment: readonly TypingSamples[], pairing: Pairing): OwnZonePairs {
  const folds = foldsOf(enrolment);
  const timings = folds.map((fold) => pairing.timingsOf(fold));
  const samples = joinedSamples(folds);
  const outOfFoldScores: WideScores = {
    own: new Float32Array(samples.zonePair.length * scoresPerSample),
    linked: new Float32Array(samples.zonePair.length * scoresPerSample),
  };
  const cuts = [0];
  for (const [i, fold] of timings.entries()) {
    const others = fitWideTypingModel(
      timings.filter((_, j) => j !== i),
      pairing.classes,
    );
    const scores = scoreWide(others, fold, linkedTimings(fold));
    const at = cuts[i]!;
    outOfFoldScores.own.set(scores.own, at * scoresPerSample);
    outOfFoldScores.linked.set(scores.linked, at * scoresPerSample);
    cuts.push(at + fold.pair.length);
  }
  return { model: fitWideTypingModel(timings, pairing.classes), pairing, samples, outOfFoldScores, cuts };
}

/** Windows of one fold of an enrolment, `step` keys apart, as the model of the other folds sees them. */
export function foldVectors(own: OwnZonePairs, fold: number, length: number, step: number): readonly Float32Array[] {
  const { samples, outOfFoldScores, cuts, pairing } = own;
  const from = cuts[fold]!;
  const to = cuts[fold + 1]!;
  const scores = {
    own: outOfFoldScores.own.subarray(from * scoresPerSample, to * scoresPerSample),
    linked: outOfFoldScores.linked.subarray(from * scoresPerSample, to * scoresPerSample),
  };
  return writeAgainst(vectorBuffer(windowsOf(partOf(samples, from, to), length, step), pairing), scores);
}

/** The windows of a subject's enrolment against a zone-pair model that is the same for everybody. */
export function sharedHistory(
  enrolment: readonly TypingSamples[],
  model: ZonePairModel,
  pairing: Pairing,
  length: number,
): OwnHistory {
  const folds = foldsOf(enrolment);
  const windows = enrolmentWindows(joinedSamples(folds), length);
  const cuts = [0];
  for (const fold of folds) cuts.push(cuts.at(-1)! + fold.zonePair.length);
  return { rows: identityVectors(windows, model, pairing), starts: windows.starts, length: windows.length, cuts };
}

/** The windows of a subject's enrolment against its own zone-pair model, out of fold. */
export function ownHistory({ samples, outOfFoldScores, cuts, pairing }: OwnZonePairs, length: number): OwnHistory {
  const windows = enrolmentWindows(samples, length);
  const rows = writeAgainst(vectorBuffer(windows, pairing), outOfFoldScores);
  return { rows, starts: windows.starts, length: windows.length, cuts };
}

/** Histories longer than so many windows leave out every window that shares a key with a fold. */
const longHistory = 1 / 0.12;

/** Which windows of a history a fold's model may learn from, and which it is asked about. */
export interface HistoryFold {
  train: number[];
  test: number[];
}

/**
 * Folds of a history. What a model is asked about shares no key with what it learnt; where the history is short, windows
 * that share up to half their keys are let in, or nothing would be left to learn from.
 */
export function historyFolds({ starts, length, cuts }: OwnHistory): HistoryFold[] {
  const keys = cuts.at(-1) ?? 0;
  const shared = keys > longHistory * length ? 0 : length / 2;
  return cuts.slice(0, -1).map((from, fold) => {
    const to = cuts[fold + 1]!;
    const train: number[] = [];
    const test: number[] = [];
    for (const [i, start] of starts.entries()) {
      if (start >= from && start < to) test.push(i);
      if (start + length <= from + shared || start >= to + length - shared) train.push(i);
    }
    return { train, test };
  });
}
