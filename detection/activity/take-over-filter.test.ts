import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stepTakeOver } from './take-over-filter.ts';

const rates = { entering: 0.01, staying: 0.8 };
const odds = fc.double({ min: -30, max: 30, noNaN: true });

function probabilities(blockLogOdds: readonly number[]): number[] {
  const beliefs: number[] = [];
  for (const each of blockLogOdds) beliefs.push(stepTakeOver(beliefs.at(-1) ?? 0, each, rates).probability);
  return beliefs;
}

describe('whether somebody else sits there, block after block', () => {
  it('is the sum over every way in which people could have come and gone', () => {
    // Enumerated over all 2^n paths, in another language.
    const expected = [0.01638094603, 0.00856368875, 0.25511114238, 0.6647020275, 0.41112660886, 0.57771513605];
    for (const [block, probability] of probabilities([0.5, -1, 3, 2, -0.5, 1]).entries()) {
      expect(probability).toBeCloseTo(expected[block] ?? Number.NaN, 9);
    }
  });

  it('grows with what the block says and with the belief before', () => {
    fc.assert(
      fc.property(
        odds,
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (l, more, p) => {
          const score = (before: number, block: number) => stepTakeOver(before, block, rates).logOdds;
          expect(score(p, l + more)).toBeGreaterThanOrEqual(score(p, l));
          expect(score(p, l)).toBeGreaterThanOrEqual(score(p / 2, l));
        },
      ),
    );
  });

  it('forgets: after blocks that say nothing, a newcomer is about as likely as ever', () => {
    const nothing = Array.from({ length: 80 }, () => 0);
    const settled = rates.entering / (1 + rates.entering - rates.staying);
    expect(probabilities([20, ...nothing]).at(-1)).toBeCloseTo(settled, 4);
    expect(probabilities([-20, ...nothing]).at(-1)).toBeCloseTo(settled, 4);
  });

  it('stays a finite score and a probability whatever the block brings', () => {
    for (const block of [Number.NaN, 1e300, -1e300]) {
      const { logOdds, probability } = stepTakeOver(0.5, block, rates);
      expect(Number.isFinite(logOdds)).toBe(true);
      expect(probability).toBeGreaterThanOrEqual(0);
      expect(probability).toBeLessThanOrEqual(1);
    }
    expect(() => stepTakeOver(0, 0, { entering: 0, staying: 0.8 })).toThrow(RangeError);
  });
});
