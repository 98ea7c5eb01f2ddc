import { fuseWithLikelihoodRatio } from '../../detection/detectors/fusion.ts';
import type { ZonePairModel } from '../../detection/features/zone-pair-model.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import {
  cohortMatrix,
  enrolTyping,
  fitPopulationZonePairs,
  prepareWindows,
  type WideCohortOutcome,
} from './cohort-typing.ts';
import type { FreeTextSets } from './free-text-sets.ts';
import { measureConstants, type OneClassConstants, spacedOver } from './one-class-constants.ts';
import { fusedMatrix, judgeOneClass, type OneClassResult } from './one-class-study.ts';
import { fitOwnZonePairs, type OwnHistory, type OwnZonePairs, ownHistory, sharedHistory } from './own-history.ts';
import type { Pairing } from './pairing.ts';
import { combined, type JudgedWindows, type ScoreMatrix } from './score-matrix.ts';
import { freeTextFusion } from './typing-judge.ts';
import type { TypingSubject } from './typing-recordings.ts';
import {
  identityVectors,
  laterWindows,
  type OwnedWindows,
  vectorBuffer,
  type WindowLength,
  windowLengths,
  writeAgainstModel,
} from './typing-windows.ts';

/** Constants change little with more people than these, and each costs a handful of fits. */
const constantsPeople = 20;

/** Of the seed that fits what constants are measured with; they are the same for every run. */
const constantsSeed = 1;

/** People, pairing and what is fitted once for all window lengths. */
export interface FreeTextStudy {
  tf: Tensorflow;
  sets: FreeTextSets;
  pairing: Pairing;
  /** Of the judged people. */
  own: readonly OwnZonePairs[];
  /** Of those who lend constants. */
  otherOwn: readonly OwnZonePairs[];
}

/** Fits everybody's own zone-pair model. */
export function createFreeTextStudy(tf: Tensorflow, sets: FreeTextSets, pairing: Pairing): FreeTextStudy {
  const others = spacedOver(sets.others, constantsPeople);
  return {
    tf,
    sets,
    pairing,
    own: sets.judged.map((subject) => fitOwnZonePairs(subject.enrolment, pairing)),
    otherOwn: others.map((subject) => fitOwnZonePairs(subject.enrolment, pairing)),
  };
}

/** The windows that are judged, and whose they are. */
export interface JudgedLength extends JudgedWindows {
  length: WindowLength;
  windows: OwnedWindows;
}

/** The later windows of one length. */
export function judgedAt({ sets }: FreeTextStudy, length: WindowLength): JudgedLength {
  const windows = laterWindows(sets.judged, length);
  return { length, windows, owner: windows.owner, names: sets.judged.map(({ name }) => name) };
}

/** Constants at a length, or at the next shorter one where those who lend them have too little history for it. */
async function constantsAt(
  { tf }: FreeTextStudy,
  length: WindowLength,
  historiesAt: (length: WindowLength) => OwnHistory[],
): Promise<OneClassConstants> {
  for (const tried of windowLengths.filter((other) => other <= length).reverse()) {
    const constants = await measureConstants(tf, historiesAt(tried), constantsSeed);
    if (constants !== undefined) return constants;
  }
  throw new RangeError('nobody has enough typing to measure the constants of one-class models on');
}

/** What is usual of one-class scores at a window length, among the people who lend constants. */
export async function ownTypingConstants(study: FreeTextStudy, length: WindowLength): Promise<OneClassConstants> {
  return await constantsAt(study, length, (tried) => study.otherOwn.map((pairs) => ownHistory(pairs, tried)));
}

type Progress = (done: number, total: number) => void;

/** Strictly one-class: each account's own zone-pair model, out of fold, and its own detectors. */
export async function judgeByOwnTyping(
  study: FreeTextStudy,
  { length, windows }: JudgedLength,
  seeds: readonly number[],
  onFitted?: Progress,
): Promise<OneClassResult> {
  const { tf, own, pairing } = study;
  const constants = await ownTypingConstants(study, length);
  const buffer = vectorBuffer(windows, pairing);
  const question = {
    histories: own.map((pairs) => ownHistory(pairs, length)),
    constants,
    seeds,
    judgedBy: (subject: number) => writeAgainstModel(buffer, own[subject]!.model),
  };
  return await judgeOneClass(tf, question, onFitted);
}

/** Windows as the product's verdicts carry them: measured against one zone-pair model for everybody. */
export interface CarriedWindows {
  /** From the people who lend constants. */
  constants: OneClassConstants;
  zonePairs: ZonePairModel;
  /** One per judged person. */
  histories: readonly OwnHistory[];
  /** The judged windows. */
  rows: readonly Float32Array[];
}

/** Enrolments and judged windows on the product's vectors; the zone-pair model comes from the people who lend constants. */
export async function carriedWindows(study: FreeTextStudy, { length, windows }: JudgedLength): Promise<CarriedWindows> {
  const { sets, pairing } = study;
  const zonePairs = fitPopulationZonePairs(sets.others, pairing);
  const others = spacedOver(sets.others, constantsPeople);
  const historyOf = (subject: TypingSubject, length: WindowLength) =>
    sharedHistory(subject.enrolment, zonePairs, pairing, length);
  const constants = await constantsAt(study, length, (tried) => others.map((subject) => historyOf(subject, tried)));
  const histories = sets.judged.map((subject) => historyOf(subject, length));
  return { constants, zonePairs, histories, rows: identityVectors(windows, zonePairs, pairing) };
}

/** One-class on vectors as the product's verdicts carry them. */
export async function judgeByProductVectors(
  study: FreeTextStudy,
  judged: JudgedLength,
  seeds: readonly number[],
  onFitted?: Progress,
): Promise<ScoreMatrix[]> {
  const { constants, histories, rows } = await carriedWindows(study, judged);
  const result = await judgeOneClass(study.tf, { histories, constants, seeds, judgedBy: () => rows }, onFitted);
  return seeds.map((_, seed) => fusedMatrix(result, seed));
}

/** The background log-likelihood ratio. */
export function judgeByCohort(
  { sets }: FreeTextStudy,
  { windows }: JudgedLength,
  outcome: WideCohortOutcome,
): ScoreMatrix | undefined {
  if (!outcome.ok) return undefined;
  const accounts = sets.judged.map(({ enrolment }) => enrolTyping(outcome.value, enrolment));
  return cohortMatrix(outcome.value, accounts, prepareWindows(outcome.value, windows));
}

/** Likelihood ratio and one-class score together. */
export function cohortAndOneClass(ratio: ScoreMatrix, oneClass: ScoreMatrix): ScoreMatrix {
  return combined(ratio, oneClass, (a, b) => fuseWithLikelihoodRatio(a, b, freeTextFusion));
}
