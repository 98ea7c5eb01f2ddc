import { describe, expect, it } from '@jest/globals';
import { accumulate, machineRiskOf, riskOf } from './evidence.ts';

const calibration = {
  scoreQuantiles: new Float32Array(101),
  location: 0.8,
  scale: 0.1,
  allowance: 1,
  threshold: 10,
};

describe('evidence', () => {
  it('grows with the score and with what was there before, and is never negative', () => {
    for (let score = 0; score < 4; score += 0.25) {
      for (let before = 0; before < 20; before += 2) {
        const after = accumulate(before, score, calibration);
        expect(after).toBeGreaterThanOrEqual(0);
        expect(accumulate(before, score + 0.1, calibration)).toBeGreaterThanOrEqual(after);
        expect(accumulate(before + 1, score, calibration)).toBeGreaterThanOrEqual(after);
      }
    }
  });

  it('does not reach the threshold by one window, however odd', () => {
    expect(accumulate(0, 1e6, calibration)).toBeLessThan(calibration.threshold);
    expect(accumulate(accumulate(0, 1e6, calibration), 1e6, calibration)).toBe(calibration.threshold);
  });

  it('falls back under the threshold when the owner types again', () => {
    let evidence = 0;
    for (let i = 0; i < 1000; i++) evidence = accumulate(evidence, 4, calibration);
    for (let i = 0; i < 12; i++) evidence = accumulate(evidence, 0.8, calibration);
    expect(evidence).toBeLessThan(calibration.threshold);
  });
});

describe('risk', () => {
  it('is 73 exactly at the threshold, never falls as evidence grows, and stays within 0..100', () => {
    expect(riskOf(1)).toBe(73);
    expect(riskOf(1 - 1e-9)).toBe(72);
    for (let evidence = 0; evidence < 50; evidence += 0.01) {
      expect(riskOf(evidence + 0.01)).toBeGreaterThanOrEqual(riskOf(evidence));
      expect(riskOf(evidence)).toBeGreaterThanOrEqual(0);
      expect(riskOf(evidence)).toBeLessThanOrEqual(100);
    }
  });

  it('of a machine begins at 90', () => {
    expect(machineRiskOf(1)).toBe(90);
    expect(machineRiskOf(3)).toBeGreaterThan(90);
    expect(machineRiskOf(1e9)).toBeLessThanOrEqual(100);
  });
});
