import type { EvidenceRule } from '../../detection/sequential/evidence-rule.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import type { Curve } from '../suites/suite.ts';
import { fitPopulationZonePairs, fitTypingCohort } from '../typing/cohort-typing.ts';
import { zonePairing } from '../typing/pairing.ts';
import type { TypingSubject } from '../typing/typing-recordings.ts';
import { cohortAccounts, type StreamCohorts } from './cohort-accounts.ts';
import { longWindow, shortWindow } from './stream-account.ts';
import { streamTrial } from './take-over-figures.ts';
import { type TakeOverOptions, takeOvers } from './take-over-streams.ts';
import { meanSummary, summaryOf, trialCurves } from './trial-curves.ts';

const cohortSizes = [10, 20, 50, 100] as const;
/** Backgrounds of one size, drawn by lot: with few people it matters much who they are. */
const draws = 3;
/** To show what the product refuses: too few people. */
const fewestUsers = 2;

/** A background for both windows from these people, zone pairs included; `undefined` where they are too few or type too little. */
export function fitStreamCohorts(people: readonly TypingSubject[], leastUsers?: number): StreamCohorts | undefined {
  if (people.length === 0) return undefined;
  const zonePairs = fitPopulationZonePairs(people, zonePairing);
  const short = fitTypingCohort(people, zonePairs, zonePairing, shortWindow, leastUsers);
  const long = fitTypingCohort(people, zonePairs, zonePairing, longWindow, leastUsers);
  return short.ok && long.ok ? { short: short.value, long: long.value } : undefined;
}

/** What a background of so many people comes to, mean over draws. */
export function cohortSizeCurves(
  subjects: readonly TypingSubject[],
  background: readonly TypingSubject[],
  options: TakeOverOptions,
  rule: EvidenceRule,
): Curve[] {
  const random = createSeededRandom(`cohort size ${options.seed}`);
  const measured = cohortSizes
    .filter((size) => size <= background.length)
    .map((size) => {
      const found = Array.from({ length: draws }, () => {
        const cohorts = fitStreamCohorts(random.shuffled(background).slice(0, size), fewestUsers);
        if (cohorts === undefined) return undefined;
        const accounts = cohortAccounts(subjects, cohorts);
        const trial = streamTrial(accounts, takeOvers(accounts, options));
        return summaryOf(trial, rule);
      }).filter((draw) => draw !== undefined);
      return { x: size, trial: meanSummary(found) };
    });
  const series = [{ name: `mean of ${draws} draws`, points: measured }];
  return trialCurves('cohort-size', 'Background', 'people in the background', series);
}
