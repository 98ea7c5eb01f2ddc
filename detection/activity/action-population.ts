import { assumedActions } from './action-author.ts';
import type { Action, ActionCounts } from './action-counts.ts';
import { learnBlock, newActionCounts, pairOf } from './action-counts.ts';

/** What people at large do: the background that an account's own habits are held against. */
export interface ActionPopulation {
  users: number;
  /** Mean over users of their shares of an action, never 0: a little is kept for what nobody did. */
  shareOf(action: Action): number;
  /** Probability of an action after another one; backs off to `probability` where the population says little. */
  pairShareOf(previous: Action, action: Action, probability: number): number;
}

/** Share of each user's actions that is taken for actions nobody was seen to do. */
const novelShare = 0.002;
/** Pairs' worth of trust in the probability of the action by itself. */
const pairBackOff = 20;

/**
 * A population of several people's blocks; every person counts the same, however much they did. Whoever is judged must not
 * be among them.
 * @throws RangeError without a user, and for a user without an action
 */
export function fitActionPopulation(users: readonly (readonly (readonly Action[])[])[]): ActionPopulation {
  if (users.length === 0) throw new RangeError('a population needs at least one user');
  const shares = new Map<Action, number>();
  const everyone: ActionCounts = newActionCounts();
  for (const blocks of users) {
    const own = newActionCounts();
    for (const block of blocks) {
      learnBlock(own, block);
      learnBlock(everyone, block);
    }
    if (own.total === 0) throw new RangeError('a user of a population has done nothing');
    for (const [action, count] of own.actions) {
      shares.set(action, (shares.get(action) ?? 0) + count / own.total / users.length);
    }
  }
  return {
    users: users.length,
    shareOf: (action) => (1 - novelShare) * (shares.get(action) ?? 0) + novelShare / assumedActions,
    pairShareOf(previous, action, probability) {
      const pairs = everyone.pairs.get(pairOf(previous, action)) ?? 0;
      return (pairs + pairBackOff * probability) / ((everyone.starts.get(previous) ?? 0) + pairBackOff);
    },
  };
}
