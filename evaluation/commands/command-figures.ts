import { createSeededRandom } from '../../platform/seeded-random.ts';
import { areaUnderCurve } from '../metrics/area-under-curve.ts';
import { detectionAtFalseAlarms } from '../metrics/detection-at-false-alarms.ts';
import { errorRates, mean, type UserScores } from '../metrics/error-rates.ts';
import { quantile } from '../metrics/quantile.ts';
import type { CodedUser } from './coded-users.ts';

/** The false-alarm share of published results on these recordings. */
export const publishedFalseAlarmShare = 0.013;

/** What is reported of a scorer: one threshold for all users, shares 0..1. */
export interface CommandFigures {
  auc: number;
  /** Pooled. */
  eer: number;
  /** Standard deviation of `eer` over draws of users. */
  eerSd: number;
  hitsAt1PercentFalseAlarms: number;
  hitsAt1_3PercentFalseAlarms: number;
  hitsAt5PercentFalseAlarms: number;
  /** Over the users whom somebody replaced. */
  meanEer: number;
  worstEer: number;
  worstUser: string;
  usersAttacked: number;
}

/** Scores of test blocks by who made them; higher = stranger. */
export function scoresOf(user: CodedUser, scores: Float64Array): UserScores {
  return {
    user: user.name,
    genuine: scores.filter((_, block) => user.foreign[block] === false),
    impostor: scores.filter((_, block) => user.foreign[block] === true),
  };
}

function pooled(users: readonly UserScores[], kind: 'genuine' | 'impostor'): number[] {
  return users.flatMap((user) => Array.from(user[kind]));
}

/** Share of foreign blocks above the threshold that flags this share of the genuine ones. */
export function hitsAt(users: readonly UserScores[], falseAlarmShare: number): number {
  return detectionAtFalseAlarms(pooled(users, 'genuine'), pooled(users, 'impostor'), falseAlarmShare);
}

/** Area under the curve of all scores together. */
export function pooledAuc(users: readonly UserScores[]): number {
  return areaUnderCurve(pooled(users, 'genuine'), pooled(users, 'impostor'));
}

/** Draws of users for an interval. */
const draws = 200;

/**
 * 95 % percentile intervals of the pooled figures, means over the groups as in {@link groupFigures}, over draws of users with
 * replacement; a draw without a foreign block says nothing.
 */
export function userIntervals(groups: readonly (readonly UserScores[])[]) {
  const random = createSeededRandom(1);
  const aucs: number[] = [];
  const hits: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const drawn = groups.map((users) => users.map(() => random.pick(users)));
    const auc = mean(drawn.map(pooledAuc));
    if (Number.isNaN(auc)) continue;
    aucs.push(auc);
    hits.push(mean(drawn.map((users) => hitsAt(users, publishedFalseAlarmShare))));
  }
  const interval = (values: number[]) => [quantile(values, 0.025), quantile(values, 0.975)];
  return { aucInterval: interval(aucs), hitsAt1_3PercentFalseAlarmsInterval: interval(hits) };
}

/** Figures of one run over all users. */
export function commandFigures(users: readonly UserScores[]): CommandFigures {
  const rates = errorRates(users);
  return {
    auc: rates.auc,
    eer: rates.pooledEer,
    eerSd: rates.pooledEerSd,
    hitsAt1PercentFalseAlarms: rates.detectionAt1PercentFalseAlarms,
    hitsAt1_3PercentFalseAlarms: hitsAt(users, publishedFalseAlarmShare),
    hitsAt5PercentFalseAlarms: rates.detectionAt5PercentFalseAlarms,
    meanEer: rates.meanEer,
    worstEer: rates.worstEer,
    worstUser: rates.worstUser,
    usersAttacked: rates.users,
  };
}

/** Means over runs; the name of the worst user is the first run's. Throws RangeError for no runs. */
export function meanFigures(runs: readonly CommandFigures[]): CommandFigures {
  const [first] = runs;
  if (first === undefined) throw new RangeError('no runs to take a mean of');
  const entries = Object.entries(first).map(([key, value]) => [
    key,
    typeof value === 'number' ? mean(runs.map((run) => Number(run[key as keyof CommandFigures]))) : value,
  ]);
  return Object.fromEntries(entries) as CommandFigures;
}

/**
 * Figures of several groups of users that were judged under settings of their own: pooled ones as means over the groups, each
 * with one threshold; per-user ones over all users.
 */
export function groupFigures(groups: readonly (readonly UserScores[])[]): CommandFigures {
  const { meanEer, worstEer, worstUser, usersAttacked } = commandFigures(groups.flat());
  return { ...meanFigures(groups.map(commandFigures)), meanEer, worstEer, worstUser, usersAttacked };
}
