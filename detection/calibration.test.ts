import { describe, expect, it } from '@jest/globals';
import { seededNumbers } from '../test/samples/seeded-behaviour.ts';
import { calibrate, percentileOf } from './calibration.ts';
import { accumulate } from './evidence.ts';

const contract = { workingDaysPerFalseAlert: 20, windowsPerWorkingDay: 200 };

/** Scores of sessions that overlap by half, as windows do, and differ a little from each other. */
function genuineScores(seed: number, sessions: number, windows: number): { scores: Float32Array; starts: number[] } {
  const { normal } = seededNumbers(seed);
  const scores = new Float32Array(sessions * windows);
  const starts = Array.from({ length: sessions }, (_, s) => s * windows);
  for (const start of starts) {
    const session = 0.05 * normal();
    let previous = normal();
    for (let i = 0; i < windows; i++) {
      const next = normal();
      scores[start + i] = 0.8 + session + 0.1 * (previous + next) * Math.SQRT1_2;
      previous = next;
    }
  }
  return { scores, starts };
}

/**
 * One session of an even number of windows with median 1 and spread 0.15, whatever its length: neighbours cancel out (their
 * standardised sum is 0), but one window in `every` stands out so far that its two sums are `sum`.
 */
function steadyScores(windows: number, every: number, sum: number): Float32Array {
  const quartile = 0.6745;
  return Float32Array.from({ length: windows }, (_, i) => {
    const standard = i % 2 === 0 ? quartile : -quartile;
    return 1 + 0.15 * (i % every === every / 2 ? sum + quartile : standard);
  });
}

describe('calibration', () => {
  it('keeps its contract on a genuine stream far longer than its own', () => {
    const { scores, starts } = genuineScores(1, 4, 19);
    const calibration = calibrate(scores, starts, contract);
    const later = genuineScores(2, 2000, 40);
    let alerts = 0;
    let evidence = 0;
    for (let i = 0; i < later.scores.length; i++) {
      if (i % 40 === 0) evidence = 0;
      const before = evidence;
      evidence = accumulate(evidence, later.scores[i]!, calibration);
      if (evidence >= calibration.threshold && before < calibration.threshold) alerts++;
    }
    // 80,000 windows under one alert in 4,000.
    expect(alerts).toBeLessThanOrEqual(20);
  });

  it('would catch a stranger who scores three spreads higher within ten windows', () => {
    const { scores, starts } = genuineScores(1, 4, 19);
    const calibration = calibrate(scores, starts, contract);
    let evidence = 0;
    for (let i = 0; i < 10; i++) evidence = accumulate(evidence, 0.8 + 0.5, calibration);
    expect(evidence).toBeGreaterThanOrEqual(calibration.threshold);
  });

  it('asks for more evidence under a stricter contract', () => {
    const { scores, starts } = genuineScores(3, 6, 40);
    const usual = calibrate(scores, starts, contract);
    const strict = calibrate(scores, starts, { ...contract, workingDaysPerFalseAlert: 2000 });
    expect(strict.threshold).toBeGreaterThan(usual.threshold);
  });

  it.each([
    [100, 200],
    [100, 20_000],
    [200, 2000],
  ])('puts the threshold where half of the budget is spent, with one odd window in %i and %i days', (every, days) => {
    const { allowance } = calibrate(steadyScores(10_000, every, 0), [0], contract);
    // Sums are 2 allowances below the drift or, with probability p, as much above it: the evidence decays with ln((1 - p) / p)
    // over 2 allowances, in closed form.
    const scores = steadyScores(10_000, every, 4 * allowance);
    const p = 2 / every;
    const exponent = Math.log((1 - p) / p) / (2 * allowance);
    const promised = { ...contract, workingDaysPerFalseAlert: days };
    const { threshold } = calibrate(scores, [0], promised);
    const expected = Math.log(2 * days * contract.windowsPerWorkingDay) / exponent;
    expect(threshold / expected).toBeGreaterThan(0.98);
    expect(threshold / expected).toBeLessThan(1.02);
  });

  it('asks for more evidence of the same person while history is short, and for ever less more', () => {
    const thresholdOf = (windows: number) => calibrate(steadyScores(windows, 20, 5.4), [0], contract).threshold;
    const settled = thresholdOf(4000);
    const [first, early, later] = [20, 60, 300].map((windows) => thresholdOf(windows) / settled);
    expect(first).toBeGreaterThan(1.3);
    expect(first).toBeLessThan(1.5);
    expect(early).toBeGreaterThan(1.12);
    expect(early).toBeLessThan(1.3);
    expect(later).toBeCloseTo(1, 1);
  });

  it('forgives sessions that differ with a larger allowance', () => {
    const { scores, starts } = genuineScores(3, 6, 40);
    const moody = scores.map((score, i) => score + (Math.floor(i / 40) % 2 === 0 ? 0.3 : 0));
    expect(calibrate(moody, starts, contract).allowance).toBeGreaterThan(calibrate(scores, starts, contract).allowance);
  });

  it('never alarms on the very stream that it was fitted to', () => {
    const { scores, starts } = genuineScores(7, 4, 19);
    scores.fill(3, 30, 36);
    const calibration = calibrate(scores, starts, contract);
    let evidence = 0;
    for (let i = 0; i < scores.length; i++) {
      if (starts.includes(i)) evidence = 0;
      evidence = accumulate(evidence, scores[i]!, calibration);
      expect(evidence).toBeLessThan(calibration.threshold);
    }
  });

  it('gives finite numbers for a single window and for identical ones, and refuses none', () => {
    for (const scores of [Float32Array.of(0.7), new Float32Array(30).fill(0.7), Float32Array.of(0)]) {
      const { location, scale, allowance, threshold } = calibrate(scores, [0], contract);
      expect([location, scale, allowance, threshold].every(Number.isFinite)).toBe(true);
      expect(scale).toBeGreaterThan(0);
      expect(threshold).toBeGreaterThan(0);
    }
    expect(() => calibrate(new Float32Array(0), [0], contract)).toThrow(RangeError);
  });

  it('says which share of the own windows scores lower', () => {
    const calibration = calibrate(
      Float32Array.from({ length: 101 }, (_, i) => i / 100),
      [0],
      contract,
    );
    expect(percentileOf(calibration, 0.25)).toBeCloseTo(25, 3);
    expect(percentileOf(calibration, -1)).toBe(0);
    expect(percentileOf(calibration, 2)).toBe(100);
  });
});
