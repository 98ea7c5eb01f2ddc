import { fuse } from '../../detection/detectors/fusion.ts';
import type { Autoencoder } from '../../detection/words/template.ts';
import type { FitJob } from '../../training/batched-autoencoder.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import { fitNetworks, mostNetworkRows } from '../typing/network-fitting.ts';
import type { OneClassConstants } from '../typing/one-class-constants.ts';
import { autoencoderJob, fitTemplate, oneClassScores, type UntrainedTemplate } from '../typing/one-class-template.ts';
import {
  fitOwnZonePairs,
  foldVectors,
  historyFolds,
  type OwnHistory,
  type OwnZonePairs,
  ownHistory,
} from '../typing/own-history.ts';
import { zonePairing } from '../typing/pairing.ts';
import { oneClassJudge, type TypingJudge } from '../typing/typing-judge.ts';
import type { TypingSubject } from '../typing/typing-recordings.ts';
import { judgedStep } from '../typing/typing-windows.ts';
import { batchScores, longWindow, meanOfWindows, type StreamAccount, shortWindow } from './stream-account.ts';

/** What is usual among people, for the detectors at each of the two windows. */
export interface StreamConstants {
  short: OneClassConstants;
  long: OneClassConstants;
}

/** A template to fit, and the windows that it learns from. */
interface Ask {
  template: UntrainedTemplate;
  rows: readonly Float32Array[];
}

/** The template that judges, and those that each leave a fold out. */
interface Asks {
  whole: Ask;
  folds: (Ask & { fold: number })[];
}

/** A fold that leaves fewer windows is not asked about. */
const fewestRows = 4;

function asksOf(history: OwnHistory, { referenceSpread }: OneClassConstants): Asks {
  const { rows } = history;
  const folds = historyFolds(history).flatMap(({ train }, fold) => {
    const kept = train.map((i) => rows[i]!);
    if (kept.length < fewestRows) return [];
    return [{ fold, rows: kept, template: fitTemplate(kept, referenceSpread) }];
  });
  return { whole: { rows, template: fitTemplate(rows, referenceSpread) }, folds };
}

function jobOf({ template, rows }: Ask): FitJob {
  return autoencoderJob(template.scaler, rows, mostNetworkRows);
}

/** A fold's batches under the template that did not see it: its keystrokes are measured by zone pairs that did not either. */
function foldScores(
  own: OwnZonePairs,
  fold: number,
  length: number,
  template: UntrainedTemplate & { autoencoder: Autoencoder },
  constants: OneClassConstants,
): Float64Array {
  const rows = foldVectors(own, fold, length, judgedStep);
  return Float64Array.from(rows, (row) => fuse(oneClassScores(template, row), constants.fusion));
}

/** One account's judge of one window length, and what it makes of the folds that it did not see. */
interface JudgeAndFolds {
  judge: TypingJudge;
  outOfFold: Float64Array[];
}

/** Judges of one window length, by subject; all networks are fitted in one batch. */
async function judgesAt(
  tf: Tensorflow,
  subjects: readonly TypingSubject[],
  own: readonly OwnZonePairs[],
  length: number,
  constants: OneClassConstants,
  seed: number,
): Promise<JudgeAndFolds[]> {
  const asks = own.map((pairs) => asksOf(ownHistory(pairs, length), constants));
  const jobs = asks.flatMap(({ whole, folds }) => [whole, ...folds].map(jobOf));
  const [networks] = await fitNetworks(tf, jobs, [seed]);
  let next = 0;
  return asks.map(({ whole, folds }, subject) => {
    const pairs = own[subject]!;
    const template = { ...whole.template, autoencoder: networks![next++]! };
    const outOfFold: Float64Array[] = pairs.cuts.slice(1).map(() => new Float64Array(0));
    for (const ask of folds) {
      const left = { ...ask.template, autoencoder: networks![next++]! };
      outOfFold[ask.fold] = foldScores(pairs, ask.fold, length, left, constants);
    }
    return { judge: oneClassJudge(subjects[subject]!.name, pairs.model, template, constants, zonePairing), outOfFold };
  });
}

/** Accounts whose templates know nobody else: own zone pairs, own detectors, and for each session left out the same again. */
export async function oneClassAccounts(
  tf: Tensorflow,
  subjects: readonly TypingSubject[],
  constants: StreamConstants,
  seed: number,
): Promise<StreamAccount[]> {
  const own = subjects.map(({ enrolment }) => fitOwnZonePairs(enrolment, zonePairing));
  const short = await judgesAt(tf, subjects, own, shortWindow, constants.short, seed);
  const long = await judgesAt(tf, subjects, own, longWindow, constants.long, seed);
  return subjects.map(({ name, enrolment, later }, i) => {
    const judges = { short: short[i]!.judge, long: long[i]!.judge };
    return {
      name,
      enrolmentSessions: enrolment.length,
      later,
      outOfFold: short[i]!.outOfFold.map((scores, fold) => meanOfWindows(scores, long[i]!.outOfFold[fold]!)),
      scoresOf: (stream) => batchScores(judges, stream),
    };
  });
}
