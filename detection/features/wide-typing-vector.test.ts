import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, anyBatch, typed } from '../../test/samples/seeded-behaviour.ts';
import { fixtureTimings, fixtureWindow, windowOf } from '../../test/samples/typing-fixture.ts';
import { joinKeystrokes, packKeystrokes, unpackKeystrokes } from './keystroke-window.ts';
import { linkedTimings, withFlights } from './linked-timings.ts';
import { identityFeatureCount, typingVector } from './typing-vector.ts';
import { wideFeatureCount, wideTypingFeatures } from './wide-typing-catalogue.ts';
import { fitWideTypingModel, wideTypingVector } from './wide-typing-vector.ts';
import { byZonePair } from './zone-pair-model.ts';

const model = fitWideTypingModel([fixtureTimings()]);
const vectorOf = (...batches: Parameters<typeof packKeystrokes>[0][]) =>
  wideTypingVector(joinKeystrokes(batches.map(packKeystrokes)), model);
const at = (name: string) => {
  const index = wideTypingFeatures.findIndex((feature) => feature.name === name);
  expect(index).toBeGreaterThanOrEqual(0);
  return index;
};

describe('linked timings', () => {
  it('tell the previous hold and the release-release of the same keystrokes', () => {
    const key = { zonePair: 7, holdMs: 90, pressPressMs: 150, releasePressMs: 40 };
    const linked = linkedTimings(byZonePair(unpackKeystrokes(packKeystrokes([key]))));
    // Held 110 ms before, released 40 ms before this press, which lasted 90 ms.
    expect(linked.holdSteps[0]).toBe(22);
    expect(linked.releasePressSteps[0]).toBe(26);
  });

  it('leave out, for fitting, what has no flight', () => {
    const pause = { zonePair: 31, holdMs: 90, pressPressMs: null, releasePressMs: null };
    const key = { zonePair: 7, holdMs: 90, pressPressMs: 150, releasePressMs: 40 };
    const linked = linkedTimings(byZonePair(unpackKeystrokes(packKeystrokes([pause, key, pause]))));
    expect(Array.from(withFlights(linked).pair)).toEqual([7]);
  });
});

describe('the wide typing vector', () => {
  it('begins with the typing vector, and names each of its numbers once', () => {
    const window = windowOf(fixtureWindow);
    const wide = wideTypingVector(window, model);
    expect(wide).toHaveLength(wideFeatureCount);
    expect(wide.subarray(0, identityFeatureCount)).toEqual(
      typingVector(window, model.own).subarray(0, identityFeatureCount),
    );
    expect(new Set(wideTypingFeatures.map(({ name }) => name)).size).toBe(wideFeatureCount);
  });

  it('does not depend on the order of the samples, nor on which batch of the window they came in', () => {
    const first = typed(alex, 1);
    const second = typed(alex, 2);
    const vector = vectorOf(first, second);
    expect(vectorOf([...second].reverse(), [...first].reverse())).toEqual(vector);
  });

  it('holds no NaN or infinity and nothing beyond its bounds, whatever batches may say', () => {
    fc.assert(
      fc.property(anyBatch, anyBatch, (a, b) => {
        const vector = vectorOf(a.keystrokes, b.keystrokes);
        expect(vector.every((value) => Number.isFinite(value) && Math.abs(value) < 10)).toBe(true);
      }),
    );
  });

  it('is finite for no keystroke, for one, and for one repeated', () => {
    const key = { zonePair: 1, holdMs: 90, pressPressMs: 150, releasePressMs: 60 };
    for (const count of [0, 1, 2, 50]) {
      expect(vectorOf(Array.from({ length: count }, () => key)).every(Number.isFinite)).toBe(true);
    }
    const repeated = vectorOf(Array.from({ length: 50 }, () => key));
    expect(repeated[at('previous-hold-q50')]).toBeCloseTo(Math.log(90), 5);
    expect(repeated[at('release-release-mean')]).toBeCloseTo(Math.log1p(150 / 50), 5);
    expect(repeated[at('rollover-left-right')]).toBe(0);
  });

  it('puts every key into a histogram once, between the two nearest bins', () => {
    const keys = typed(alex, 3, 50);
    const vector = vectorOf(keys);
    const first = at('hold-bin-1');
    const shares = vector.subarray(first, first + 10).map((root) => root * root);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(keys.length / (keys.length + 1), 5);
  });

  it('moves little when a clock is a little coarser, for people are not to be told by their timers', () => {
    const keys = typed(alex, 3, 200);
    const coarse = (ms: number | null) => (ms === null ? null : Math.round(Math.round(ms / 8) * 8));
    const stamped = keys.map((key) => ({
      ...key,
      holdMs: coarse(key.holdMs) ?? 0,
      pressPressMs: coarse(key.pressPressMs),
      releasePressMs: coarse(key.releasePressMs),
    }));
    const first = at('hold-bin-1');
    const [exact, rounded] = [vectorOf(keys), vectorOf(stamped)];
    for (let i = first; i < first + 34; i++) expect(Math.abs(exact[i]! - rounded[i]!)).toBeLessThan(0.1);
  });

  it('tells apart who holds the previous key longer, where everything else is the same', () => {
    const long = { zonePair: 1, holdMs: 90, pressPressMs: 150, releasePressMs: 0 };
    const short = { ...long, releasePressMs: 80 };
    const difference = vectorOf([long])[at('previous-hold-mean')]! - vectorOf([short])[at('previous-hold-mean')]!;
    expect(difference).toBeCloseTo(Math.log(150 / 70), 5);
  });
});
