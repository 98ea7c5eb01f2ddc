import type { ActionAuthor } from './action-author.ts';
import { anyAction, assumedActions, pairAsAction, surpriseOf } from './action-author.ts';
import type { Action, ActionCounts } from './action-counts.ts';
import type { ActionPopulation } from './action-population.ts';

/** How a block is weighed between its account's owner and somebody else. */
export interface StrangerSettings {
  /** Weight of pairs beside single actions, 0..1. */
  pairShare: number;
  /** What an action inside the block counts for the rest of it, had a stranger made the block. */
  strangerWithinBlock: number;
}

/** Actions' worth of trust in the prior: little for the owner, who was seen; more for a stranger, who was not. */
const ownerPriorMass = 9;
const ownerPairPriorMass = 2;
const ownerWithinBlock = 0.3;
const strangerPriorMass = 30;
const strangerPairPriorMass = 10;

/** Of a stranger's actions, how many the owner was never seen to do, where no population says it. */
const novelShare = 0.3;

/**
 * Somebody of whom nothing is known but that they work where the owner does: actions that the owner uses are likely in
 * general, the frequent ones less so than for the owner (square roots of the counts), and some are new.
 */
function strangerBeside(counts: ActionCounts): Pick<ActionAuthor, 'prior' | 'pairPrior'> {
  let sum = 0;
  for (const count of counts.actions.values()) sum += Math.sqrt(count);
  const known = sum > 0 ? (1 - novelShare) / sum : 0;
  return {
    prior: (action) => known * Math.sqrt(counts.actions.get(action) ?? 0) + novelShare / assumedActions,
    pairPrior: pairAsAction,
  };
}

/**
 * Log odds, in nats an action, that a block was made by a stranger and not by the owner of `counts`. Higher is stranger, 0
 * leaves it open. What is merely varied or dull in a block cancels out, being as surprising to both.
 * @param population what others do; without one (one-class) the stranger is imagined from the owner's actions alone
 * @throws RangeError for an empty block
 */
export function strangerOdds(
  counts: ActionCounts,
  block: readonly Action[],
  { pairShare, strangerWithinBlock }: StrangerSettings,
  population?: ActionPopulation,
): number {
  const own = surpriseOf(
    {
      counts,
      prior: population?.shareOf ?? anyAction,
      pairPrior: pairAsAction,
      priorMass: ownerPriorMass,
      pairPriorMass: ownerPairPriorMass,
      withinBlock: ownerWithinBlock,
    },
    block,
  );
  const expected =
    population === undefined
      ? strangerBeside(counts)
      : { prior: population.shareOf, pairPrior: population.pairShareOf };
  const stranger = surpriseOf(
    {
      counts: undefined,
      ...expected,
      priorMass: strangerPriorMass,
      pairPriorMass: strangerPairPriorMass,
      withinBlock: strangerWithinBlock,
    },
    block,
  );
  return (1 - pairShare) * (own.action - stranger.action) + pairShare * (own.pair - stranger.pair);
}
