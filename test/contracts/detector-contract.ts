import { describe, expect, it } from '@jest/globals';
import type { Row } from '../../detection/linear-algebra/covariance.ts';
import { seededNumbers } from '../samples/seeded-behaviour.ts';

/** A detector as every other: fitted to rows, it scores a row; higher is stranger. */
export interface DetectorUnderTest {
  name: string;
  scorerOf(rows: readonly Row[]): (row: Row) => number;
  /** Detectors that only compare a row with a centre of 0 have nothing to fit, so nothing to refuse there. */
  fitted: boolean;
}

const width = 6;

/** A made-up account: features that hang together, about 0 and 1 in spread. */
function ownRows(seed: number, count: number, shift = 0): Float32Array[] {
  const { normal } = seededNumbers(seed);
  return Array.from({ length: count }, () => {
    const shared = normal();
    return Float32Array.from(
      { length: width },
      (_, f) => shift + 0.5 * shared * (f % 2 === 0 ? 1 : -1) + 0.8 * normal(),
    );
  });
}

const filled = (value: number) => new Float32Array(width).fill(value);
const copies = (rows: readonly Float32Array[]) => rows.map((row) => Float32Array.from(row));

/** Histories that are awkward to fit; all of them finite. */
const awkward: readonly (readonly [string, readonly Float32Array[]])[] = [
  ['a single row', ownRows(1, 1)],
  ['two rows', ownRows(2, 2)],
  ['rows that are all the same', Array.from({ length: 20 }, () => filled(0.5))],
  ['two rows over and over', Array.from({ length: 30 }, (_, i) => filled(i % 2))],
  ['two rows of size 1e6 over and over', Array.from({ length: 30 }, (_, i) => filled(i % 2 === 0 ? 1e6 : -1e6))],
  ['values of 1e6', ownRows(3, 40).map((row) => row.map((value) => value * 1e6))],
  ['two features that never vary', ownRows(4, 40).map((row) => row.map((value, f) => (f < 2 ? 1 : value)))],
  [
    'a feature that is twice another',
    ownRows(5, 40).map((row) => row.map((value, f) => (f === 1 ? 2 * (row[0] ?? 0) : value))),
  ],
  ['fewer rows than features', ownRows(6, 4)],
];

/** What any detector of this project keeps to; `it`s of its own description. */
export function describeDetector({ name, scorerOf, fitted }: DetectorUnderTest): void {
  describe(`${name}, as every detector`, () => {
    const rows = ownRows(10, 120);

    it('changes neither the rows it is fitted to nor the row it scores', () => {
      const given = copies(rows);
      const score = scorerOf(given);
      expect(given).toEqual(rows);
      const row = filled(2);
      score(row);
      expect(row).toEqual(filled(2));
      expect(given).toEqual(rows);
    });

    it('scores a far row higher than a near one, either side', () => {
      const score = scorerOf(rows);
      for (const side of [1, -1]) {
        expect(score(filled(1.5 * side))).toBeGreaterThan(score(filled(0)));
        expect(score(filled(3.5 * side))).toBeGreaterThan(score(filled(1.5 * side)));
      }
    });

    it('does not care in which order the features come', () => {
      const order = [3, 0, 5, 1, 4, 2];
      const turned = (row: Float32Array) => Float32Array.from(order, (f) => row[f] ?? 0);
      const score = scorerOf(rows);
      const turnedScore = scorerOf(rows.map(turned));
      for (const row of ownRows(11, 20, 1)) expect(turnedScore(turned(row))).toBeCloseTo(score(row), 6);
    });

    it('gives the same bits for the same rows, however often it is asked', () => {
      const score = scorerOf(rows);
      const again = scorerOf(copies(rows));
      const asked = ownRows(12, 20, 0.5);
      const first = asked.map(score);
      expect(asked.map(again)).toEqual(first);
      expect(asked.map(score)).toEqual(first);
    });

    it.each(awkward)('stays finite when fitted to %s, whatever it scores', (_, history) => {
      const score = scorerOf(history);
      const asked = [
        filled(0),
        filled(1e6),
        filled(-1e6),
        filled(3.4e38),
        filled(Number.NaN),
        filled(Number.POSITIVE_INFINITY),
        filled(Number.NEGATIVE_INFINITY),
        Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 0, 1, Number.NEGATIVE_INFINITY, -1),
        ...history,
      ];
      for (const row of asked) expect(Number.isFinite(score(row))).toBe(true);
    });

    it('tells a seeded stranger from the account: area under the curve above 0.8', () => {
      const score = scorerOf(rows);
      const genuine = ownRows(13, 100).map(score);
      const strangers = ownRows(14, 100, 1.2).map(score);
      let above = 0;
      for (const own of genuine) for (const other of strangers) above += other > own ? 1 : other === own ? 0.5 : 0;
      expect(above / 10_000).toBeGreaterThan(0.8);
    });

    if (fitted) {
      it('refuses to be fitted to nothing, to rows of different lengths, and to what is not finite', () => {
        expect(() => scorerOf([])).toThrow(RangeError);
        expect(() => scorerOf([new Float32Array(0)])).toThrow(RangeError);
        expect(() => scorerOf([...rows, new Float32Array(width + 1)])).toThrow(RangeError);
        expect(() => scorerOf([...rows, filled(Number.NaN)])).toThrow(RangeError);
        expect(() => scorerOf([...rows, filled(Number.POSITIVE_INFINITY)])).toThrow(RangeError);
      });

      it('refuses a row of another length', () => {
        const score = scorerOf(rows);
        expect(() => score(new Float32Array(width - 1))).toThrow(RangeError);
        expect(() => score(new Float32Array(width + 1))).toThrow(RangeError);
      });
    }
  });
}
