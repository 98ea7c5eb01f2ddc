import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { areaUnderCurve } from './area-under-curve.ts';
import { detectionAtFalseAlarms } from './detection-at-false-alarms.ts';
import { equalErrorRate } from './equal-error-rate.ts';
import { median, quantile } from './quantile.ts';

const scores = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 });

function normals(count: number, mean: number, seed: number): number[] {
  const random = createSeededRandom(seed);
  return Array.from({ length: count }, () => random.normal(mean, 1));
}

/** The definition, pair by pair. */
function pairwiseAuc(genuine: readonly number[], impostors: readonly number[]): number {
  let wins = 0;
  for (const g of genuine) for (const i of impostors) wins += i > g ? 1 : i === g ? 0.5 : 0;
  return wins / (genuine.length * impostors.length);
}

describe('area under the curve', () => {
  it('is 0.75 for the small example of the scikit-learn documentation', () => {
    expect(areaUnderCurve([0.1, 0.4], [0.35, 0.8])).toBe(0.75);
  });

  it('counts wins pair by pair, ties half', () => {
    fc.assert(
      fc.property(scores, scores, (genuine, impostors) => {
        expect(areaUnderCurve(genuine, impostors)).toBeCloseTo(pairwiseAuc(genuine, impostors), 12);
      }),
    );
  });

  it('does not change under a monotone map, and turns over when the roles are swapped', () => {
    fc.assert(
      fc.property(scores, scores, (genuine, impostors) => {
        const map = (values: number[]) => values.map((value) => Math.atan(value / 10) ** 3 + 2);
        expect(areaUnderCurve(map(genuine), map(impostors))).toBeCloseTo(areaUnderCurve(genuine, impostors), 12);
        expect(areaUnderCurve(impostors, genuine)).toBeCloseTo(1 - areaUnderCurve(genuine, impostors), 12);
      }),
    );
  });

  it("is the normal integral of d' / sqrt 2 for two normal populations", () => {
    expect(areaUnderCurve(normals(20_000, 0, 1), normals(20_000, 2, 2))).toBeCloseTo(0.9214, 2);
  });

  it('is not a number where there is nothing to compare', () => {
    expect(areaUnderCurve([], [1])).toBeNaN();
    expect(equalErrorRate([1], [])).toBeNaN();
    expect(detectionAtFalseAlarms([], [1], 0.1)).toBeNaN();
  });
});

describe('equal error rate', () => {
  it('is counted by hand on four against four', () => {
    // At threshold 3 one of four genuine is above and one of four impostors at or below.
    expect(equalErrorRate([1, 2, 3, 5], [3, 4, 6, 7])).toBe(0.25);
  });

  it('interpolates where no threshold makes both rates equal', () => {
    // Threshold 1: FA 1/2, miss 0. Threshold 2: FA 1/2, miss 1/3. Threshold 3: FA 0, miss 1/3: crossing at 1/3 of a way of 1/2.
    expect(equalErrorRate([1, 3], [2, 4, 5])).toBeCloseTo(1 / 3, 12);
  });

  it('is 0 for separated scores and 1 for scores the wrong way round', () => {
    expect(equalErrorRate([1, 2], [3, 4])).toBe(0);
    expect(equalErrorRate([3, 4], [1, 2])).toBe(1);
  });

  it('is one half for the same scores twice, and near it for two draws of one population', () => {
    fc.assert(fc.property(scores, (values) => expect(equalErrorRate(values, values)).toBeCloseTo(0.5, 12)));
    expect(equalErrorRate(normals(5_000, 0, 1), normals(5_000, 0, 2))).toBeCloseTo(0.5, 1);
  });

  it("is the normal tail of d' / 2 for two normal populations", () => {
    expect(equalErrorRate(normals(20_000, 0, 3), normals(20_000, 2, 4))).toBeCloseTo(0.1587, 2);
  });

  it('takes typed arrays of any width, and scores without bound', () => {
    expect(equalErrorRate(Float32Array.of(1, 2, 3, 5), Float64Array.of(3, 4, 6, 7))).toBe(0.25);
    expect(equalErrorRate([1, Number.POSITIVE_INFINITY], [2, 4, 5])).toBeCloseTo(0.5, 12);
  });

  it('is found by one walk: two million scores are no effort', () => {
    const random = createSeededRandom(6);
    const drawn = (centre: number) => Float64Array.from({ length: 1_000_000 }, () => centre + random.next());
    // Uniform over [0, 1) and [0.5, 1.5): at threshold 0.75 a quarter of each is on the wrong side.
    expect(equalErrorRate(drawn(0), drawn(0.5))).toBeCloseTo(0.25, 2);
  });

  it('does not change under a monotone map', () => {
    fc.assert(
      fc.property(scores, scores, (genuine, impostors) => {
        const map = (values: number[]) => values.map((value) => value ** 3 + value);
        expect(equalErrorRate(map(genuine), map(impostors))).toBeCloseTo(equalErrorRate(genuine, impostors), 12);
      }),
    );
  });
});

describe('detection at a false-alarm share', () => {
  it('counts impostors strictly above the quantile of the genuine', () => {
    const genuine = Array.from({ length: 101 }, (_, i) => i);
    expect(detectionAtFalseAlarms(genuine, [95, 96, 99, 120], 0.05)).toBe(0.75);
  });

  it('never falls when more false alarms are allowed', () => {
    fc.assert(
      fc.property(scores, scores, (genuine, impostors) => {
        const shares = [0.01, 0.05, 0.2, 0.5, 1].map((share) => detectionAtFalseAlarms(genuine, impostors, share));
        for (const [index, share] of shares.entries()) expect(share).toBeGreaterThanOrEqual(shares[index - 1] ?? 0);
      }),
    );
  });
});

describe('quantiles', () => {
  it('interpolate between order statistics and leave the input alone', () => {
    const values = [9, 1, 4, 2];
    expect([0, 0.1, 0.5, 1].map((share) => quantile(values, share))).toEqual([1, 1.3, 3, 9]);
    expect(values).toEqual([9, 1, 4, 2]);
    expect(median([5])).toBe(5);
    expect(median([])).toBeNaN();
  });
});
