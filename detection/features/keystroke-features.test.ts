import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, anyBatch, typed } from '../../test/samples/seeded-behaviour.ts';
import { keystrokeCatalogue, keystrokeVector } from './keystroke-features.ts';
import { joinKeystrokes, packKeystrokes, unpackKeystrokes } from './keystroke-window.ts';

const at = (name: string) => keystrokeCatalogue.features.findIndex((feature) => feature.name === name);
const vectorOf = (...batches: Parameters<typeof packKeystrokes>[0][]) =>
  keystrokeVector(joinKeystrokes(batches.map(packKeystrokes)));

describe('the keystroke vector', () => {
  it('has one number for each feature of its catalogue, each named once, each with a spread', () => {
    expect(vectorOf(typed(alex, 1))).toHaveLength(keystrokeCatalogue.features.length);
    expect(new Set(keystrokeCatalogue.features.map((feature) => feature.name)).size).toBe(
      keystrokeCatalogue.features.length,
    );
    expect(keystrokeCatalogue.referenceSpread).toHaveLength(keystrokeCatalogue.features.length);
    expect(Math.min(...keystrokeCatalogue.referenceSpread)).toBeGreaterThan(0);
  });

  it('does not depend on the order of the samples, nor on which batch of the window they came in', () => {
    const first = typed(alex, 1);
    const second = typed(alex, 2);
    const expected = vectorOf(first, second);
    expect(vectorOf([...second].reverse(), [...first].reverse())).toEqual(expected);
    expect(vectorOf([...second, ...first])).toEqual(expected);
  });

  it('holds no NaN or infinity, whatever a batch may say', () => {
    fc.assert(
      fc.property(anyBatch, anyBatch, (a, b) => {
        const vector = vectorOf(a.keystrokes, b.keystrokes);
        expect(vector.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it('shows longer holds as longer holds, and as nothing else about flights', () => {
    const samples = typed(alex, 3, 50);
    const before = vectorOf(samples);
    const after = vectorOf(samples.map((sample) => ({ ...sample, holdMs: sample.holdMs * 2 })));
    expect(after[at('hold-mean')]! - before[at('hold-mean')]!).toBeCloseTo(Math.log(2), 2);
    expect(after[at('press-press-mean')]).toBe(before[at('press-press-mean')]);
  });

  it('counts overlapping keys as rollover and long gaps as pauses', () => {
    const key = { zonePair: 1, holdMs: 90, pressPressMs: 60, releasePressMs: -30 };
    const pause = { zonePair: 30, holdMs: 90, pressPressMs: null, releasePressMs: null };
    const vector = vectorOf([key, key, key, pause]);
    expect(vector[at('rollover-share')]).toBe(1);
    expect(vector[at('pause-share')]).toBe(0.25);
  });
});

describe('a packed keystroke', () => {
  it('gives back its zone pair and its times on the 5 ms grid, within the limits of the recipe', () => {
    const columns = unpackKeystrokes(
      packKeystrokes([{ zonePair: 35, holdMs: 93, pressPressMs: 1999, releasePressMs: -4000 }]),
    );
    expect(Array.from(columns.zonePair)).toEqual([35]);
    expect(Array.from(columns.holdSteps)).toEqual([19]);
    expect(Array.from(columns.pressPressSteps)).toEqual([400]);
    expect(Array.from(columns.releasePressSteps)).toEqual([-60]);
  });

  it('has no flight after a pause of more than two seconds', () => {
    const columns = unpackKeystrokes(
      packKeystrokes([{ zonePair: 0, holdMs: 90, pressPressMs: 2001, releasePressMs: 1900 }]),
    );
    expect(Array.from(columns.pressPressSteps)).toEqual([-1]);
  });
});
