import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { firstFalseAlarmsPer } from '../metrics/time-to-detect.ts';
import { alarmOf, type LayeredStream, templateThreshold } from './alarms.ts';
import { conformalLimit } from './conformal-limit.ts';

const stream = (cadence: number[], template: number[]): LayeredStream => ({
  cadence: Float64Array.from(cadence),
  template: Float64Array.from(template),
});

describe('alarms of two layers', () => {
  it('fall with the first batch that either layer objects to', () => {
    const both = stream([0.2, 0.4, 1, 0], [Number.NEGATIVE_INFINITY, 3, 4, 9]);
    expect(alarmOf(both, { cadence: 1, template: 5 })).toEqual({ events: 75, length: 100 });
    expect(alarmOf(both, { cadence: 1, template: 2 })).toEqual({ events: 50, length: 100 });
    expect(alarmOf(both, { cadence: Number.POSITIVE_INFINITY, template: 5 })).toEqual({ events: 100, length: 100 });
    expect(alarmOf(both, { cadence: 2, template: 9 })).toEqual({ events: null, length: 100 });
    expect(alarmOf(stream([0, 0], []), { cadence: 1, template: 0 })).toEqual({ events: null, length: 50 });
  });

  it('are as rare as asked for on the streams that set the threshold, which is the lowest such', () => {
    const anyStream = fc
      .array(fc.tuple(fc.double({ min: 0, max: 1.01, noNaN: true }), fc.integer({ min: -20, max: 20 })), {
        minLength: 1,
        maxLength: 12,
      })
      .map((batches) =>
        stream(
          batches.map(([cadence]) => cadence),
          batches.map(([, template]) => template),
        ),
      );
    fc.assert(
      fc.property(
        fc.array(anyStream, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 60 }),
        (streams, nominal) => {
          const rate = (template: number) =>
            firstFalseAlarmsPer(
              10_000,
              streams.map((each) => alarmOf(each, { cadence: 1, template })),
            );
          const threshold = templateThreshold(streams, 1, nominal);
          const rulesAlone = rate(Number.POSITIVE_INFINITY);
          expect(rate(threshold)).toBeLessThanOrEqual(Math.max(nominal, rulesAlone));
          const lower = Math.max(
            ...streams.map(({ template }) => Math.max(...template)).filter((most) => most < threshold),
          );
          if (rulesAlone <= nominal && Number.isFinite(lower)) expect(rate(lower)).toBeGreaterThan(nominal);
        },
      ),
    );
  });
});

describe('a limit over people', () => {
  it('is exceeded by a new person as rarely as promised', () => {
    const random = createSeededRandom(1);
    const person = () => random.logNormal(1, 0.5);
    let exceeded = 0;
    for (let trial = 0; trial < 4000; trial++) {
      const limit = conformalLimit(Array.from({ length: 59 }, person), 0.05);
      if (person() > limit) exceeded++;
    }
    expect(exceeded / 4000).toBeLessThan(0.06);
    expect(exceeded / 4000).toBeGreaterThan(0.04);
  });

  it('is the largest maximum where there are too few people for the promise, and needs one', () => {
    expect(conformalLimit([1, 5, 3], 0.01)).toBe(5);
    expect(() => conformalLimit([], 0.01)).toThrow(RangeError);
  });
});
