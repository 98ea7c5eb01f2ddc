import { describe, expect, it } from '@jest/globals';
import { cappedManhattanScore } from './capped-manhattan.ts';

describe('the capped Manhattan distance', () => {
  it('is the mean of absolute values, none of them above the cap', () => {
    expect(cappedManhattanScore(Float64Array.of(0.5, -6, 2, 9))).toBe(2.625);
    expect(cappedManhattanScore(Float64Array.of(0.5, -6, 2, 9), 8)).toBe(4.125);
  });

  it('takes a missing value for the centre, and an infinite one for the cap', () => {
    expect(cappedManhattanScore(Float64Array.of(Number.NaN, 2))).toBe(1);
    expect(cappedManhattanScore(Float64Array.of(Number.NEGATIVE_INFINITY, 0))).toBe(2);
  });

  it('refuses a row without features', () => {
    expect(() => cappedManhattanScore(new Float32Array(0))).toThrow(RangeError);
  });
});
