import { describe, expect, it } from '@jest/globals';
import { seededNumbers } from '../test/samples/seeded-behaviour.ts';
import { fitScaler, scale, scaledLimit } from './scaling.ts';

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
});
