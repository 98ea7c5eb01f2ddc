import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, anyBatch, pointed, sam } from '../../test/samples/seeded-behaviour.ts';
import { pointerCatalogue, pointerVector } from './pointer-catalogue.ts';
import { strokeVector } from './stroke-vector.ts';
import { joinStrokes, packStrokes } from './stroke-window.ts';
import { typicalStrokes } from './typical-strokes.ts';

const at = (name: string) => pointerCatalogue.features.findIndex((feature) => feature.name === name);
const vectorOf = (strokes: Parameters<typeof packStrokes>[0]) => pointerVector(packStrokes(strokes));

describe('the pointer vector', () => {
  it('has one number for each feature of its catalogue, each named once, each with a spread', () => {
    expect(vectorOf(pointed(alex, 1, 30))).toHaveLength(pointerCatalogue.features.length);
    expect(new Set(pointerCatalogue.features.map((feature) => feature.name)).size).toBe(
      pointerCatalogue.features.length,
    );
    expect(pointerCatalogue.referenceSpread).toHaveLength(pointerCatalogue.features.length);
    expect(Math.min(...pointerCatalogue.referenceSpread)).toBeGreaterThan(0);
  });

  it('depends neither on the order of the strokes nor on how they came in batches', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 30 }), (seed, cut) => {
        const strokes = pointed(alex, seed, 30);
        const parts = [strokes.slice(cut).reverse(), strokes.slice(0, cut)].map(packStrokes);
        expect(joinStrokes(parts)).toEqual(packStrokes(strokes));
        expect(pointerVector(joinStrokes(parts))).toEqual(vectorOf(strokes));
      }),
    );
  });

  it('is the mean of what the strokes are, each in its own unit, where none is far from typical', () => {
    const strokes = pointed(alex, 1, 30);
    const vector = vectorOf(strokes);
    let near = 0;
    for (const [f, spread] of typicalStrokes.spread.entries()) {
      const values = strokes.map((stroke) => strokeVector(stroke)!.features[f]!);
      if (values.some((value) => Math.abs(value - typicalStrokes.centre[f]!) > 4 * spread)) continue;
      const mean = values.reduce((sum, value) => sum + value / values.length, 0);
      expect(Math.abs(vector[f]! - mean)).toBeLessThan(spread / 100);
      near++;
    }
    expect(near).toBeGreaterThan(20);
  });

  it('takes what no stroke has, and a window without strokes, as typical', () => {
    const moves = pointed(alex, 1, 30).map((stroke) => ({ ...stroke, kind: 'move' as const, pressMs: null }));
    const press = at('press');
    expect(vectorOf(moves)[press]).toBe(Math.fround(typicalStrokes.centre[press]!));
    expect(vectorOf([]).subarray(0, 57)).toEqual(Float32Array.from(typicalStrokes.centre));
  });

  it('tells shares of kinds and directions, of which scrolling and touch are the rest', () => {
    const [stroke] = pointed(alex, 1, 1);
    const right = { ...stroke!, dx: stroke!.dx.map(() => 4), dy: stroke!.dy.map(() => 1) };
    const kinds = ['move', 'click', 'scroll', 'tap'] as const;
    const vector = vectorOf(kinds.map((kind) => ({ ...right, kind })));
    expect(['move', 'click', 'drag'].map((kind) => vector[at(`${kind}-share`)])).toEqual([0.25, 0.25, 0]);
    expect(vector[at('right-down-share')]).toBe(1);
    expect(vectorOf([{ ...right, dx: right.dy, dy: right.dx.map((px) => -px) }])[at('up-right-share')]).toBe(1);
  });

  it('holds no NaN or infinity, whatever a batch may say', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        expect(vectorOf(batch.pointer).every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it('shows a faster hand as faster', () => {
    const speed = at('speed-mean');
    expect(vectorOf(pointed(sam, 1, 30))[speed]!).toBeGreaterThan(vectorOf(pointed(alex, 1, 30))[speed]! + 0.4);
  });

  it('leaves out strokes of fewer than three steps, and steps that do not move', () => {
    const [stroke] = pointed(alex, 1, 1);
    const short = { ...stroke!, dtMs: [4, 4], dx: [1, 2], dy: [0, 1] };
    const resting = { ...stroke!, dtMs: [4, 4, 4, 4], dx: [1, 0, 2, 0], dy: [0, 0, 1, 0] };
    expect(packStrokes([short, resting]).strokes).toBe(0);
  });
});
