import { createSeededRandom } from '../../platform/seeded-random.ts';
import { acrossSeeds, type SeededErrorRates } from '../metrics/across-seeds.ts';
import { errorRates, type UserScores } from '../metrics/error-rates.ts';
import { type CohortTrial, cohortTrialScores, prepareCohortTrial, type TemplatesByName } from './cohort-trial.ts';
import { constantsOf, type OutOfFoldScores } from './fusion-constants.ts';
import type { OneClassTemplate } from './one-class-template.ts';
import type { FixedTextAccount, Practice } from './protocol.ts';

/** Half of the accounts, or the first few of that half, as background; the other half is judged. */
export interface CohortSplit {
  background: readonly FixedTextAccount[];
  judged: readonly FixedTextAccount[];
}

/** Fewest background users that a trial is run with: each half of them must still have a covariance. */
export const leastBackgroundUsers = 4;

/** Random halves of the accounts, each once as background: two splits a permutation, always the same ones. */
export function cohortSplits(
  accounts: readonly FixedTextAccount[],
  permutations: number,
  backgroundUsers = Number.POSITIVE_INFINITY,
): CohortSplit[] {
  const middle = accounts.length >> 1;
  return Array.from({ length: permutations }, (_, i) => {
    const order = createSeededRandom(`cohort/${i}`).shuffled(accounts);
    const halves = [order.slice(0, middle), order.slice(middle)] as const;
    return [
      { background: halves[0].slice(0, backgroundUsers), judged: halves[1] },
      { background: halves[1].slice(0, backgroundUsers), judged: halves[0] },
    ];
  }).flat();
}

/** One-class templates of one seed, and the out-of-fold scores behind the constants, in the order of the accounts. */
export interface SeedOfAccounts {
  accounts: readonly FixedTextAccount[];
  templates: readonly OneClassTemplate[];
  outOfFold: readonly OutOfFoldScores[];
}

/** Splits that were prepared once, for the templates of any seed. */
export interface PreparedSplits {
  splits: readonly CohortSplit[];
  trials: readonly CohortTrial[];
}

export function prepareSplits(
  splits: readonly CohortSplit[],
  seeded: SeedOfAccounts,
  onPrepared: (done: number) => void = () => {},
): PreparedSplits {
  const templates = byName(seeded);
  const trials = splits.map(({ background, judged }, i) => {
    const trial = prepareCohortTrial(background, judged, templates);
    onPrepared(i + 1);
    return trial;
  });
  return { splits, trials };
}

/** Scores of every split under the templates of one seed. */
export function splitScores(
  { splits, trials }: PreparedSplits,
  seeded: SeedOfAccounts,
): Record<Practice, readonly UserScores[]>[] {
  const templates = byName(seeded);
  const places = new Map(seeded.accounts.map(({ name }, i) => [name, i]));
  return trials.map((trial, i) => {
    // In units of the background alone: the judged have no part in them.
    const own = (splits[i]?.background ?? []).map(({ name }) => seeded.outOfFold[places.get(name) ?? -1] ?? []);
    return cohortTrialScores(trial, templates, constantsOf(own));
  });
}

/** Of each split: intervals are means over splits and seeds, and so need fewer than one set of users would. */
const bootstrapDraws = 100;

/** Error rates of one seed: the mean over its splits, each with its own threshold for its pool. */
export function ratesOverSplits(scores: readonly (readonly UserScores[])[]): SeededErrorRates {
  return acrossSeeds(scores.map((users) => errorRates(users, { bootstrapDraws })));
}

function byName({ accounts, templates }: SeedOfAccounts): TemplatesByName {
  const named = new Map<string, OneClassTemplate>();
  for (const [i, { name }] of accounts.entries()) {
    const template = templates[i];
    if (template !== undefined) named.set(name, template);
  }
  return named;
}
