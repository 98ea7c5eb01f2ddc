import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AlarmedStream, caughtCurve, caughtWithin, firstFalseAlarmsPer, timeToDetect } from './time-to-detect.ts';

const streams: AlarmedStream[] = [
  { events: 10, length: 100 },
  { events: 30, length: 100 },
  { events: 50, length: 60 },
  { events: null, length: 70 },
];

describe('time to detect', () => {
  it('takes its median over the streams that alarmed, and counts one that did not with its whole length', () => {
    expect(timeToDetect(streams)).toEqual({
      streams: 4,
      alarmedShare: 0.75,
      neverAlarmedShare: 0.25,
      medianEvents: 30,
      p90Events: 46,
      meanEvents: (10 + 30 + 50 + 70) / 4,
    });
  });

  it('has no median where nothing alarmed, and knows nothing of no streams', () => {
    expect(timeToDetect([{ events: null, length: 40 }])).toMatchObject({ medianEvents: null, meanEvents: 40 });
    expect(timeToDetect([]).meanEvents).toBeNaN();
  });

  it('counts an alarm on the last of the events that are asked about', () => {
    expect([9, 10, 30, 49, 50, 1000].map((events) => caughtWithin(streams, events))).toEqual([
      0, 0.25, 0.5, 0.5, 0.75, 0.75,
    ]);
    expect(caughtCurve(streams, [10, 50])).toEqual([
      { x: 10, y: 0.25 },
      { x: 50, y: 0.75 },
    ]);
  });

  it('divides first false alarms by the events seen until then, not by those that would have come', () => {
    expect(firstFalseAlarmsPer(10_000, streams)).toBeCloseTo((3 / 160) * 10_000, 9);
  });

  it('never catches fewer in more events', () => {
    const any = fc.array(fc.record({ events: fc.option(fc.integer({ min: 1, max: 90 })), length: fc.constant(90) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(any, (drawn) => {
        const shares = [1, 10, 30, 90].map((events) => caughtWithin(drawn, events));
        expect(shares).toEqual([...shares].sort((a, b) => a - b));
        expect(shares.at(-1)).toBeCloseTo(timeToDetect(drawn).alarmedShare, 12);
      }),
    );
  });
});
