import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, anyBatch, typed } from '../../test/samples/seeded-behaviour.ts';
import { fixtureModel, fixtureWindow, windowOf } from '../../test/samples/typing-fixture.ts';
import { packKeystrokes, unpackKeystrokes } from './keystroke-window.ts';
import { byZonePair, fitZonePairModel, scoreTimings } from './zone-pair-model.ts';

const timingsOf = (samples: Parameters<typeof packKeystrokes>[0]) =>
  byZonePair(unpackKeystrokes(packKeystrokes(samples)));

describe('a zone-pair model', () => {
  it('scores a keystroke as the numpy implementation does, to 1e-5', () => {
    // The first sample of the fixture: pair 22, hold 175 ms, press-press 345 ms, release-press 165 ms.
    const [sample] = fixtureWindow;
    const scores = scoreTimings(fixtureModel(), byZonePair(unpackKeystrokes(windowOf([sample!]))));
    const expected = [0.487283, 1.000279, 1.12444, 0.127726, 0.404601, 0.285859, -0.304083, -0.454238, 0.317415];
    for (const [i, value] of expected.entries()) expect(Math.abs(scores[i]! - value)).toBeLessThan(1e-5);
  });

  it('does not depend on the order of what it was fitted to', () => {
    const samples = typed(alex, 1, 60);
    const once = fitZonePairModel([timingsOf(samples)]);
    const halves = fitZonePairModel([timingsOf(samples.slice(30)), timingsOf(samples.slice(0, 30))]);
    const asked = timingsOf(typed(alex, 2, 40));
    expect(scoreTimings(halves, asked)).toEqual(scoreTimings(once, asked));
  });

  it('calls the person it knows more typical than the same person twice as slow', () => {
    const model = fitZonePairModel([timingsOf(typed(alex, 1, 500))]);
    const meanDeviation = (slower: number) => {
      const asked = typed(alex, 2, 100).map((sample) => ({ ...sample, holdMs: sample.holdMs * slower }));
      const scores = scoreTimings(model, timingsOf(asked));
      return scores.reduce((sum, score, i) => sum + (i % 9 === 0 ? Math.abs(score) : 0), 0) / asked.length;
    };
    expect(meanDeviation(2)).toBeGreaterThan(1.5 * meanDeviation(1));
  });

  it('leans on the zone for a pair that it never saw', () => {
    const left = { holdMs: 80, pressPressMs: 150, releasePressMs: 70 };
    const model = fitZonePairModel([timingsOf(Array.from({ length: 50 }, () => ({ zonePair: 6, ...left })))]);
    const asked = (zonePair: number) => scoreTimings(model, timingsOf([{ zonePair, ...left }]));
    // 12 is space to left, never seen; 6 is right to left. Both end on the left.
    for (const [i, score] of asked(12).entries()) expect(score).toBeCloseTo(asked(6)[i]!, 1);
  });

  it('keeps every score within its bounds, whatever it was fitted to and asked', () => {
    fc.assert(
      fc.property(anyBatch, anyBatch, (a, b) => {
        fc.pre(a.keystrokes.length > 0);
        const scores = scoreTimings(fitZonePairModel([timingsOf(a.keystrokes)]), timingsOf(b.keystrokes));
        for (const [i, score] of scores.entries()) {
          const kind = Math.floor((i % 9) / 3);
          expect(score).toBeGreaterThanOrEqual([-4, 0, -3][kind]!);
          expect(score).toBeLessThanOrEqual([4, 0.5, 4][kind]!);
        }
      }),
    );
  });

  it('refuses to be fitted to nothing', () => {
    expect(() => fitZonePairModel([])).toThrow(RangeError);
  });
});
