import type { Action, ActionCounts } from './action-counts.ts';
import { pairOf } from './action-counts.ts';

/** What is believed of somebody's next action: what was seen of them, and what is expected of anyone. */
export interface ActionAuthor {
  /** What was seen of the author before; undefined for somebody who was never seen. */
  counts: ActionCounts | undefined;
  /** Probability of an action for an author of whom nothing is known; positive for every action. */
  prior(action: Action): number;
  /** The same after a previous action, given the author's own probability of the action by itself. */
  pairPrior(previous: Action, action: Action, probability: number): number;
  /** Actions' worth of trust in `prior`. */
  priorMass: number;
  /** Pairs' worth of trust in `pairPrior`, after each previous action. */
  pairPriorMass: number;
  /** What an action inside the judged block counts for the rest of the block: who repeats a new action is surprising once. */
  withinBlock: number;
}

/** How surprising a block of actions is, in nats an action; higher is stranger to the author. */
export interface BlockSurprise {
  /** Mean of -ln p(action). */
  action: number;
  /** Mean of -ln p(action | previous action) from the second action on; 0 for a single action. */
  pair: number;
  /** Share of the block's actions that were never seen of the author, 0..1. */
  unseenShare: number;
  /** Number of different such actions. */
  unseenKinds: number;
}

/**
 * Mean surprise of a block of actions under an author: recency-weighted counts, pairs backing off to single actions and
 * these to the prior (Dirichlet smoothing, MacKay and Peto 1995), the block's own actions joining in as in a Polya urn.
 * @throws RangeError for an empty block
 */
export function surpriseOf(author: ActionAuthor, block: readonly Action[]): BlockSurprise {
  if (block.length === 0) throw new RangeError('a block holds at least one action');
  const { counts, priorMass, pairPriorMass, withinBlock } = author;
  const unit = counts === undefined ? 1 : 1 / counts.gain;
  const total = counts === undefined ? 0 : counts.total * unit;
  const here = new Map<number, number>();
  const pairsHere = new Map<number, number>();
  const startsHere = new Map<Action, number>();
  let actionNats = 0;
  let pairNats = 0;
  let unseen = 0;
  let unseenKinds = 0;
  for (let i = 0; i < block.length; i++) {
    const action = block[i]!;
    const repeats = here.get(action) ?? 0;
    const seen = (counts?.actions.get(action) ?? 0) * unit;
    if (seen === 0) {
      unseen++;
      if (repeats === 0) unseenKinds++;
    }
    const probability =
      (seen + withinBlock * repeats + priorMass * author.prior(action)) / (total + withinBlock * i + priorMass);
    actionNats -= Math.log(probability);
    here.set(action, repeats + 1);
    if (i === 0) continue;
    const previous = block[i - 1]!;
    const pair = pairOf(previous, action);
    const pairRepeats = pairsHere.get(pair) ?? 0;
    const startRepeats = startsHere.get(previous) ?? 0;
    const pairSeen = (counts?.pairs.get(pair) ?? 0) * unit + withinBlock * pairRepeats;
    const startSeen = (counts?.starts.get(previous) ?? 0) * unit + withinBlock * startRepeats;
    const backedOff = pairPriorMass * author.pairPrior(previous, action, probability);
    pairNats -= Math.log((pairSeen + backedOff) / (startSeen + pairPriorMass));
    pairsHere.set(pair, pairRepeats + 1);
    startsHere.set(previous, startRepeats + 1);
  }
  return {
    action: actionNats / block.length,
    pair: block.length > 1 ? pairNats / (block.length - 1) : 0,
    unseenShare: unseen / block.length,
    unseenKinds,
  };
}

/** Kinds of action that somebody may know of whom nothing is known; a command line has some hundreds. */
export const assumedActions = 900;

/** A prior that holds nothing but how many actions there may be. */
export function anyAction(): number {
  return 1 / assumedActions;
}

/** After a previous action: no more is known than of the action by itself. */
export function pairAsAction(_previous: Action, _action: Action, probability: number): number {
  return probability;
}
