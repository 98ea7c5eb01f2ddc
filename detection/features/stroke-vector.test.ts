import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PointerStroke } from '../words/behaviour.ts';
import { strokeKinds } from '../words/behaviour.ts';
import { embedStroke, fitStrokeUnits, strokeEmbeddingSize } from './stroke-embedding.ts';
import { missingStrokeFeature, strokeFeatures, strokeVector } from './stroke-vector.ts';

const mouse = { device: 'mouse' } as const;
const bend: PointerStroke = {
  ...mouse,
  kind: 'click',
  dtMs: [8, 4, 12, 8, 8, 16, 8, 0, 8, 24],
  dx: [1, 3, 9, 14, 12, 0, 6, 2, -1, 1],
  dy: [0, 1, -2, -6, -5, 0, -3, -1, -1, 0],
  pauseMs: 412,
  pressMs: 96,
  stopMs: 140,
};
const straight: PointerStroke = {
  ...mouse,
  kind: 'move',
  dtMs: [8, 8, 8, 8],
  dx: [5, 5, 5, 5],
  dy: [0, 0, 0, 0],
  pauseMs: null,
  pressMs: null,
  stopMs: null,
};
const loop: PointerStroke = {
  ...mouse,
  kind: 'drag',
  dtMs: [4, 0, 16, 8, 12, 8],
  dx: [10, 0, -10, 0, -3, 3],
  dy: [0, 10, 0, -10, 4, -4],
  pauseMs: 20_000,
  pressMs: 60,
  stopMs: null,
};

// From an implementation in C of the same definitions, on the strokes above.
const measured = [
  {
    stroke: bend,
    sector: 3,
    features: [
      ...[-0.86275, -2.244316, -1.89712, -2.333044, 2.302685, 3.96978, 3.911643, 0.94352, 1.24772, 0.065722],
      ...[5.376091, 0.5, 0.75, 6.783305, 6.6697, 4.685222, 6.644176, 7.585976, 6.697264, 6.574924, 4.685222],
      ...[6.620075, 7.495542, 5.822939, 5.831959, -6.907755, 5.116002, 6.684613, 12.699524, 13.339566, 8.411291],
      ...[11.502967, 13.550445, 19.633829, 20.352723, 15.709794, 16.704577, 20.693936, 4.110122, 4.31673, -0.122384],
      ...[3.530979, 4.939453, -0.722046, -0.188266, -6.473455, -3.312598, 0.49751, 1.772706, 1.63818, 0.001],
      ...[1.151609, 2.598779, 0.375, 0.333333, 0.222222, 0.111111],
    ],
  },
  {
    stroke: loop,
    sector: 4,
    features: [
      ...[2.303585, -2.65926, -128, -3.015935, 1.946053, 3.912043, -6.907755, 0, 2.649229, 0.282843, 10.352073, 1],
      ...[0.2, 7.851445, 8.130052, 6.255432, 6.843218, 8.740337, 6.437753, 6.763915, -6.907755, 5.744608, 7.354043],
      ...[7.607823, 8.187589, -6.907755, 6.032289, 8.634976, 14.317443, 14.890937, 10.678279, 11.266065, 15.37036],
      ...[18.846948, 19.140481, 16.3041, 17.679448, 19.752155, 6.200995, 6.304676, 4.923229, 5.33838, 7.002664],
      ...[-1.136828, -1.58745, -1.844656, -1.844656, -0.548461, 2.120384, 0.857823, 1.609638, 2.302685, 2.302685],
      ...[0.6, 0, 0.666667, 0],
    ],
  },
] as const;

const at = (name: string) => strokeFeatures.findIndex((feature) => feature.name === name);
const featuresOf = (stroke: PointerStroke) => strokeVector(stroke)?.features ?? new Float64Array();

const anyNumber = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(1e6, -1e6, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
const anyStroke: fc.Arbitrary<PointerStroke> = fc.record({
  kind: fc.constantFrom(...strokeKinds),
  device: fc.constant('mouse' as const),
  dtMs: fc.array(anyNumber, { maxLength: 64 }),
  dx: fc.array(anyNumber, { maxLength: 64 }),
  dy: fc.array(anyNumber, { maxLength: 64 }),
  pauseMs: fc.option(anyNumber),
  pressMs: fc.option(anyNumber),
  stopMs: fc.option(anyNumber),
});

describe('the vector of a stroke', () => {
  it('names each of its 57 numbers once', () => {
    expect(new Set(strokeFeatures.map(({ name }) => name)).size).toBe(57);
  });

  it.each(measured)(
    'is what an independent implementation measures on a $stroke.kind',
    ({ stroke, sector, features }) => {
      const vector = strokeVector(stroke);
      expect(vector).toMatchObject({ kind: strokeKinds.indexOf(stroke.kind), sector });
      expect(features).toHaveLength(strokeFeatures.length);
      for (const [f, expected] of features.entries()) expect(vector?.features[f]).toBeCloseTo(expected, 5);
    },
  );

  it('is finite for any stroke that has a vector, and there is one from three moving steps on', () => {
    fc.assert(
      fc.property(anyStroke, (stroke) => {
        const moving = stroke.dtMs.filter((_, i) => {
          const [dx = 0, dy = 0] = [stroke.dx[i], stroke.dy[i]];
          const moved = (px: number) => !Number.isNaN(px) && px !== 0;
          return i < Math.min(stroke.dx.length, stroke.dy.length) && (moved(dx) || moved(dy));
        });
        const vector = strokeVector(stroke);
        expect(vector !== undefined).toBe(moving.length >= 3);
        expect(vector?.features.every(Number.isFinite) ?? true).toBe(true);
        if (vector !== undefined) {
          const embedding = new Float64Array(strokeEmbeddingSize);
          embedStroke(fitStrokeUnits([vector]), vector, embedding);
          expect(embedding.every((value) => Number.isFinite(value) && Math.abs(value) <= 4)).toBe(true);
        }
      }),
    );
  });

  it('counts a hand at half the speed as slower by ln 2, along the same way', () => {
    const slow = { ...straight, dtMs: straight.dtMs.map((ms) => 2 * ms) };
    expect(featuresOf(straight)[at('speed-q50')]! - featuresOf(slow)[at('speed-q50')]!).toBeCloseTo(Math.LN2, 5);
    for (const name of ['path', 'chord', 'efficiency', 'turning', 'step-q50']) {
      expect(featuresOf(slow)[at(name)]).toBe(featuresOf(straight)[at(name)]);
    }
  });

  it('adds a rest without movement to the step after it', () => {
    const rested = { ...straight, dtMs: [8, 20, 8, 8, 8], dx: [5, 0, 5, 5, 5], dy: [0, 0, 0, 0, 0] };
    const waited = { ...straight, dtMs: [8, 28, 8, 8] };
    expect(featuresOf(rested)).toEqual(featuresOf(waited));
  });

  it('marks what a plain movement cannot have', () => {
    expect(featuresOf(straight)[at('press')]).toBe(missingStrokeFeature);
    expect(featuresOf(straight)[at('stop')]).toBe(missingStrokeFeature);
    expect(featuresOf(straight)[at('pause')]).toBeCloseTo(Math.log(1.01), 12);
  });

  it('tells the eight directions apart', () => {
    const sectors = Array.from({ length: 8 }, (_, i) => {
      const angle = (Math.PI / 4) * (i + 0.5);
      const steps = [1, 2, 3, 4];
      const [dx, dy] = [Math.cos, Math.sin].map((part) => steps.map((step) => Math.round(100 * step * part(angle))));
      return strokeVector({ ...straight, dx: dx ?? [], dy: dy ?? [] })?.sector;
    });
    expect([...new Set(sectors)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('units of strokes', () => {
  it('are the median and the mean distance from it, over the strokes that have the feature', () => {
    const vectors = [bend, loop, straight, { ...straight, pauseMs: 3_000 }].map((stroke) => strokeVector(stroke)!);
    const { centre, spread } = fitStrokeUnits(vectors);
    const press = [featuresOf(bend)[at('press')]!, featuresOf(loop)[at('press')]!];
    expect(centre[at('press')]).toBeCloseTo((press[0]! + press[1]!) / 2, 12);
    expect(spread[at('press')]).toBeCloseTo(Math.abs(press[0]! - press[1]!) / 2, 5);
    const paths = vectors.map((vector) => vector.features[at('path')]!).sort((a, b) => a - b);
    expect(centre[at('path')]).toBeCloseTo((paths[1]! + paths[2]!) / 2, 12);
  });

  it('embed what is missing as usual, and its magnitude beside every feature', () => {
    const vectors = [bend, straight].map((stroke) => strokeVector(stroke)!);
    const embedding = new Float64Array(strokeEmbeddingSize);
    embedStroke(fitStrokeUnits(vectors), vectors[1]!, embedding);
    expect(embedding[at('press')]).toBe(0);
    for (let f = 0; f < strokeFeatures.length; f++) {
      expect(embedding[strokeFeatures.length + f]).toBe(Math.abs(embedding[f]!));
    }
    expect(embedding.slice(2 * strokeFeatures.length).filter((share) => share > 0)).toHaveLength(2);
  });

  it('refuse nothing', () => {
    expect(() => fitStrokeUnits([])).toThrow(RangeError);
  });
});
