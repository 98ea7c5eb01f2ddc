import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FusionConstants } from './fusion.ts';
import { constantUnits, fuse, fuseWithLikelihoodRatio, scoreUnitsOf, softCompression } from './fusion.ts';

const constants: FusionConstants = {
  version: 1,
  detectors: { manhattan: { location: 0.8, scale: 0.1 }, neighbours: { location: 10, scale: 4 } },
};
const score = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('fusion', () => {
  it('is the mean of scores in their detectors’ constant units', () => {
    expect(fuse({ manhattan: 0.8, neighbours: 10 }, constants)).toBe(0);
    expect(fuse({ manhattan: 1, neighbours: 12 }, constants)).toBeCloseTo(1.25, 12);
    expect(fuse({ neighbours: 12 }, constants)).toBe(0.5);
  });

  it('never falls as a detector’s score grows', () => {
    fc.assert(
      fc.property(score, score, score, (low, high, other) => {
        const lower = fuse({ manhattan: Math.min(low, high), neighbours: other }, constants);
        expect(fuse({ manhattan: Math.max(low, high), neighbours: other }, constants)).toBeGreaterThanOrEqual(lower);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('lets no detector pass its bounds', () => {
    const bounded = { ...constants, bounds: { least: -5, most: 15 } };
    expect(fuse({ manhattan: 1e6, neighbours: 10 }, bounded)).toBe(7.5);
    expect(fuse({ manhattan: -1e6, neighbours: 10 }, bounded)).toBe(-2.5);
  });

  it('refuses no score, a detector without constants, a scale of nothing, and what is not a number', () => {
    expect(() => fuse({}, constants)).toThrow(RangeError);
    expect(() => fuse({ cadence: 1 }, constants)).toThrow(RangeError);
    expect(() => fuse({ manhattan: Number.NaN }, constants)).toThrow(RangeError);
    const without = { version: 1, detectors: { manhattan: { location: 0, scale: 0 } } };
    expect(() => fuse({ manhattan: 1 }, without)).toThrow(RangeError);
  });
});

describe('units of a score', () => {
  it('are the median and the consistent median absolute deviation', () => {
    const units = scoreUnitsOf(Float64Array.of(5, 1, 2, 9));
    expect(units.location).toBe(3.5);
    expect(units.scale).toBeCloseTo(1.4826 * 2, 12);
  });

  it('are constants where they are medians over accounts', () => {
    const units = constantUnits([Float64Array.of(0, 1, 2), Float64Array.of(10, 12, 14), Float64Array.of(4, 8, 12)]);
    expect(units.location).toBe(8);
    expect(units.scale).toBeCloseTo(1.4826 * 2, 12);
  });

  it('refuse no scores, scores that are not finite, and accounts without any spread', () => {
    expect(() => scoreUnitsOf(new Float64Array(0))).toThrow(RangeError);
    expect(() => scoreUnitsOf(Float64Array.of(1, Number.NaN))).toThrow(RangeError);
    expect(() => constantUnits([])).toThrow(RangeError);
    expect(() => constantUnits([Float64Array.of(1, 1)])).toThrow(RangeError);
  });
});

describe('the soft compression', () => {
  it('keeps sign and order, and is a fifth as steep at nothing', () => {
    fc.assert(
      fc.property(score, score, (a, b) => {
        expect(softCompression(-a)).toBe(-softCompression(a));
        if (a > b) expect(softCompression(a)).toBeGreaterThanOrEqual(softCompression(b));
      }),
      { seed: 2, numRuns: 200 },
    );
    expect(softCompression(1e-9)).toBeCloseTo(2e-10, 15);
    expect(softCompression(5 * (Math.E - 1))).toBeCloseTo(1, 12);
  });

  it('enters beside a likelihood ratio as published, per modality', () => {
    const f = softCompression;
    expect(fuseWithLikelihoodRatio(20, 2, { weight: 1, compressedAfterStretch: 1 })).toBe(f(20) + f(2));
    expect(fuseWithLikelihoodRatio(20, 2, { weight: 2, compressedAfterStretch: 3 })).toBe(f(20) + 2 * f(6));
    expect(fuseWithLikelihoodRatio(20, 2, { weight: 0.3, compressedAfterStretch: null })).toBe(f(20) + 0.6);
  });
});
