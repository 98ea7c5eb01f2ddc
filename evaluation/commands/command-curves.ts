import type { ActionPopulation } from '../../detection/activity/action-population.ts';
import { fitActionPopulation } from '../../detection/activity/action-population.ts';
import type { UserScores } from '../metrics/error-rates.ts';
import type { Curve } from '../suites/suite.ts';
import { halfOf, plainSettings } from './chosen-settings.ts';
import type { CodedUser } from './coded-users.ts';
import { pooledAuc, scoresOf } from './command-figures.ts';
import { takeOverScores } from './stranger-scores.ts';
import { thresholdAt } from './take-over-figures.ts';

/** A population of the training blocks of the first so many users of each half, for the users of the other half. */
export function halfPopulations(
  users: readonly CodedUser[],
  most = Number.POSITIVE_INFINITY,
): (user: number) => ActionPopulation {
  const fitted = ([0, 1] as const).map((half) =>
    fitActionPopulation(
      halfOf(users, half)
        .slice(0, most)
        .map((user) => user.training),
    ),
  );
  return (user) => fitted[user % 2 === 0 ? 1 : 0]!;
}

function scoresWith(
  users: readonly CodedUser[],
  population: ((user: number) => ActionPopulation) | undefined,
  knownBlocks?: number,
): Float64Array[] {
  return users.map((user, u) => takeOverScores(user, plainSettings, population?.(u), knownBlocks).withHistory);
}

function aucOf(users: readonly CodedUser[], scores: readonly Float64Array[]): number {
  return pooledAuc(users.map((user, u) => scoresOf(user, scores[u]!)));
}

/** Blocks of the owner that are known. */
const enrolments = [5, 10, 20, 30, 50];

/** How the area under the curve grows with the blocks that the owner is known by. */
export function enrolmentSizeCurve(users: readonly CodedUser[]): Curve {
  const longest = Math.min(...users.map((user) => user.training.length));
  const sizes = enrolments.filter((blocks) => blocks <= longest);
  const populations = halfPopulations(users);
  const line = (name: string, population?: (user: number) => ActionPopulation) => ({
    name,
    points: sizes.map((x) => ({ x, y: aucOf(users, scoresWith(users, population, x)) })),
  });
  return {
    id: 'enrolment-size',
    title: 'Area under the curve by the blocks of 100 commands that the owner is known by',
    xLabel: 'blocks of 100 commands',
    yLabel: 'pooled area under the curve',
    series: [line('one-class'), line('cohort', populations)],
  };
}

const cohortSizes = [1, 2, 5, 10, 14];

/** How the area under the curve grows with the number of users that the population is made of. */
export function cohortSizeCurve(users: readonly CodedUser[]): Curve {
  const largest = Math.floor(users.length / 2);
  return {
    id: 'cohort-size',
    title: 'Area under the curve by the users that the population is made of',
    xLabel: 'users, none of them judged',
    yLabel: 'pooled area under the curve',
    series: [
      {
        name: 'cohort',
        points: cohortSizes
          .filter((size) => size <= largest)
          .map((x) => ({ x, y: aucOf(users, scoresWith(users, halfPopulations(users, x))) })),
      },
    ],
  };
}

const blocksPerPoint = 10;

/** Whether false alarms grow as the enrolment ages: their share in each ten blocks at one threshold for all of them. */
export function driftCurve(users: readonly CodedUser[]): Curve {
  const line = (name: string, population?: (user: number) => ActionPopulation) => {
    const scores = scoresWith(users, population);
    const threshold = thresholdAt(users.map((user, u): UserScores => scoresOf(user, scores[u]!)));
    const last = Math.max(...scores.map((own) => own.length));
    const points: { x: number; y: number }[] = [];
    for (let from = 0; from < last; from += blocksPerPoint) {
      let genuine = 0;
      let flagged = 0;
      for (const [u, { foreign }] of users.entries()) {
        for (let block = from; block < Math.min(from + blocksPerPoint, foreign.length); block++) {
          if (foreign[block]) continue;
          genuine++;
          if (scores[u]![block]! > threshold) flagged++;
        }
      }
      if (genuine > 0) points.push({ x: from + blocksPerPoint, y: flagged / genuine });
    }
    return { name, points };
  };
  return {
    id: 'drift',
    title: 'False alarms by the age of the enrolment, at 1.3 % over all',
    xLabel: 'blocks since enrolment',
    yLabel: 'share of genuine blocks flagged',
    series: [line('one-class'), line('cohort', halfPopulations(users))],
  };
}
