import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, anyBatch, pointed, sam } from '../../test/samples/seeded-behaviour.ts';
import { pointerCatalogue, pointerVector } from './pointer-features.ts';
import { joinStrokes, packStrokes } from './stroke-window.ts';

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

  it('does not depend on the order of the strokes', () => {
    const strokes = pointed(alex, 1, 30);
    const [first, second] = [strokes.slice(0, 10), strokes.slice(10)];
    const joined = pointerVector(joinStrokes([packStrokes(second.reverse()), packStrokes(first.reverse())]));
    expect(joined).toEqual(vectorOf(strokes));
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
    expect(packStrokes([short, resting]).kinds).toHaveLength(0);
  });
});
