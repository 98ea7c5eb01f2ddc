import { describe, expect, it } from '@jest/globals';
import { sevenRows } from '../../test/fixtures/detector-rows.ts';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { principalComponents } from './principal-components.ts';

describe('principal components', () => {
  it("are those of numpy's svd, of more rows than features and of fewer", () => {
    const many = principalComponents(sevenRows, 4);
    [1.4715223186711388, 0.9972355588455949, 0.29378918099006573, 0.11255498230952676].forEach((variance, k) => {
      expect(many.variances[k]).toBeCloseTo(variance, 12);
    });
    const few = principalComponents(sevenRows.slice(0, 3), 4);
    expect(few.count).toBe(2);
    [0.9185489405240203, 0.19256217058709055].forEach((variance, k) => {
      expect(few.variances[k]).toBeCloseTo(variance, 12);
    });
    const directions = [
      0.6879532604814715, 0.3560331250392347, -0.5933885417320576, -0.2187481744125211, 0.5193369501115264,
      -0.3498237644185279, 0.5830396073642132, -0.5176652222638601,
    ];
    directions.forEach((value, i) => {
      expect(few.directions[i]).toBeCloseTo(value, 12);
    });
  });

  it('are the same by either cross product', () => {
    const { normal } = seededNumbers(4);
    const rows = Array.from({ length: 12 }, () => Float64Array.from({ length: 12 }, normal));
    const square = principalComponents(rows, 5);
    // A thirteenth feature that never varies turns the same rows into fewer rows than features.
    const wide = principalComponents(
      rows.map((row) => Float64Array.of(...row, 1)),
      5,
    );
    for (let k = 0; k < 5; k++) {
      expect(wide.variances[k]).toBeCloseTo(square.variances[k]!, 10);
      for (let f = 0; f < 12; f++) expect(wide.directions[k * 13 + f]).toBeCloseTo(square.directions[k * 12 + f]!, 9);
    }
  });

  it('are none where rows are all the same, and no more than asked for', () => {
    const same = Array.from({ length: 4 }, () => Float64Array.of(3, 3, 3));
    expect(principalComponents(same, 2).count).toBe(0);
    expect(principalComponents(sevenRows, 2).count).toBe(2);
    expect(() => principalComponents(sevenRows, 0)).toThrow(RangeError);
    expect(() => principalComponents([], 1)).toThrow(RangeError);
  });
});
