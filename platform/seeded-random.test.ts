import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom } from './seeded-random.ts';

function draws(seed: number | string, count: number): number[] {
  const random = createSeededRandom(seed);
  return Array.from({ length: count }, () => random.next());
}

describe('seeded random', () => {
  it('repeats itself for the same seed and differs for neighbouring seeds', () => {
    expect(draws(7, 50)).toEqual(draws(7, 50));
    expect(draws(7, 50)).not.toEqual(draws(8, 50));
    expect(draws('7/a', 50)).not.toEqual(draws('7/b', 50));
  });

  it('is the same on every machine: the first draws of seed 1 are pinned', () => {
    const integers = draws(1, 3).map((value) => value * 2 ** 32);
    expect(integers).toEqual([1955019194, 3159282173, 2954030907]);
  });

  it('is uniform: mean, spread and tenths of 100,000 draws are where they belong', () => {
    const values = draws(3, 100_000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const tenths = new Array<number>(10).fill(0);
    for (const value of values) tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.004);
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(450);
  });

  it('draws normal values with the asked mean and standard deviation', () => {
    const random = createSeededRandom(4);
    const values = Array.from({ length: 50_000 }, () => random.normal(10, 3));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean - 10)).toBeLessThan(0.06);
    expect(Math.abs(Math.sqrt(variance) - 3)).toBeLessThan(0.05);
    const below = values.filter((value) => value < 10 - 3 * 1.6449).length / values.length;
    expect(Math.abs(below - 0.05)).toBeLessThan(0.005);
  });

  it('gives a fork that does not depend on what the parent has drawn', () => {
    const fresh = createSeededRandom(5).fork('desk');
    const parent = createSeededRandom(5);
    parent.next();
    parent.normal(0, 1);
    expect(parent.fork('desk').next()).toBe(fresh.next());
  });

  it('shuffles to a permutation and keeps integers and uniforms inside their bounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { maxLength: 40 }),
        fc.integer(),
        fc.integer({ min: 1, max: 1000 }),
        (list, seed, count) => {
          const random = createSeededRandom(seed);
          const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
          expect(sorted(random.shuffled(list))).toEqual(sorted(list));
          const whole = random.integer(count);
          expect(Number.isInteger(whole) && whole >= 0 && whole < count).toBe(true);
          const between = random.uniform(-2, 5);
          expect(between >= -2 && between < 5).toBe(true);
        },
      ),
    );
  });

  it('refuses to pick from nothing', () => {
    expect(() => createSeededRandom(1).pick([])).toThrow(RangeError);
    expect(() => createSeededRandom(1).integer(0)).toThrow(RangeError);
  });
});
