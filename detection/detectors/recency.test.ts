import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { agedWeights, recencyWeights } from './recency.ts';

describe('recency weights', () => {
  it('add up to one, newest last, and halve every half-life', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 100 }), (count, halfLife) => {
        const weights = recencyWeights(count, halfLife);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        for (let i = halfLife; i < count; i++) expect(weights[i - halfLife]! * 2).toBeCloseTo(weights[i]!, 12);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('are all the same without a half-life, and one for the newest before they are shares', () => {
    expect(recencyWeights(4, null)).toEqual(Float64Array.of(0.25, 0.25, 0.25, 0.25));
    expect(agedWeights(3, 1)).toEqual(Float64Array.of(0.25, 0.5, 1));
  });

  it('refuse no sample, and a half-life that is not positive', () => {
    expect(() => recencyWeights(0, 3)).toThrow(RangeError);
    expect(() => recencyWeights(3, 0)).toThrow(RangeError);
    expect(() => recencyWeights(3, Number.NaN)).toThrow(RangeError);
  });
});
