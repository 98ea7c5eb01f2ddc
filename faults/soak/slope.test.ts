import { expect, it } from '@jest/globals';
import { type Sample, slopePerHour, withoutWarmUp } from './slope.ts';

const minuteMs = 60_000;
const everyMinute = (values: readonly number[]): Sample[] =>
  values.map((value, minute) => ({ atMs: 1_790_000_000_000 + minute * minuteMs, value }));

it('is what a line rises by in an hour, whatever the clock says', () => {
  expect(slopePerHour(everyMinute([5, 6, 7, 8]))).toBeCloseTo(60, 6);
  expect(slopePerHour(everyMinute([8, 8, 8]))).toBeCloseTo(0, 6);
  expect(slopePerHour(everyMinute([9, 8, 7]))).toBeCloseTo(-60, 6);
});

it('is none of too few samples, or of samples of one moment', () => {
  expect(slopePerHour(everyMinute([1, 2]))).toBeNull();
  expect(slopePerHour([1, 2, 3].map((value) => ({ atMs: 7, value })))).toBeNull();
});

it('leaves the warm-up out', () => {
  const warm = everyMinute([10, 60, 100, 100, 100, 100, 100]);
  expect(slopePerHour(withoutWarmUp(warm, 1 / 3))).toBeCloseTo(0, 6);
  expect(withoutWarmUp(warm, 0)).toEqual(warm);
  expect(withoutWarmUp([], 0.5)).toEqual([]);
});
