import { describe, expect, it } from '@jest/globals';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { falseAlarmThreshold } from './false-alarm-quantile.ts';

describe('the threshold of a false-alarm share', () => {
  it('is the score of rank (n + 1)(1 - share)', () => {
    const scores = Float64Array.from({ length: 99 }, (_, i) => (i * 37) % 99);
    expect(falseAlarmThreshold(scores, 0.05)).toEqual({ kind: 'threshold', threshold: 94 });
    expect(falseAlarmThreshold(scores, 0.01)).toEqual({ kind: 'threshold', threshold: 98 });
    expect(falseAlarmThreshold(scores, 0.5)).toEqual({ kind: 'threshold', threshold: 49 });
  });

  it('says how many scores a promise takes that so few cannot keep', () => {
    const scores = Float64Array.from({ length: 98 }, (_, i) => i);
    expect(falseAlarmThreshold(scores, 0.01)).toEqual({ kind: 'too-few-scores', scores: 98, scoresNeeded: 99 });
    expect(falseAlarmThreshold(new Float64Array(0), 0.2)).toEqual({
      kind: 'too-few-scores',
      scores: 0,
      scoresNeeded: 4,
    });
    expect(falseAlarmThreshold(new Float64Array(4), 0.2).kind).toBe('threshold');
  });

  it.each([0.01, 0.05, 0.2])(
    'keeps its promise of %d on average, however few scores and whatever their tail',
    (share) => {
      const { uniform, normal } = seededNumbers(7);
      for (const draw of [uniform, () => Math.exp(2 * normal())]) {
        let alarms = 0;
        const trials = 1500;
        for (let trial = 0; trial < trials; trial++) {
          const found = falseAlarmThreshold(Float64Array.from({ length: 100 + (trial % 13) }, draw), share);
          if (found.kind === 'threshold' && draw() > found.threshold) alarms++;
        }
        const deviation = Math.sqrt((share * (1 - share)) / trials);
        expect(alarms / trials).toBeLessThan(share + 3 * deviation);
        expect(alarms / trials).toBeGreaterThan(share - 0.01 - 3 * deviation);
      }
    },
  );

  it('refuses a share of none or all, and scores that are not finite', () => {
    expect(() => falseAlarmThreshold(Float64Array.of(1), 0)).toThrow(RangeError);
    expect(() => falseAlarmThreshold(Float64Array.of(1), 1)).toThrow(RangeError);
    expect(() => falseAlarmThreshold(Float64Array.of(1, Number.NaN), 0.5)).toThrow(RangeError);
  });
});
