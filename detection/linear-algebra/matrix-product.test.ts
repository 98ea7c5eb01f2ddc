import { describe, expect, it } from '@jest/globals';
import { addRidge, multiply, shrinkToDiagonal, transposed } from './matrix-product.ts';

describe('matrices', () => {
  const a = Float64Array.of(1, 2, 3, 4, 5, 6);

  it('multiply by rows and columns', () => {
    expect(multiply(a, Float64Array.of(1, 0, 2, 1, 3, -1), 2, 3, 2)).toEqual(Float64Array.of(14, -1, 32, -1));
  });

  it('are themselves again when turned twice, and a product turns with its factors', () => {
    expect(transposed(transposed(a, 2, 3), 3, 2)).toEqual(a);
    const square = multiply(a, transposed(a, 2, 3), 2, 3, 2);
    expect(transposed(square, 2, 2)).toEqual(square);
  });

  it('shrink towards their diagonal, which stays', () => {
    const given = Float64Array.of(4, 2, 2, 9);
    expect(shrinkToDiagonal(given, 2, 0.25)).toEqual(Float64Array.of(4, 1.5, 1.5, 9));
    expect(shrinkToDiagonal(given, 2, 1)).toEqual(Float64Array.of(4, 0, 0, 9));
    expect(addRidge(given, 2, 0.5)).toEqual(Float64Array.of(4.5, 2, 2, 9.5));
    expect(given).toEqual(Float64Array.of(4, 2, 2, 9));
  });

  it('refuse other sizes than promised, and a share outside 0..1', () => {
    expect(() => multiply(a, a, 2, 3, 2 + 1)).toThrow(RangeError);
    expect(() => transposed(a, 2, 2)).toThrow(RangeError);
    expect(() => shrinkToDiagonal(Float64Array.of(1), 1, 1.5)).toThrow(RangeError);
    expect(() => shrinkToDiagonal(Float64Array.of(1), 1, Number.NaN)).toThrow(RangeError);
  });
});
