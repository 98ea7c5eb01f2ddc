import {
  type ActionAuthor,
  anyAction,
  assumedActions,
  type BlockSurprise,
  pairAsAction,
  surpriseOf,
} from '../../detection/activity/action-author.ts';
import { type Action, type ActionCounts, learnBlock, newActionCounts } from '../../detection/activity/action-counts.ts';
import { median, quantile } from '../metrics/quantile.ts';
import type { CodedUser } from './coded-users.ts';

/** Blocks after which what was learned counts half. */
const halfLifeBlocks = 15;
/** Blocks that only learn before the first one calibrates. */
export const learnedBeforeCalibration = 25;
/** Share of the account's own calibration blocks that would be learned, were they new. */
const learnedShare = 0.9;

/** The account's language model alone: additive smoothing of 0.01 a command, pairs backed off with the weight of two. */
function authorOf(counts: ActionCounts): ActionAuthor {
  return {
    counts,
    prior: anyAction,
    pairPrior: pairAsAction,
    priorMass: 0.01 * assumedActions,
    pairPriorMass: 2,
    withinBlock: 0,
  };
}

/** Counts of blocks, oldest first. */
export function countsOf(
  blocks: readonly (readonly Action[])[],
  halfLife: number | null = halfLifeBlocks,
): ActionCounts {
  const counts = newActionCounts(halfLife);
  for (const block of blocks) learnBlock(counts, block);
  return counts;
}

/** A block's surprise under the language model of counts. */
export function languageSurprise(counts: ActionCounts, block: readonly Action[]): BlockSurprise {
  return surpriseOf(authorOf(counts), block);
}

/** Standard units of calibration values; a spread that is tiny beside the median is not trusted. */
export function inOwnUnits(calibration: readonly number[], value: number): number {
  const centre = median(calibration);
  const spread = 1.4826 * median(calibration.map((each) => Math.abs(each - centre)));
  return (value - centre) / (spread + 0.05 * (Math.abs(centre) + 0.01));
}

/** Action plus pair surprise in the account's own units: what decides whether a block is learned. */
function plainSum(calibration: readonly BlockSurprise[], surprise: BlockSurprise): number {
  return (
    inOwnUnits(
      calibration.map((each) => each.action),
      surprise.action,
    ) +
    inOwnUnits(
      calibration.map((each) => each.pair),
      surprise.pair,
    )
  );
}

/**
 * Scores of a user's test blocks under a recency-weighted language model of its own that learns what it finds ordinary:
 * action, pair and half the unseen share, each in units of blocks that were judged by the blocks before them.
 */
export function languageModelScores(user: CodedUser): Float64Array {
  const counts = newActionCounts(halfLifeBlocks);
  const calibration: BlockSurprise[] = [];
  for (const [index, block] of user.training.entries()) {
    if (index >= learnedBeforeCalibration) calibration.push(languageSurprise(counts, block));
    learnBlock(counts, block);
  }
  const unseen = calibration.map((each) => each.unseenShare);
  const limit = quantile(
    calibration.map((each) => plainSum(calibration, each)),
    learnedShare,
  );
  return Float64Array.from(user.test, (block) => {
    const surprise = languageSurprise(counts, block);
    const sum = plainSum(calibration, surprise);
    learnBlock(counts, block, sum < limit ? 1 : 0);
    return sum + 0.5 * inOwnUnits(unseen, surprise.unseenShare);
  });
}
