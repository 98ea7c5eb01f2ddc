import { type Background, backgroundOf, sumOf } from '../../detection/cohort/background.ts';
import {
  fitPopulationScaler,
  type PopulationScaler,
  populationScaled,
} from '../../detection/cohort/population-scaler.ts';
import { recencyWeights } from '../../detection/detectors/recency.ts';
import { covarianceOf, meanOf } from '../../detection/linear-algebra/covariance.ts';
import { addRidge, shrinkToDiagonal } from '../../detection/linear-algebra/matrix-product.ts';
import { withoutPressPress } from './fixed-text-features.ts';
import { enrolmentRepetitions, type FixedTextAccount } from './protocol.ts';

/** Repetitions of one session of the recordings: what a person varies within it is not drift. */
const sessionRepetitions = 50;
/** From this repetition on, people no longer learn fast: what they vary by is theirs. */
const settledFrom = 150;
/** An account's centre is where it was in the last dozen of its repetitions. */
export const centreHalfLife = 12;

const ridge = 0.02;
/** With a dozen users a covariance between them has no full rank: so much of what is off its diagonal is not believed. */
const betweenShrinkage = 0.3;
const driftShrinkage = 0.5;
/** Share of the drift's covariance that is expected of an account; 0.05 to 1 made no difference of note. */
const driftShare = 0.2;
const degreesOfFreedom = 4;

/** What users who typed the text often have in common, and how practice moves them. */
export interface FixedTextBackground {
  /** Of log holds and signed-log release-press times. */
  background: Background;
  /** Mean movement of each of all features between the end of an enrolment and the uses after it. */
  practiceDrift: Float64Array;
}

/**
 * A background for one fixed text, from all repetitions of its users. A stranger is as likely one who has never typed the
 * text as one who has practised it, so both kinds of mean make the covariance between users, and a novice's spread the
 * stranger's. Users keep getting faster: what practice does to them after enrolment is expected of an account as well.
 * @throws RangeError for fewer than two users
 */
export function fitFixedTextBackground(cohort: readonly FixedTextAccount[]): FixedTextBackground {
  if (cohort.length < 2) throw new RangeError('a background needs at least two users');
  const users = cohort.map(({ features }) => ({ rows: features.map(withoutPressPress) }));
  const scaler = fitPopulationScaler(users, 4);
  const scaled = users.map(({ rows }) => rows.map((row) => populationScaled(scaler, row)));
  const size = scaler.centre.length;

  const settled = scaled.flatMap((rows) => sessionsOf(rows, settledFrom));
  const withinCovariance = addRidge(meanOf(settled.map(sampleCovariance)), size, ridge);
  const novices = scaled.map((rows) => rows.slice(0, sessionRepetitions));
  const practised = scaled.map((rows) => rows.slice(enrolmentRepetitions));
  const means = [...novices, ...practised].map((rows) => meanOf(rows));
  const betweenCovariance = addRidge(shrinkToDiagonal(sampleCovariance(means), size, betweenShrinkage), size, ridge);
  const noviceCovariance = addRidge(meanOf(novices.map(sampleCovariance)), size, ridge);

  const practiceDrift = meanOf(
    cohort.map(({ features }) => movementOf(features, features.slice(enrolmentRepetitions))),
  );
  return {
    background: backgroundOf({
      scaler,
      populationMean: meanOf(means),
      betweenCovariance,
      withinCovariance,
      driftCovariance: driftCovariance(scaled, scaler, withoutPressPress(practiceDrift)),
      strangerCovariance: sumOf(betweenCovariance, noviceCovariance),
      degreesOfFreedom,
      contributors: cohort.map(({ name }) => name).sort(),
    }),
    practiceDrift,
  };
}

/** How far later sessions are from where the expected drift would have them. */
function driftCovariance(
  scaled: readonly (readonly Float64Array[])[],
  scaler: PopulationScaler,
  expected: Float64Array,
): Float64Array {
  const size = scaler.centre.length;
  const off = scaled.flatMap((rows) =>
    sessionsOf(rows, enrolmentRepetitions).map((session) =>
      movementOf(rows, session).map((value, f) => value - expected[f]! / scaler.spread[f]!),
    ),
  );
  const covariance = covarianceOf(off, new Float64Array(size));
  return shrinkToDiagonal(covariance, size, driftShrinkage).map((value) => value * driftShare);
}

/** From an account's centre at the end of enrolment to the mean of later rows. */
function movementOf(rows: readonly Float64Array[], later: readonly Float64Array[]): Float64Array {
  const centre = meanOf(rows.slice(0, enrolmentRepetitions), recencyWeights(enrolmentRepetitions, centreHalfLife));
  return meanOf(later).map((value, f) => value - centre[f]!);
}

/** Whole sessions from a repetition on. */
function sessionsOf<T>(rows: readonly T[], from: number): T[][] {
  const sessions: T[][] = [];
  for (let at = from; at + sessionRepetitions <= rows.length; at += sessionRepetitions) {
    sessions.push(rows.slice(at, at + sessionRepetitions));
  }
  return sessions;
}

/** Divided by n - 1. */
function sampleCovariance(rows: readonly Float64Array[]): Float64Array {
  const unbiased = rows.length / (rows.length - 1);
  return covarianceOf(rows, meanOf(rows)).map((value) => value * unbiased);
}
