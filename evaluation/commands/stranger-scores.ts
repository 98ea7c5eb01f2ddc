import { learnBlock } from '../../detection/activity/action-counts.ts';
import type { ActionPopulation } from '../../detection/activity/action-population.ts';
import { type StrangerSettings, strangerOdds } from '../../detection/activity/stranger-odds.ts';
import { stepTakeOver, type TakeOverRates } from '../../detection/activity/take-over-filter.ts';
import type { CodedUser } from './coded-users.ts';
import { countsOf } from './language-model.ts';

/** What is chosen on one half of the users and reported on the other. */
export interface TakeOverSettings extends StrangerSettings {
  /** Blocks after which what was learned counts half; null where nothing fades. */
  halfLifeBlocks: number | null;
}

/** The rates by which the recordings were made (Schonlau et al. 2001): a newcomer in 1 of 100 blocks, staying with 0.8. */
export const recordedRates: TakeOverRates = { entering: 0.01, staying: 0.8 };

/**
 * Independent observations that a block of a hundred dependent actions is worth. A ratio of likelihoods has a mean of 1 over
 * blocks of the owner's; over training blocks, each judged by those before it, 1.6 to 3 does that to most settings (no label read).
 */
const independentActions = 2;

/** Scores of a user's test blocks, one with and one without what the blocks before say; higher = stranger. */
export interface TakeOverScores {
  /** Posterior log odds given this block and all before. */
  withHistory: Float64Array;
  /** Log odds of the block by itself, nats. */
  blockAlone: Float64Array;
}

/**
 * Judges the blocks in turn; each is learned afterwards with the probability that it was the owner's, so that what was
 * flagged teaches nothing. `knownBlocks` is how many training blocks, the latest, the owner is known by.
 */
export function takeOverScores(
  user: CodedUser,
  settings: TakeOverSettings,
  population: ActionPopulation | undefined,
  knownBlocks = user.training.length,
): TakeOverScores {
  const counts = countsOf(user.training.slice(-knownBlocks), settings.halfLifeBlocks);
  const withHistory = new Float64Array(user.test.length);
  const blockAlone = new Float64Array(user.test.length);
  let probability = 0;
  for (const [index, block] of user.test.entries()) {
    blockAlone[index] = independentActions * strangerOdds(counts, block, settings, population);
    const belief = stepTakeOver(probability, blockAlone[index]!, recordedRates);
    withHistory[index] = belief.logOdds;
    probability = belief.probability;
    learnBlock(counts, block, 1 - probability);
  }
  return { withHistory, blockAlone };
}
