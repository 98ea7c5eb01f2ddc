import {
  type Background,
  type BackgroundOutcome,
  type BackgroundUser,
  fitBackground,
  typingBackgroundOptions,
} from '../../detection/cohort/background.ts';
import { type PreparedRow, preparedScore, prepareRow } from '../../detection/cohort/background-score.ts';
import {
  discriminantRow,
  fitDiscriminantBackground,
  typingDiscriminantOptions,
  typingDiscriminantTrust,
} from '../../detection/cohort/discriminant.ts';
import { type Enrolled, enrol, typingCovarianceTrust } from '../../detection/cohort/enrolment.ts';
import { fitWideTypingModel, type WideTypingModel } from '../../detection/features/wide-typing-vector.ts';
import { fitZonePairModel, type ZonePairModel } from '../../detection/features/zone-pair-model.ts';
import type { Row } from '../../detection/linear-algebra/covariance.ts';
import type { Pairing } from './pairing.ts';
import type { ScoreMatrix } from './score-matrix.ts';
import type { TypingSamples, TypingSubject } from './typing-recordings.ts';
import {
  enrolmentWindows,
  historyStep,
  identityVectors,
  joinedSamples,
  type TypingWindows,
  wideVectors,
  windowsOf,
} from './typing-windows.ts';

/** All of a subject's typing: those who lend it to a background are never judged, so nothing is held back. */
function everythingOf(subject: TypingSubject): TypingSamples {
  return joinedSamples([...subject.enrolment, ...subject.later]);
}

/** How a population types, by zone pair. */
export function fitPopulationZonePairs(people: readonly TypingSubject[], pairing: Pairing): ZonePairModel {
  return fitZonePairModel(
    people.map((subject) => pairing.timingsOf(everythingOf(subject))),
    pairing.classes,
  );
}

/** Keys between two windows of a person of the background. */
function backgroundStep(length: number): number {
  return Math.max(Math.floor(length / 2), 12);
}

/** A population that accounts can be enrolled against, for one window length. */
export interface WindowCohort {
  background: Background;
  length: number;
  /** Windows' worth of trust in the population's spread within a person, against the account's own. */
  covarianceTrust: number;
  /** Windows as rows of the background. */
  vectorsOf(windows: TypingWindows): readonly Row[];
}

/** The same on the vectors that verdicts carry. */
export interface TypingCohort extends WindowCohort {
  pairing: Pairing;
  zonePairs: ZonePairModel;
}

type TooFewUsers = Extract<BackgroundOutcome, { ok: false }>;
export type TypingCohortOutcome = { ok: true; value: TypingCohort } | TooFewUsers;
export type WideCohortOutcome = { ok: true; value: WindowCohort } | TooFewUsers;

/** Everybody's windows of one length. */
function backgroundUsers(
  people: readonly TypingSubject[],
  length: number,
  vectorsOf: WindowCohort['vectorsOf'],
): BackgroundUser[] {
  return people.map((subject) => ({
    id: subject.name,
    rows: vectorsOf(windowsOf(everythingOf(subject), length, backgroundStep(length))),
  }));
}

/** A background from people's windows of one length, measured against the population's zone-pair model. */
export function fitTypingCohort(
  people: readonly TypingSubject[],
  zonePairs: ZonePairModel,
  pairing: Pairing,
  length: number,
  leastUsers: number = typingBackgroundOptions.leastUsers,
): TypingCohortOutcome {
  const vectorsOf = (windows: TypingWindows) => identityVectors(windows, zonePairs, pairing);
  const outcome = fitBackground(backgroundUsers(people, length, vectorsOf), { ...typingBackgroundOptions, leastUsers });
  if (!outcome.ok) return outcome;
  const { value: background } = outcome;
  return {
    ok: true,
    value: { pairing, zonePairs, background, length, covarianceTrust: typingCovarianceTrust, vectorsOf },
  };
}

/** How a population types, in the terms of the wide vector. */
export function fitWidePopulation(people: readonly TypingSubject[], pairing: Pairing): WideTypingModel {
  return fitWideTypingModel(
    people.map((subject) => pairing.timingsOf(everythingOf(subject))),
    pairing.classes,
  );
}

/** A background over the directions of the wide vector in which people differ. */
export function fitWideCohort(
  people: readonly TypingSubject[],
  model: WideTypingModel,
  pairing: Pairing,
  length: number,
  leastUsers: number = typingDiscriminantOptions.leastUsers,
): WideCohortOutcome {
  const wide = (windows: TypingWindows) => wideVectors(windows, model, pairing);
  const outcome = fitDiscriminantBackground(backgroundUsers(people, length, wide), {
    ...typingDiscriminantOptions,
    leastUsers,
  });
  if (!outcome.ok) return outcome;
  const { discriminant, background } = outcome.value;
  const vectorsOf = (windows: TypingWindows) => wide(windows).map((row) => discriminantRow(discriminant, row));
  return { ok: true, value: { background, length, covarianceTrust: typingDiscriminantTrust, vectorsOf } };
}

/** Enrols an account with sessions of its own. */
export function enrolTyping(cohort: WindowCohort, enrolment: readonly TypingSamples[]): Enrolled {
  const { length } = cohort;
  const windows = enrolmentWindows(joinedSamples(enrolment), length);
  return enrol(cohort.background, cohort.vectorsOf(windows), {
    effectiveWindows: Math.max(1, (windows.starts.length * historyStep(length)) / length),
    ownCovarianceTrust: cohort.covarianceTrust,
  });
}

/** Windows ready to be judged under any account of a cohort. */
export function prepareWindows(cohort: WindowCohort, windows: TypingWindows): PreparedRow[] {
  return cohort.vectorsOf(windows).map((row) => prepareRow(cohort.background, row));
}

/** The background log-likelihood ratio of every window under every account. */
export function cohortMatrix(
  { background }: WindowCohort,
  accounts: readonly Enrolled[],
  windows: readonly PreparedRow[],
): ScoreMatrix {
  return accounts.map((account) => Float64Array.from(windows, (window) => preparedScore(background, account, window)));
}
