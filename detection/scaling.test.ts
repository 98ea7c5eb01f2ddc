import { describe, expect, it } from '@jest/globals';
import { seededNumbers } from '../test/samples/seeded-behaviour.ts';
import { fitScaler, fixedTextScaling, scale, scaledLimit } from './scaling.ts';

const reference = Float32Array.of(1, 0.2);

function rowsFrom(seed: number, count: number, centre = 0, spread = 1): Float32Array[] {
  const { normal } = seededNumbers(seed);
  return Array.from({ length: count }, () => Float32Array.of(centre + spread * normal(), centre + spread * normal()));
}

describe('a scaler', () => {
  it('moves with its data: shifted windows, shifted centre, same spread', () => {
    const rows = rowsFrom(1, 40);
    const fitted = fitScaler(rows, reference);
    const shifted = fitScaler(
      rows.map((row) => row.map((value) => value + 8)),
      reference,
    );
    expect(shifted.centre[0]! - fitted.centre[0]!).toBeCloseTo(8, 4);
    expect(shifted.spread[0]).toBeCloseTo(fitted.spread[0]!, 4);
  });

  it('trusts the reference while windows are few, and the account once they are many', () => {
    const constant = Array.from({ length: 400 }, () => Float32Array.of(5, 5));
    expect(fitScaler(constant.slice(0, 1), reference).spread[0]).toBeGreaterThan(0.9);
    expect(fitScaler(constant, reference).spread[0]).toBeCloseTo(0.25);
  });

  it('leans to the recent half of the history', () => {
    const rows = [...rowsFrom(1, 50, 0, 0.1), ...rowsFrom(2, 50, 10, 0.1)];
    expect(fitScaler(rows, reference).centre[0]).toBeGreaterThan(9);
  });

  it('follows the account to where it has been for the last two fifths of its history', () => {
    const moved = [...rowsFrom(1, 60, 0, 0.1), ...rowsFrom(2, 40, 10, 0.1)];
    expect(fitScaler(moved, reference).centre[0]).toBeGreaterThan(9);
  });

  it('does not follow a quarter of the history', () => {
    const excursion = [...rowsFrom(1, 75, 0, 0.1), ...rowsFrom(2, 25, 10, 0.1)];
    expect(fitScaler(excursion, reference).centre[0]).toBeLessThan(1);
  });

  it('clips what is far away, either side', () => {
    const scaler = fitScaler(rowsFrom(1, 40), reference);
    const out = new Float32Array(2);
    scale(scaler, Float32Array.of(1e6, -1e6), out);
    expect(Array.from(out)).toEqual([scaledLimit, -scaledLimit]);
  });

  it('refuses no windows, and windows of another length', () => {
    expect(() => fitScaler([], reference)).toThrow(RangeError);
    expect(() => fitScaler([Float32Array.of(1)], reference)).toThrow(RangeError);
  });

  it("is numpy's for fixed text: the last dozen rows set the centre, the last thirty the spread", () => {
    // np.searchsorted(np.cumsum(weights), .5) and a weighted mean of absolute deviations, numpy 2.4.6.
    const rows = Array.from({ length: 40 }, (_, i) => Float64Array.of(((i * 7) % 11) / 4 + i / 20));
    const fitted = fitScaler(rows, Float32Array.of(1), fixedTextScaling);
    expect(fitted.centre[0]).toBeCloseTo(2.6, 6);
    expect(fitted.spread[0]).toBeCloseTo(0.8373849270406883, 6);
  });

  it('takes the middle of the two middle rows where all count the same', () => {
    const rows = [4, 1, 3, 10].map((value) => Float64Array.of(value));
    const even = { ...fixedTextScaling, centreHalfLife: null, spreadHalfLife: null };
    expect(fitScaler(rows, Float32Array.of(1), even)).toEqual({
      centre: Float32Array.of(3.5),
      spread: Float32Array.of(2.5),
    });
  });

  it('has no spread of nothing, even where nothing varies and no reference is trusted', () => {
    const fitted = fitScaler([Float64Array.of(2)], Float32Array.of(1), fixedTextScaling);
    const out = new Float32Array(1);
    scale(fitted, Float64Array.of(2), out);
    expect(out[0]).toBe(0);
    scale(fitted, Float64Array.of(2.1), out, 3);
    expect(out[0]).toBe(3);
  });

  it('takes a missing value for the centre, and what is infinite for the limit', () => {
    const scaler = fitScaler(rowsFrom(1, 40), reference);
    const out = new Float32Array(2);
    scale(scaler, Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY), out);
    expect(Array.from(out)).toEqual([0, -scaledLimit]);
  });

  it('refuses rows that are not finite', () => {
    expect(() => fitScaler([Float32Array.of(1, Number.NaN)], reference)).toThrow(RangeError);
    expect(() => fitScaler([Float32Array.of(Number.POSITIVE_INFINITY, 1)], reference)).toThrow(RangeError);
  });
});
