import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, anyBatch, pointed, sam } from '../test/samples/seeded-behaviour.ts';
import { strokeContributions, strokeRegularity } from './cadence-strokes.ts';
import { packStrokes } from './features/stroke-window.ts';

/** Straight at constant speed: what a program draws. */
const drawn = Array.from({ length: 12 }, (_, i) => ({
  kind: 'move' as const,
  device: 'mouse' as const,
  dtMs: Array<number>(20).fill(8),
  dx: Array<number>(20).fill(5 + i),
  dy: Array<number>(20).fill(3),
  pauseMs: 400,
  pressMs: null,
  stopMs: null,
}));

describe('machine strokes', () => {
  it('are those drawn at constant speed, straight or bent, in one batch or in several', () => {
    const bent = drawn.map((stroke) => ({ ...stroke, dy: stroke.dy.map((dy, i) => (i < 10 ? dy : -dy)) }));
    expect(strokeRegularity([packStrokes(drawn)])).toBeGreaterThanOrEqual(1);
    expect(strokeRegularity([packStrokes(drawn.slice(0, 5)), packStrokes(bent.slice(5))])).toBeGreaterThanOrEqual(1);
  });

  it('are not those of people', () => {
    for (const person of [alex, sam]) {
      for (let seed = 1; seed <= 50; seed++) {
        expect(strokeRegularity([packStrokes(pointed(person, seed, 30))])).toBeLessThan(1);
      }
    }
  });

  it('need eight long strokes to be told', () => {
    expect(strokeRegularity([packStrokes(drawn.slice(0, 8))])).toBeGreaterThanOrEqual(1);
    expect(strokeRegularity([packStrokes(drawn.slice(0, 7))])).toBe(0);
    expect(strokeRegularity([])).toBe(0);
    const short = drawn.map((stroke) => ({ ...stroke, dx: stroke.dx.map(() => 1), dy: stroke.dy.map(() => 0) }));
    expect(strokeRegularity([packStrokes(short)])).toBe(0);
    expect(strokeContributions([packStrokes(short)])).toEqual([]);
  });

  it('are explained by how little their speed varies', () => {
    const [first] = strokeContributions([packStrokes(drawn)]);
    expect(first).toMatchObject({ observed: 0, typical: 107, unit: '%', direction: 'low', share: 1 });
  });

  it('give finite evidence, never negative, whatever was pointed', () => {
    fc.assert(
      fc.property(anyBatch, ({ pointer }) => {
        const evidence = strokeRegularity([packStrokes(pointer)]);
        expect(Number.isFinite(evidence) && evidence >= 0).toBe(true);
        for (const { observed, share } of strokeContributions([packStrokes(pointer)])) {
          expect(Number.isFinite(observed) && Number.isFinite(share)).toBe(true);
        }
      }),
    );
  });
});
