import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeDetector } from '../../test/contracts/detector-contract.ts';
import { sevenRows, strangeRow } from '../../test/fixtures/detector-rows.ts';
import { fitMahalanobisNearestNeighbour, mahalanobisNearestNeighbourScore } from './mahalanobis-nearest-neighbour.ts';
import { fitScaledManhattan, scaledManhattanScore } from './scaled-manhattan.ts';

describeDetector({
  name: 'scaled Manhattan',
  fitted: true,
  scorerOf(rows) {
    const model = fitScaledManhattan(rows);
    return (row) => scaledManhattanScore(model, row);
  },
});

describeDetector({
  name: 'Mahalanobis nearest neighbour',
  fitted: true,
  scorerOf(rows) {
    const model = fitMahalanobisNearestNeighbour(rows);
    return (row) => mahalanobisNearestNeighbourScore(model, row);
  },
});

const factors = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 4, maxLength: 4 });
const shifts = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 4, maxLength: 4 });

describe('the published baselines', () => {
  it("are numpy's", () => {
    expect(scaledManhattanScore(fitScaledManhattan(sevenRows), strangeRow)).toBeCloseTo(7.789321929349461, 12);
    // A fifth feature that is the difference of two others: the covariance has no inverse, only a pseudo-inverse.
    const dependent = sevenRows.map((row) => Float64Array.of(...row, (row[0] ?? 0) - (row[1] ?? 0)));
    const model = fitMahalanobisNearestNeighbour(dependent);
    expect(model.whitening.components).toBe(4);
    const asked = Float64Array.of(...strangeRow, 0.3);
    expect(mahalanobisNearestNeighbourScore(model, asked)).toBeCloseTo(3.395232231032357, 10);
  });

  it('do not care for the units of a feature', () => {
    fc.assert(
      fc.property(factors, shifts, (factor, shift) => {
        const inUnits = (row: Float64Array) => row.map((value, f) => value * (factor[f] ?? 1) + (shift[f] ?? 0));
        const rows = sevenRows.map(inUnits);
        const asked = inUnits(strangeRow);
        expect(scaledManhattanScore(fitScaledManhattan(rows), asked)).toBeCloseTo(7.789321929349461, 8);
        expect(mahalanobisNearestNeighbourScore(fitMahalanobisNearestNeighbour(rows), asked)).toBeCloseTo(
          mahalanobisNearestNeighbourScore(fitMahalanobisNearestNeighbour(sevenRows), strangeRow),
          6,
        );
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('score nothing at the centre, and at a row that was learned', () => {
    const manhattan = fitScaledManhattan(sevenRows);
    expect(scaledManhattanScore(manhattan, manhattan.mean)).toBe(0);
    const neighbour = fitMahalanobisNearestNeighbour(sevenRows);
    for (const row of sevenRows) expect(mahalanobisNearestNeighbourScore(neighbour, row)).toBe(0);
  });

  it('are nearer the more rows there are to be near to', () => {
    const { whitening, references } = fitMahalanobisNearestNeighbour(sevenRows);
    const nearestOf = (count: number) =>
      // The published factor (count - 1) / count is divided out: only the neighbours change.
      mahalanobisNearestNeighbourScore({ whitening, references, count }, strangeRow) * Math.sqrt(count / (count - 1));
    for (let count = 3; count <= 7; count++) expect(nearestOf(count)).toBeLessThanOrEqual(nearestOf(count - 1) + 1e-12);
  });
});
