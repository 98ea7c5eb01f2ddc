import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { accountForestScore, fitAccountForest } from './account-forest.ts';

const options = (seed: number) => ({
  trees: 40,
  leastLeafRows: 3,
  featuresTried: 2,
  next: seededNumbers(seed).uniform,
});

/** Rows of four features, normal around a centre. */
function rows(seed: number, count: number, centre: number, spread = 1): Float64Array[] {
  const { normal } = seededNumbers(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length: 4 }, () => centre + spread * normal()));
}

const even = (count: number) => new Float64Array(count).fill(1);
const own = { rows: rows(1, 60, 0, 0.5), weights: even(60) };
const strangers = [...rows(2, 100, 2), ...rows(3, 100, -2)];
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("an account's forest", () => {
  const forest = fitAccountForest(own, strangers, options(1));

  it('tells new rows of the account from new strangers on either side of it', () => {
    const score = (row: Float64Array) => accountForestScore(forest, row);
    expect(mean(rows(4, 50, 0, 0.5).map(score))).toBeLessThan(0.35);
    expect(mean(rows(5, 50, 2).map(score))).toBeGreaterThan(0.65);
    expect(mean(rows(6, 50, -2).map(score))).toBeGreaterThan(0.65);
  });

  it('tells nothing where the account is like everybody', () => {
    const alike = fitAccountForest({ rows: rows(7, 100, 0), weights: even(100) }, rows(8, 100, 0), options(2));
    expect(mean(rows(9, 200, 0).map((row) => accountForestScore(alike, row)))).toBeCloseTo(0.5, 1);
  });

  it('gives a share for every row, also for infinities and NaN', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 4, maxLength: 4 }), (values) => {
        const score = accountForestScore(forest, Float64Array.from(values));
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is the same from the same numbers, and another one from others', () => {
    expect(fitAccountForest(own, strangers, options(1))).toEqual(forest);
    expect(fitAccountForest(own, strangers, options(2))).not.toEqual(forest);
  });

  it('does not change with the units of a feature', () => {
    // By powers of two, so that not even rounding differs.
    const stretch = (row: Float64Array) => Float64Array.of(row[0]! * 1024, row[1]! / 8, row[2]!, row[3]! * 2);
    const stretched = fitAccountForest({ ...own, rows: own.rows.map(stretch) }, strangers.map(stretch), options(1));
    for (const row of rows(10, 20, 1)) {
      expect(accountForestScore(stretched, stretch(row))).toBe(accountForestScore(forest, row));
    }
  });

  it('forgets rows without weight', () => {
    const stray = rows(11, 60, 2);
    const weights = Float64Array.of(...even(60), ...new Float64Array(60));
    const mixed = fitAccountForest({ rows: [...own.rows, ...stray], weights }, strangers, options(3));
    expect(mean(rows(12, 50, 2).map((row) => accountForestScore(mixed, row)))).toBeGreaterThan(0.65);
  });

  it('holds where features are constant: a single leaf says one half', () => {
    const same = Array.from({ length: 10 }, () => Float64Array.of(1, 1, 1, 1));
    const flat = fitAccountForest({ rows: same, weights: even(10) }, same, options(4));
    expect(accountForestScore(flat, Float64Array.of(1, 2, 3, 4))).toBeCloseTo(0.5);
  });

  it('refuses what it cannot be grown from', () => {
    const broken = [Float64Array.of(1, Number.NaN, 3, 4)];
    expect(() => fitAccountForest({ rows: [], weights: even(0) }, strangers, options(1))).toThrow(RangeError);
    expect(() => fitAccountForest(own, [], options(1))).toThrow(RangeError);
    expect(() => fitAccountForest(own, broken, options(1))).toThrow(RangeError);
    expect(() => fitAccountForest({ ...own, weights: even(59) }, strangers, options(1))).toThrow(RangeError);
    expect(() => fitAccountForest({ ...own, weights: new Float64Array(60) }, strangers, options(1))).toThrow(
      RangeError,
    );
    expect(() => fitAccountForest(own, [Float64Array.of(1)], options(1))).toThrow(RangeError);
    expect(() => fitAccountForest(own, strangers, { ...options(1), trees: 0 })).toThrow(RangeError);
    expect(() => accountForestScore(forest, Float64Array.of(1))).toThrow(RangeError);
  });
});
