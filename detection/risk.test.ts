import { describe, expect, it } from '@jest/globals';
import { machineRiskOf, riskOf } from './risk.ts';

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
