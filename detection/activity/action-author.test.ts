import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { type ActionAuthor, anyAction, assumedActions, pairAsAction, surpriseOf } from './action-author.ts';
import { type Action, learnBlock, mostActions, mostPairs, newActionCounts, pairOf } from './action-counts.ts';
import { fitActionPopulation } from './action-population.ts';
import { strangerOdds } from './stranger-odds.ts';

const history = [
  [1, 2, 3, 1, 2, 1, 4],
  [1, 2, 1, 2, 5, 3],
  [2, 3, 3, 1, 2],
];
const settings = { pairShare: 0.2, strangerWithinBlock: 0.1 };
const blocks = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 40 }), { maxLength: 8 });
const aBlock = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 40 });

function countsOf(learned: readonly (readonly Action[])[], halfLifeBlocks: number | null = null) {
  const counts = newActionCounts(halfLifeBlocks);
  for (const block of learned) learnBlock(counts, block);
  return counts;
}

function authorOf(learned: readonly (readonly Action[])[], halfLifeBlocks: number | null): ActionAuthor {
  return {
    counts: countsOf(learned, halfLifeBlocks),
    prior: anyAction,
    pairPrior: pairAsAction,
    priorMass: 0.01 * assumedActions,
    pairPriorMass: 2,
    withinBlock: 0,
  };
}

/** A habit: every action mostly leads to one other, the rest is drawn from the author's own favourites. */
function worker(seed: number, favourites: number, from = 0) {
  const random = createSeededRandom(seed);
  const next = Array.from({ length: favourites }, () => random.integer(favourites));
  return (length: number) => {
    const block: Action[] = [];
    let action = 0;
    for (let i = 0; i < length; i++) {
      action = random.chance(0.6) ? next[action]! : Math.floor(favourites * random.next() ** 2);
      block.push(from + action);
    }
    return block;
  };
}

describe('surprise of a block of actions', () => {
  // From the published numpy language model (additive 0.01 over 900 actions, pairs with Dirichlet mass 2), to 8 digits.
  it.each([
    ['without fading', null, [4.80286796, 5.34488468]],
    ['with a half-life of two blocks', 2, [4.73295751, 5.162434]],
  ] as const)('agrees with an independent implementation %s', (_, halfLife, [action, pair]) => {
    const surprise = surpriseOf(authorOf(history, halfLife), [1, 2, 6, 3, 3, 7, 6, 6]);
    expect(surprise.action).toBeCloseTo(action, 7);
    expect(surprise.pair).toBeCloseTo(pair, 7);
    expect(surprise.unseenShare).toBe(0.5);
    expect(surprise.unseenKinds).toBe(2);
  });

  it('comes from probabilities that add up to one over all that could have been done', () => {
    const kinds = 6;
    fc.assert(
      fc.property(
        blocks,
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 10 }),
        (learned, start) => {
          const author: ActionAuthor = {
            counts: countsOf(
              learned.map((block) => block.map((action) => action % kinds)),
              3,
            ),
            prior: () => 1 / kinds,
            pairPrior: pairAsAction,
            priorMass: 4,
            pairPriorMass: 2,
            withinBlock: 0.3,
          };
          // The last action's part is what the block's total grows by.
          const partOf = (key: 'action' | 'pair', block: Action[]) => {
            const whole = surpriseOf(author, block)[key];
            const before = surpriseOf(author, block.slice(0, -1))[key];
            const n = key === 'action' ? block.length : block.length - 1;
            return whole * n - before * (n - 1);
          };
          for (const key of ['action', 'pair'] as const) {
            let sum = 0;
            for (let action = 0; action < kinds; action++) sum += Math.exp(-partOf(key, [...start, action]));
            expect(sum).toBeCloseTo(1, 9);
          }
        },
      ),
    );
  });

  it('falls for a block that was learned', () => {
    fc.assert(
      fc.property(blocks, aBlock, (learned, block) => {
        const before = surpriseOf(authorOf(learned, null), block);
        const after = surpriseOf(authorOf([...learned, block], null), block);
        expect(after.action).toBeLessThanOrEqual(before.action + 1e-9);
        expect(after.unseenShare).toBe(0);
      }),
    );
  });

  it('refuses an empty block', () => {
    expect(() => surpriseOf(authorOf(history, null), [])).toThrow(RangeError);
  });
});

describe('what an account did', () => {
  it('counts half after a half-life, and a block that is not believed teaches nothing', () => {
    const counts = countsOf([[1, 1, 2]], 4);
    for (let block = 0; block < 4; block++) learnBlock(counts, [7, 7], 0);
    expect((counts.actions.get(1) ?? 0) / counts.gain).toBeCloseTo(1, 12);
    expect((counts.pairs.get(pairOf(1, 2)) ?? 0) / counts.gain).toBeCloseTo(0.5, 12);
    expect(counts.actions.has(7)).toBe(false);
  });

  it('stays the same over any number of blocks that change nothing', () => {
    const counts = countsOf([], 1);
    for (let block = 0; block < 3_000; block++) learnBlock(counts, [1, 2, 1]);
    // 1 + 1/2 + 1/4 + .. of two actions a block.
    expect((counts.actions.get(1) ?? 0) / counts.gain).toBeCloseTo(4, 9);
    expect(counts.total / counts.gain).toBeCloseTo(6, 9);
    expect(Number.isFinite(counts.total)).toBe(true);
  });

  it('is bounded: what is rare gives way', () => {
    const counts = newActionCounts();
    learnBlock(counts, [5, 6, 5, 6, 5, 6]);
    for (let from = 0; from < 3 * mostPairs; from += 1_000) {
      learnBlock(
        counts,
        Array.from({ length: 1_000 }, (_, i) => 100 + from + i),
      );
    }
    expect(counts.actions.size).toBeLessThanOrEqual(mostActions);
    expect(counts.pairs.size).toBeLessThanOrEqual(mostPairs);
    expect(counts.actions.get(5)).toBe(3);
  });

  it('refuses what is no action, no weight, no half-life', () => {
    for (const action of [-1, 0.5, Number.NaN, 2 ** 20]) {
      expect(() => learnBlock(newActionCounts(), [action])).toThrow(RangeError);
    }
    for (const weight of [-0.1, 1.1, Number.NaN])
      expect(() => learnBlock(newActionCounts(), [1], weight)).toThrow(RangeError);
    for (const halfLife of [0, -1, Number.NaN]) expect(() => newActionCounts(halfLife)).toThrow(RangeError);
  });
});

describe('odds of a stranger', () => {
  const own = worker(1, 20);
  const counts = countsOf(Array.from({ length: 20 }, () => own(100)));
  const others = Array.from({ length: 6 }, (_, user) => {
    const blockOf = worker(10 + user, 20, 5 * user);
    return Array.from({ length: 10 }, () => blockOf(100));
  });
  const population = fitActionPopulation(others);

  it.each([
    ['one-class', undefined],
    ['with a population', population],
  ] as const)(
    'speak for the owner of a block, and against one who shares most actions but no habit: %s',
    (_, others) => {
      const stranger = worker(99, 20, 8);
      for (let block = 0; block < 20; block++) {
        expect(strangerOdds(counts, own(100), settings, others)).toBeLessThan(0);
        expect(strangerOdds(counts, stranger(100), settings, others)).toBeGreaterThan(0);
      }
    },
  );

  it('are finite for any block and any history, with nothing learned too', () => {
    fc.assert(
      fc.property(blocks, aBlock, (learned, block) => {
        expect(strangerOdds(countsOf(learned), block, settings)).not.toBeNaN();
        expect(Number.isFinite(strangerOdds(countsOf(learned), block, settings, population))).toBe(true);
      }),
    );
  });

  it('do not depend on the numbers that stand for the actions', () => {
    fc.assert(
      fc.property(blocks, aBlock, (learned, block) => {
        const renamed = (list: readonly Action[]) => list.map((action) => 1_000 - 3 * action);
        expect(strangerOdds(countsOf(learned.map(renamed)), renamed(block), settings)).toBeCloseTo(
          strangerOdds(countsOf(learned), block, settings),
          9,
        );
      }),
    );
  });
});

describe('a population of users', () => {
  it('counts every person the same, however much they did', () => {
    const busy = Array.from({ length: 50 }, () => [1, 1, 1, 1]);
    const population = fitActionPopulation([busy, [[2, 2]]]);
    expect(population.shareOf(1)).toBeCloseTo(population.shareOf(2), 12);
    expect(population.shareOf(1)).toBeGreaterThan(100 * population.shareOf(3));
    expect(population.shareOf(3)).toBeGreaterThan(0);
  });

  it('knows what follows what, and says nothing about pairs nobody did', () => {
    const population = fitActionPopulation([Array.from({ length: 40 }, () => [1, 2, 1, 2])]);
    expect(population.pairShareOf(1, 2, 0.1)).toBeGreaterThan(0.7);
    expect(population.pairShareOf(9, 2, 0.1)).toBeCloseTo(0.1, 12);
  });

  it('refuses to be nobody', () => {
    expect(() => fitActionPopulation([])).toThrow(RangeError);
    expect(() => fitActionPopulation([[[1]], []])).toThrow(RangeError);
  });
});
