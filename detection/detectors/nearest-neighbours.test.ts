import { describe, expect, it } from '@jest/globals';
import { sevenRows, strangeRow } from '../../test/fixtures/detector-rows.ts';
import {
  fitNearestNeighbours,
  fixedTextNeighbours,
  nearestNeighboursScore,
  pointerNeighbours,
  typingNeighbours,
} from './nearest-neighbours.ts';

describe('the distance to the nearest neighbours', () => {
  it("is numpy's in whitened components, with a ridge and without", () => {
    const ridged = fitNearestNeighbours(sevenRows, typingNeighbours);
    expect(nearestNeighboursScore(ridged, strangeRow)).toBeCloseTo(1.4507325530157864, 12);
    const two = { ...typingNeighbours, space: { kind: 'components', most: 2, shareOfRows: 1, ridge: 0.05 } } as const;
    expect(nearestNeighboursScore(fitNearestNeighbours(sevenRows, two), strangeRow)).toBeCloseTo(
      0.7812980829239287,
      12,
    );
    // Half of seven rows leave three components.
    const halved = fitNearestNeighbours(sevenRows, pointerNeighbours);
    expect(nearestNeighboursScore(halved, strangeRow)).toBeCloseTo(1.4621570095938772, 12);
  });

  it("is numpy's after symmetric whitening, among the last rows only", () => {
    const model = fitNearestNeighbours(sevenRows, { ...fixedTextNeighbours, recentRows: 4 });
    expect(nearestNeighboursScore(model, strangeRow)).toBeCloseTo(5.9679289946188705, 12);
  });

  it('is nothing for a row that is its own nearest neighbour', () => {
    const model = fitNearestNeighbours(sevenRows, { ...fixedTextNeighbours, neighbours: 1 });
    for (const row of sevenRows) expect(nearestNeighboursScore(model, row)).toBe(0);
  });

  it('forgets rows older than the recent ones', () => {
    const model = fitNearestNeighbours(sevenRows, { ...fixedTextNeighbours, neighbours: 1, recentRows: 2 });
    expect(nearestNeighboursScore(model, sevenRows[0]!)).toBeGreaterThan(0);
    expect(nearestNeighboursScore(model, sevenRows[6]!)).toBe(0);
  });

  it('takes all rows as neighbours where there are fewer than asked for', () => {
    const few = fitNearestNeighbours(sevenRows.slice(0, 2), typingNeighbours);
    expect(Number.isFinite(nearestNeighboursScore(few, strangeRow))).toBe(true);
  });

  it('does not take a stranger for an account whose rows are all the same', () => {
    const same = Array.from({ length: 10 }, () => Float64Array.of(1, 1, 1, 1));
    for (const options of [typingNeighbours, pointerNeighbours, fixedTextNeighbours]) {
      expect(nearestNeighboursScore(fitNearestNeighbours(same, options), strangeRow)).toBeGreaterThan(0.5);
    }
  });

  it('refuses options that leave no neighbour', () => {
    expect(() => fitNearestNeighbours(sevenRows, { ...typingNeighbours, neighbours: 0 })).toThrow(RangeError);
    expect(() => fitNearestNeighbours(sevenRows, { ...typingNeighbours, recentRows: 0 })).toThrow(RangeError);
  });
});
