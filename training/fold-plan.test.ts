import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maxFolds, planFolds, sessionStarts } from './fold-plan.ts';

const histories = fc
  .array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 })
  .map((lengths) => lengths.flatMap((length, session) => new Array<number>(length).fill(session)))
  .filter((sessions) => sessions.length >= 16);

describe('folds', () => {
  it('ask about every row exactly once, of a model that has not seen it', () => {
    fc.assert(
      fc.property(histories, (sessions) => {
        const folds = planFolds(sessions);
        expect(folds.length).toBeLessThanOrEqual(maxFolds);
        const asked = folds.flatMap(({ test }) => test);
        expect([...asked].sort((a, b) => a - b)).toEqual(sessions.map((_, i) => i));
        for (const { train, test } of folds) {
          expect(train.length).toBeGreaterThanOrEqual(4);
          expect(train.filter((row) => test.includes(row))).toEqual([]);
        }
      }),
      { seed: 1 },
    );
  });

  it('leave whole sessions out where there are two or more of them', () => {
    const sessions = [
      ...new Array<number>(10).fill(0),
      ...new Array<number>(12).fill(1),
      ...new Array<number>(8).fill(2),
    ];
    for (const { train, test } of planFolds(sessions)) {
      const tested = new Set(test.map((row) => sessions[row]));
      expect(train.some((row) => tested.has(sessions[row]))).toBe(false);
    }
    expect(planFolds(sessions)).toHaveLength(3);
  });

  it('leave a gap beside a block cut out of a single session', () => {
    for (const { train, test } of planFolds(new Array<number>(40).fill(0))) {
      expect(train).not.toContain(Math.min(...test) - 1);
      expect(train).not.toContain(Math.max(...test) + 1);
    }
  });

  it('know where sessions start', () => {
    expect(sessionStarts([0, 0, 1, 3, 3])).toEqual([0, 2, 3]);
  });
});
