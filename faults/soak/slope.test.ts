import { expect, it } from '@jest/globals';
import { floorsOf, type Sample, shownValues, slopePerHour, withoutWarmUp } from './slope.ts';

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

it('leaves the warm-up out, which lasts for its share and until what fills is full', () => {
  const warm = everyMinute([10, 60, 100, 100, 100, 100, 100]);
  const [firstMs = 0] = warm.map(({ atMs }) => atMs);
  expect(slopePerHour(withoutWarmUp(warm, { share: 1 / 3, fullAtMs: firstMs }))).toBeCloseTo(0, 6);
  expect(withoutWarmUp(warm, { share: 0, fullAtMs: firstMs })).toEqual(warm);
  expect(withoutWarmUp(warm, { share: 0, fullAtMs: firstMs + 2 * minuteMs })).toEqual(warm.slice(2));
  expect(withoutWarmUp([], { share: 0.5, fullAtMs: 0 })).toEqual([]);
});

it('is none where what fills never was full', () => {
  const filling = everyMinute([1, 2, 3, 4, 5, 6]);
  expect(slopePerHour(withoutWarmUp(filling, { share: 0, fullAtMs: Number.POSITIVE_INFINITY }))).toBeNull();
});

it('is told by the floor where what is measured rises and is collected again', () => {
  const saw = Array.from({ length: 60 }, (_, minute) => 100 + 10 * (minute % 7));
  const leaking = saw.map((value, minute) => value + minute);
  expect(Math.abs(slopePerHour(floorsOf(everyMinute(saw), 10 * minuteMs)) ?? 99)).toBeLessThan(1);
  expect(slopePerHour(floorsOf(everyMinute(leaking), 10 * minuteMs)) ?? 0).toBeGreaterThan(50);
  expect(floorsOf(everyMinute([3, 1, 2, 9]), 2 * minuteMs).map(({ value }) => value)).toEqual([1, 2]);
  expect(shownValues(everyMinute([1.26, 2]))).toEqual([1.3, 2]);
});
