import { createSeededRandom } from '../../platform/seeded-random.ts';
import { areaUnderCurveOfSorted } from './area-under-curve.ts';
import { ascending, type Scores } from './ascending.ts';
import { detectionAtFalseAlarmsOfSorted } from './detection-at-false-alarms.ts';
import { equalErrorRateOfSorted } from './equal-error-rate.ts';
import { farAtFrr, frrAtFar } from './operating-point.ts';
import { median, quantile } from './quantile.ts';
import { createPooledAucOfDraw, createPooledEerOfDraw, drawUsers, joined, type SortedUser } from './user-bootstrap.ts';

/** The scores that one user's template gave; higher = stranger. */
export interface UserScores {
  user: string;
  genuine: Float64Array;
  impostor: Float64Array;
}

/** Error rates of a set of users, all as shares 0..1; names of ISO/IEC 19795-1. */
export interface ErrorRates {
  /** Users with genuine and with impostor scores: those that per-user figures speak of. */
  users: number;
  /** Users left out of per-user figures because one kind is missing; their scores are in the pool all the same. */
  usersWithoutScores: number;
  /** Mean over users of each one's equal error rate, at a threshold of their own. */
  meanEer: number;
  /** Standard deviation over users (n - 1). */
  sdEer: number;
  medianEer: number;
  worstEer: number;
  worstUser: string;
  /** 95 % percentile interval of the mean, users drawn with replacement. */
  meanEerInterval: [number, number];
  /** Equal error rate of all scores together: one threshold for everybody. */
  pooledEer: number;
  /** Standard deviation of `pooledEer` over the same draws of users. */
  pooledEerSd: number;
  /** Of the pool. */
  auc: number;
  /** Standard deviation of `auc` over the same draws of users. */
  aucSd: number;
  meanAuc: number;
  /** Of the pool, as all below. */
  frrAtFar1Percent: number;
  farAtFrr1Percent: number;
  detectionAt1PercentFalseAlarms: number;
  detectionAt5PercentFalseAlarms: number;
}

export interface ErrorRateOptions {
  /** Draws of users for the interval and for `pooledEerSd`; 400 where not said. */
  bootstrapDraws?: number;
  /** Of the draws; 1 where not said. */
  seed?: number;
}

/**
 * Error rates per user and pooled, with bootstrap intervals over users (people, not windows, are what was sampled).
 * Figures that nothing speaks for are NaN. Throws RangeError where a score is not a number.
 */
export function errorRates(
  users: readonly UserScores[],
  { bootstrapDraws = 400, seed = 1 }: ErrorRateOptions = {},
): ErrorRates {
  const sorted = users.map(({ user, genuine, impostor }) => ({
    user,
    genuine: sortedScores(user, genuine),
    impostor: sortedScores(user, impostor),
  }));
  const complete = sorted.filter(({ genuine, impostor }) => genuine.length > 0 && impostor.length > 0);
  const eers = Float64Array.from(complete, ({ genuine, impostor }) => equalErrorRateOfSorted(genuine, impostor));
  const worst = eers.reduce((at, eer, i) => (at < 0 || eer > eers[at]! ? i : at), -1);
  const genuine = joined(sorted.map((user) => user.genuine)).sort();
  const impostors = joined(sorted.map((user) => user.impostor)).sort();
  return {
    users: complete.length,
    usersWithoutScores: users.length - complete.length,
    meanEer: mean(eers),
    sdEer: standardDeviation(eers),
    medianEer: median(eers),
    worstEer: eers[worst] ?? Number.NaN,
    worstUser: complete[worst]?.user ?? '',
    pooledEer: equalErrorRateOfSorted(genuine, impostors),
    ...bootstrap(sorted, { genuine, impostor: impostors }, complete, eers, { bootstrapDraws, seed }),
    auc: areaUnderCurveOfSorted(genuine, impostors),
    meanAuc: mean(Float64Array.from(complete, (user) => areaUnderCurveOfSorted(user.genuine, user.impostor))),
    frrAtFar1Percent: frrAtFar(genuine, impostors, 0.01),
    farAtFrr1Percent: farAtFrr(genuine, impostors, 0.01),
    detectionAt1PercentFalseAlarms: detectionAtFalseAlarmsOfSorted(genuine, impostors, 0.01),
    detectionAt5PercentFalseAlarms: detectionAtFalseAlarmsOfSorted(genuine, impostors, 0.05),
  };
}

function sortedScores(user: string, scores: Float64Array): Float64Array {
  const sorted = ascending(scores);
  // Sorting puts NaN last.
  if (Number.isNaN(sorted.at(-1))) throw new RangeError(`a score of user ${user} is not a number`);
  return sorted;
}

function bootstrap(
  all: readonly SortedUser[],
  pool: SortedUser,
  complete: readonly SortedUser[],
  eers: Float64Array,
  { bootstrapDraws, seed }: Required<ErrorRateOptions>,
): Pick<ErrorRates, 'meanEerInterval' | 'pooledEerSd' | 'aucSd'> {
  const random = createSeededRandom(seed);
  const means: number[] = [];
  if (complete.length > 0) {
    for (let draw = 0; draw < bootstrapDraws; draw++) {
      const times = drawUsers(random, complete.length);
      means.push(eers.reduce((sum, eer, u) => sum + times[u]! * eer, 0) / complete.length);
    }
  }
  const pooledEers: number[] = [];
  const aucs: number[] = [];
  if (all.length > 0 && bootstrapDraws > 0) {
    const pooledEerOfDraw = createPooledEerOfDraw(all, pool);
    const aucOfDraw = createPooledAucOfDraw(all, pool);
    for (let draw = 0; draw < bootstrapDraws; draw++) {
      const times = drawUsers(random, all.length);
      const eer = pooledEerOfDraw(times);
      // A draw without a single impostor, or genuine, score says nothing.
      if (Number.isNaN(eer)) continue;
      pooledEers.push(eer);
      aucs.push(aucOfDraw(times));
    }
  }
  return {
    meanEerInterval: [quantile(means, 0.025), quantile(means, 0.975)],
    pooledEerSd: standardDeviation(pooledEers),
    aucSd: standardDeviation(aucs),
  };
}

/** Arithmetic mean; NaN for no values. */
export function mean(values: Scores): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Standard deviation of a sample (n - 1); 0 for one value, NaN for none. */
export function standardDeviation(values: Scores): number {
  if (values.length === 0) return Number.NaN;
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return Math.sqrt(sum / Math.max(1, values.length - 1));
}
