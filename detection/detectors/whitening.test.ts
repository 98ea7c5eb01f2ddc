import { describe, expect, it } from '@jest/globals';
import { sevenRows } from '../../test/fixtures/detector-rows.ts';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { covarianceOf, meanOf } from '../linear-algebra/covariance.ts';
import type { Whitening } from './whitening.ts';
import { whiten, whitenComponents, whitenSymmetrically } from './whitening.ts';

function whitenedRows(whitening: Whitening, rows: readonly Float64Array[]): Float64Array[] {
  return rows.map((row) => {
    const out = new Float64Array(whitening.components);
    whiten(whitening, row, out);
    return out;
  });
}

describe('whitening', () => {
  const { normal } = seededNumbers(1);
  const rows = Array.from({ length: 60 }, () => {
    const shared = 3 * normal();
    return Float64Array.from({ length: 5 }, () => shared + normal());
  });

  it.each([
    ['into components', whitenComponents(rows, 5, 0)],
    ['symmetrically', whitenSymmetrically(rows, 0)],
  ])('%s leaves unit variance and no correlation', (_, whitening) => {
    const turned = whitenedRows(whitening, rows);
    covarianceOf(turned, meanOf(turned)).forEach((value, i) => {
      expect(value).toBeCloseTo(i % 6 === 0 ? 1 : 0, 9);
    });
  });

  it("symmetrically is numpy's inverse root of the shrunk covariance", () => {
    const { projection } = whitenSymmetrically(sevenRows, 0.2);
    const expected = [
      1.1454284249596602, -0.015140340323101244, 0.33820042820722546, -0.06424261372859752, -0.015140340323101246,
      1.3756718827612, -0.011215578033020977, 0.5611754594192887,
    ];
    expected.forEach((value, i) => {
      expect(projection[i]).toBeCloseTo(value, 12);
    });
  });

  it('writes where it is told to, and refuses a row of another length', () => {
    const whitening = whitenComponents(rows, 2, 0);
    const out = new Float64Array(4).fill(9);
    whiten(whitening, rows[0]!, out, 2);
    expect(Array.from(out.subarray(0, 2))).toEqual([9, 9]);
    expect(Array.from(out.subarray(2))).toEqual(Array.from(whitenedRows(whitening, rows.slice(0, 1))[0]!));
    expect(() => whiten(whitening, new Float64Array(4), out)).toThrow(RangeError);
  });
});
