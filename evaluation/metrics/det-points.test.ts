import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { ascending } from './ascending.ts';
import { detPoints } from './det-points.ts';
import { equalErrorRate } from './equal-error-rate.ts';
import { normalDeviate } from './normal-deviate.ts';

describe('the normal deviate', () => {
  it.each([
    // scipy.stats.norm.ppf
    [1e-6, -4.753424308822899],
    [0.001, -3.090232306167813],
    [0.02, -2.053748910631823],
    [0.024, -1.977368428181947],
    [0.025, -1.9599639845400545],
    [0.3, -0.5244005127080409],
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.99999, 4.264890793923841],
  ])('of %d is %d, as scipy has it', (share, deviate) => {
    expect(normalDeviate(share)).toBeCloseTo(deviate, 7);
  });

  it('is infinite at the ends and no number outside', () => {
    expect([0, 1].map(normalDeviate)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    for (const share of [-0.1, 1.1, Number.NaN]) expect(normalDeviate(share)).toBeNaN();
  });
});

describe('the DET curve', () => {
  const random = createSeededRandom(5);
  const genuine = Float64Array.from({ length: 20_000 }, () => random.normal(0, 1)).sort();
  const impostors = Float64Array.from({ length: 20_000 }, () => random.normal(2, 1)).sort();

  it('is a straight line of slope -1 for two normal populations of one spread', () => {
    const middle = detPoints(genuine, impostors).filter(({ far, frr }) => Math.min(far, frr) > 0.005);
    expect(middle.length).toBeGreaterThan(50);
    for (const { farDeviate, frrDeviate } of middle) expect(Math.abs(farDeviate + frrDeviate + 2)).toBeLessThan(0.15);
  });

  it('crosses its diagonal at the equal error rate', () => {
    const nearest = detPoints(genuine, impostors).reduce((a, b) =>
      Math.abs(b.far - b.frr) < Math.abs(a.far - a.frr) ? b : a,
    );
    expect(nearest.far).toBeCloseTo(equalErrorRate(genuine, impostors), 1.5);
  });

  it('never flags more of the genuine where more impostors pass, and stays finite', () => {
    const scores = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(scores, scores, (some, others) => {
        const points = detPoints(ascending(some), ascending(others), 30);
        expect(points.length).toBeGreaterThan(0);
        expect(points.length).toBeLessThanOrEqual(30);
        for (const [i, point] of points.entries()) {
          const before = points[i - 1];
          if (before !== undefined) expect(point.far).toBeGreaterThanOrEqual(before.far);
          if (before !== undefined) expect(point.frr).toBeLessThanOrEqual(before.frr);
          expect(Object.values(point).every(Number.isFinite)).toBe(true);
        }
      }),
    );
  });

  it('is empty where there is nothing to compare', () => {
    expect(detPoints(new Float64Array(0), Float64Array.of(1))).toEqual([]);
  });
});
