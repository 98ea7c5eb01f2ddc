/** One kind of discrete action as a whole number, 0 to 2^20 - 1. What the numbers stand for is the caller's. */
export type Action = number;

const actionLimit = 2 ** 20;

/** Most kinds of action, and most ordered pairs of them, that counts hold; the rarest quarter gives way beyond. */
export const mostActions = 8_192;
export const mostPairs = 131_072;

/** Past this gain the counts are written anew, long before a double overflows. */
const largestGain = 2 ** 200;

/**
 * What an account did, fading: how often each action, and each action after another. A later block is written with a larger
 * weight instead of shrinking all that came before, so learning a block costs what the block holds.
 */
export interface ActionCounts {
  /** Blocks after which what was learned counts half; null where nothing fades. */
  readonly halfLifeBlocks: number | null;
  /** What one action of the next block weighs; a stored count divided by it is a count in actions. */
  gain: number;
  total: number;
  readonly actions: Map<Action, number>;
  /** By {@link pairOf}. */
  readonly pairs: Map<number, number>;
  /** How often an action was followed by another one. */
  readonly starts: Map<Action, number>;
}

/** One number for an action and the one after it. */
export function pairOf(previous: Action, action: Action): number {
  return previous * actionLimit + action;
}

/** @throws RangeError for a half-life that is not positive */
export function newActionCounts(halfLifeBlocks: number | null = null): ActionCounts {
  if (halfLifeBlocks !== null && !(halfLifeBlocks > 0)) {
    throw new RangeError(`a half-life is positive, not ${halfLifeBlocks}`);
  }
  return { halfLifeBlocks, gain: 1, total: 0, actions: new Map(), pairs: new Map(), starts: new Map() };
}

function addTo(counts: Map<number, number>, key: number, weight: number): void {
  counts.set(key, (counts.get(key) ?? 0) + weight);
}

function scaleAll(counts: Map<number, number>, factor: number): void {
  for (const [key, count] of counts) counts.set(key, count * factor);
}

/** The rarest quarter goes. */
function makeRoom(counts: Map<number, number>, most: number): void {
  if (counts.size <= most) return;
  const byCount = [...counts].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  for (const [key] of byCount.slice(0, counts.size - Math.floor(most * 0.75))) counts.delete(key);
}

/**
 * Adds a block, whole, to the counts in place, and lets all that came before fade by a block's worth.
 * @param weight 0..1: how sure it is that the block is the account's own; at 0 the rest fades all the same
 * @throws RangeError for an action that is no whole number in 0 .. 2^20 - 1, and for a weight outside 0..1
 */
export function learnBlock(counts: ActionCounts, block: readonly Action[], weight = 1): void {
  if (!(weight >= 0 && weight <= 1)) throw new RangeError(`a block's weight is 0..1, not ${weight}`);
  for (const action of block) {
    if (!(Number.isInteger(action) && action >= 0 && action < actionLimit)) {
      throw new RangeError(`an action is a whole number in 0 .. ${actionLimit - 1}`);
    }
  }
  if (counts.halfLifeBlocks !== null) counts.gain *= 2 ** (1 / counts.halfLifeBlocks);
  const added = weight * counts.gain;
  if (added > 0) {
    for (let i = 0; i < block.length; i++) {
      addTo(counts.actions, block[i]!, added);
      if (i === 0) continue;
      addTo(counts.pairs, pairOf(block[i - 1]!, block[i]!), added);
      addTo(counts.starts, block[i - 1]!, added);
    }
    counts.total += added * block.length;
  }
  if (counts.gain > largestGain) {
    for (const each of [counts.actions, counts.pairs, counts.starts]) scaleAll(each, 1 / counts.gain);
    counts.total /= counts.gain;
    counts.gain = 1;
  }
  makeRoom(counts.pairs, mostPairs);
  makeRoom(counts.actions, mostActions);
}
