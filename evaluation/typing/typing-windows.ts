import { linkedTimings } from '../../detection/features/linked-timings.ts';
import {
  identityFeatureCount,
  typingFeatures,
  writeResiduals,
  writeTimings,
} from '../../detection/features/typing-vector.ts';
import { writeWideResiduals } from '../../detection/features/wide-residuals.ts';
import { writeWideTimings } from '../../detection/features/wide-timings.ts';
import { wideFeatureCount } from '../../detection/features/wide-typing-catalogue.ts';
import { scoreWide, type WideScores, type WideTypingModel } from '../../detection/features/wide-typing-vector.ts';
import { type PairedTimings, scoreTimings, type ZonePairModel } from '../../detection/features/zone-pair-model.ts';
import type { Pairing } from './pairing.ts';
import type { TypingSamples, TypingSubject } from './typing-recordings.ts';

/** Window lengths that are reported, in keys. */
export const windowLengths = [25, 50, 100, 200] as const;
export type WindowLength = (typeof windowLengths)[number];

/** A verdict falls with each batch of so many keys, so judged windows start so far apart. */
export const judgedStep = 25;

/** Windows over a row of keystrokes: each is the `length` keystrokes from its start. */
export interface TypingWindows {
  samples: TypingSamples;
  length: number;
  starts: Int32Array;
}

/** Windows of several subjects, with the subject of each. */
export interface OwnedWindows extends TypingWindows {
  /** Index of the subject. */
  owner: Int32Array;
}

function joined<A extends Uint8Array | Int16Array | Int32Array>(parts: readonly A[], empty: (length: number) => A): A {
  const all = empty(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Sessions one after another. */
export function joinedSamples(parts: readonly TypingSamples[]): TypingSamples {
  return {
    zonePair: joined(
      parts.map((part) => part.zonePair),
      (length) => new Uint8Array(length),
    ),
    holdSteps: joined(
      parts.map((part) => part.holdSteps),
      (length) => new Uint8Array(length),
    ),
    pressPressSteps: joined(
      parts.map((part) => part.pressPressSteps),
      (length) => new Int16Array(length),
    ),
    releasePressSteps: joined(
      parts.map((part) => part.releasePressSteps),
      (length) => new Int16Array(length),
    ),
    keyPair: joined(
      parts.map((part) => part.keyPair),
      (length) => new Int32Array(length),
    ),
  };
}

function startsWithin(count: number, length: number, step: number): number[] {
  const starts: number[] = [];
  for (let start = 0; start + length <= count; start += step) starts.push(start);
  return starts;
}

/** Windows `step` keys apart; none where there are fewer keys than a window has. */
export function windowsOf(samples: TypingSamples, length: number, step: number): TypingWindows {
  return { samples, length, starts: Int32Array.from(startsWithin(samples.zonePair.length, length, step)) };
}

/** Keys between two windows of one's own history: they overlap, so that a short history gives a few dozen. */
export function historyStep(length: number): number {
  return Math.max(Math.floor(length / 4), 5);
}

/** Windows of a subject's enrolment; where it is shorter than a window, one window of all of it. */
export function enrolmentWindows(samples: TypingSamples, length: number): TypingWindows {
  const count = samples.zonePair.length;
  return windowsOf(samples, Math.min(length, count), historyStep(length));
}

/** The windows of all subjects' later sessions, a batch apart. */
export function laterWindows(subjects: readonly TypingSubject[], length: number): OwnedWindows {
  const each = subjects.map((subject) => joinedSamples(subject.later));
  const starts: number[] = [];
  const owner: number[] = [];
  let at = 0;
  for (const [index, samples] of each.entries()) {
    for (const start of startsWithin(samples.zonePair.length, length, judgedStep)) {
      starts.push(at + start);
      owner.push(index);
    }
    at += samples.zonePair.length;
  }
  return { samples: joinedSamples(each), length, starts: Int32Array.from(starts), owner: Int32Array.from(owner) };
}

/** Wide vectors of windows in one buffer, the part that needs no model already written. */
export interface VectorBuffer {
  windows: TypingWindows;
  /** The windows' samples by pair, and told from the key before. */
  timings: PairedTimings;
  linked: PairedTimings;
  rows: readonly Float32Array[];
}

/** Makes room for the wide vectors of windows and writes what needs no model. */
export function vectorBuffer(windows: TypingWindows, pairing: Pairing): VectorBuffer {
  const { samples, length, starts } = windows;
  const timings = pairing.timingsOf(samples);
  const linked = linkedTimings(timings);
  const rows = rowsOf(starts.length, wideFeatureCount);
  for (const [i, row] of rows.entries()) writeWideTimings(samples, linked, starts[i]!, starts[i]! + length, row);
  return { windows, timings, linked, rows };
}

function rowsOf(count: number, width: number): Float32Array[] {
  const numbers = new Float32Array(count * width);
  return Array.from({ length: count }, (_, i) => numbers.subarray(i * width, (i + 1) * width));
}

/** Writes what windows say against scores of their samples; what stood there before is overwritten. Returns the rows. */
export function writeAgainst({ windows, rows }: VectorBuffer, { own, linked }: WideScores): readonly Float32Array[] {
  const { samples, length, starts } = windows;
  for (const [i, row] of rows.entries()) {
    writeWideResiduals(samples, own, linked, starts[i]!, starts[i]! + length, row);
  }
  return rows;
}

/** Writes what windows say against a model. Returns the rows, valid until the next call with this buffer. */
export function writeAgainstModel(buffer: VectorBuffer, model: WideTypingModel): readonly Float32Array[] {
  return writeAgainst(buffer, scoreWide(model, buffer.timings, buffer.linked));
}

/** Wide vectors of windows against a model. */
export function wideVectors(windows: TypingWindows, model: WideTypingModel, pairing: Pairing): readonly Float32Array[] {
  return writeAgainstModel(vectorBuffer(windows, pairing), model);
}

/** Vectors as verdicts carry them, against one zone-pair model: the 81 numbers that tell people apart. */
export function identityVectors(
  { samples, length, starts }: TypingWindows,
  model: ZonePairModel,
  pairing: Pairing,
): readonly Float32Array[] {
  const scores = scoreTimings(model, pairing.timingsOf(samples));
  return rowsOf(starts.length, typingFeatures.length).map((row, i) => {
    writeTimings(samples, starts[i]!, starts[i]! + length, row);
    writeResiduals(samples, scores, starts[i]!, starts[i]! + length, row);
    return row.subarray(0, identityFeatureCount);
  });
}
