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

  it('asks for more evidence under a stricter contract, and while history is short', () => {
    const { scores, starts } = genuineScores(3, 6, 40);
    const usual = calibrate(scores, starts, contract);
    const strict = calibrate(scores, starts, { ...contract, workingDaysPerFalseAlert: 2000 });
    const short = calibrate(scores.slice(0, 20), [0], contract);
    expect(strict.threshold).toBeGreaterThan(usual.threshold);
    expect(short.threshold).toBeGreaterThan(usual.threshold);
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
