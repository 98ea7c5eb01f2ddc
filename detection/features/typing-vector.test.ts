import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, anyBatch, typed } from '../../test/samples/seeded-behaviour.ts';
import { fixtureModel, fixtureWindow, windowOf } from '../../test/samples/typing-fixture.ts';
import { joinKeystrokes, packKeystrokes } from './keystroke-window.ts';
import { identityFeatureCount, typingFeatures, typingVector } from './typing-vector.ts';

const model = fixtureModel();
const vectorOf = (...batches: Parameters<typeof packKeystrokes>[0][]) =>
  typingVector(joinKeystrokes(batches.map(packKeystrokes)), model);
const at = (name: string) => {
  const index = typingFeatures.findIndex((feature) => feature.name === name);
  expect(index).toBeGreaterThanOrEqual(0);
  return index;
};

// What numpy computes for the fixture: bins of 0.05, smoothing 0.1, trust 6, by the formulas of docs/detection.md.
// prettier-ignore
const expected = [
  4.42639, 0.94886, 2.823123, 4.248495, 4.941642, 5.11998, 5.209396, 4.900415, 0.914427, 4.040744, 4.174387, 5.220356,
  5.57973, 5.866403, 0.561789, 1.168539, -1.048078, -0.405465, 0.741937, 1.648659, 1.909025, 0.384615, 0.133333,
  0.06844, 0.266667, 0.266667, 1.129191, 1.107724, 1.604899, -0.36717, -0.770345, -0.829545, 1.547084, 1.349263,
  1.877188, 0.252064, 0.257851, 0.304563, 0.558943, 1.131427, 0.901958, -2.833312, -0.609682, 0.231497, 0.588295,
  0.982973, -2.317695, -1.489509, -0.340982, -0.103102, 0.612637, -3.46565, -2.690933, -0.345796, 0.712588, 1.157257,
  -0.073709, -0.135388, -0.298684, 0.16387, -0.375025, -0.427619, 0.0, 0.0, 0.0, 0.0, 0.0, -0.605408, 0.0, -0.097248,
  -0.239312, 0.178598, -0.277183, 0.0, 0.0, 0.0, 0.0, 0.0, -0.851071, 0.0, -0.032376, 0.066667,
];

describe('the typing vector', () => {
  it('is what the numpy implementation computes, to 1e-5', () => {
    const vector = typingVector(windowOf(fixtureWindow), model);
    expect(vector).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) {
      expect([typingFeatures[i]!.name, Math.abs(vector[i]! - value) < 1e-5]).toEqual([typingFeatures[i]!.name, true]);
    }
  });

  it('has 81 numbers for identity and one for machines, each named once', () => {
    expect(identityFeatureCount).toBe(81);
    expect(new Set(typingFeatures.map((feature) => feature.name)).size).toBe(82);
    expect(typingFeatures[identityFeatureCount]!.name).toBe('equal-intervals-share');
  });

  it('does not depend on the order of the samples, nor on which batch of the window they came in', () => {
    const first = typed(alex, 1);
    const second = typed(alex, 2);
    const vector = vectorOf(first, second);
    expect(vectorOf([...second].reverse(), [...first].reverse())).toEqual(vector);
    expect(vectorOf([...second, ...first])).toEqual(vector);
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
    expect(Array.from(vectorOf([])).every((value) => value === 0)).toBe(true);
    for (const count of [1, 2, 50]) {
      const vector = vectorOf(Array.from({ length: count }, () => key));
      expect(vector.every(Number.isFinite)).toBe(true);
      expect(vector[at('hold-sd')]).toBeCloseTo(0, 6);
      expect(vector[at('hold-q50')]).toBeCloseTo(Math.log(90), 5);
    }
  });

  it('stays exact over a flood of a million keystrokes', () => {
    const flood = new Uint32Array(1_000_000);
    const window = windowOf(fixtureWindow);
    for (let i = 0; i < flood.length; i++) flood[i] = window[i % window.length]!;
    const whole = flood.subarray(0, flood.length - (flood.length % window.length)).sort();
    const vector = typingVector(whole, model);
    for (const name of ['hold-mean', 'press-press-deviation', 'release-press-surprise', 'rollover-share']) {
      expect(vector[at(name)]).toBeCloseTo(expected[at(name)]!, 4);
    }
  });

  it('says nothing of flights where there are none', () => {
    const vector = vectorOf([{ zonePair: 30, holdMs: 90, pressPressMs: null, releasePressMs: null }]);
    expect(vector[at('pause-share')]).toBe(1);
    for (const name of ['press-press-mean', 'release-press-q90', 'press-press-deviation', 'rollover-share']) {
      expect(vector[at(name)]).toBe(0);
    }
  });

  it('counts keys by the zone of their own hold, and overlapping keys as rollover', () => {
    const key = { holdMs: 90, pressPressMs: 60, releasePressMs: -30 };
    // left to backspace, backspace to left, left to modifier, left to left
    const vector = vectorOf([3, 18, 4, 0].map((zonePair) => ({ zonePair, ...key })));
    expect(vector[at('backspace-share')]).toBe(0.25);
    expect(vector[at('modifier-share')]).toBe(0.25);
    expect(vector[at('rollover-share')]).toBe(1);
    expect(vector[at('equal-intervals-share')]).toBe(0.75);
  });
});
