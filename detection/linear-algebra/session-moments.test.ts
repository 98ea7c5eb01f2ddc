import { describe, expect, it } from '@jest/globals';
import { covarianceOfBlocks, plainMean, scatterOfBlocks, scatterOfRows, sessionMomentsOf } from './session-moments.ts';

const sessions = [
  [1, 4, 2, 8, 5, 7, 1, 3, 9],
  [6, 2, 2, 4, 8, 6],
  [3, 5],
].map((samples) =>
  sessionMomentsOf(samples.length, 2, 2, (i, out) => {
    out[0] = samples[i]!;
    out[1] = samples[i]! ** 2 / 10;
  }),
);
const blocks = [[2.5, 5, 6, 2], [4, 3, 7], [4]];

describe('moments of sessions', () => {
  it('are means over all samples and over whole blocks', () => {
    expect(sessions.map(({ samples, blocks: count }) => [samples, count])).toEqual([[9, 4], [6, 3], [2, 1]]); // biome-ignore format: short
    expect(sessions[0]?.mean[0]).toBeCloseTo(40 / 9, 12);
    expect(sessions[0]?.blockMean[0]).toBeCloseTo((2.5 + 5 + 6 + 2) / 4, 12);
  });

  it('estimate how blocks scatter within a session, without bias, from sessions of two blocks or more', () => {
    const { rows, sum } = scatterOfBlocks(sessions);
    const unbiased = (values: readonly number[]) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return values.reduce((total, value) => total + (value - mean) ** 2, 0) / (values.length - 1);
    };
    expect(rows).toBe(7);
    expect(sum[0]).toBeCloseTo(4 * unbiased(blocks[0]!) + 3 * unbiased(blocks[1]!), 12);
    expect(sum[1]).toBe(sum[2]);
  });

  it('give the covariance of all blocks, as if they had been put in one list', () => {
    const all = blocks.flat();
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    const variance = all.reduce((total, value) => total + (value - mean) ** 2, 0) / (all.length - 1);
    expect(covarianceOfBlocks(sessions, 2)[0]).toBeCloseTo(variance, 12);
  });

  it('leave groups of one out of a scatter of rows', () => {
    const row = (...values: number[]) => Float64Array.from(values);
    const { rows, sum } = scatterOfRows([[row(1, 0), row(3, 0)], [row(9, 9)]], 2);
    expect({ rows, sum: Array.from(sum) }).toEqual({ rows: 2, sum: [4, 0, 0, 0] });
    expect(Array.from(plainMean([row(1, 2), row(3, 6)], 2))).toEqual([2, 4]);
  });

  it('refuse a session without samples, and a block without any', () => {
    expect(() => sessionMomentsOf(0, 2, 2, () => {})).toThrow(RangeError);
    expect(() => sessionMomentsOf(2, 2, 0, () => {})).toThrow(RangeError);
    expect(() => covarianceOfBlocks([], 2)).toThrow(RangeError);
  });
});
