import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { severities } from '../schemas/incident.ts';
import { riskFloor, severityOf } from './severity.ts';

describe('severity', () => {
  it('begins at its floor', () => {
    expect(severityOf(0)).toBe('low');
    expect(severityOf(46.999)).toBe('low');
    expect(severityOf(47)).toBe('medium');
    expect(severityOf(72.999)).toBe('medium');
    expect(severityOf(73)).toBe('high');
    expect(severityOf(89.999)).toBe('high');
    expect(severityOf(90)).toBe('critical');
    expect(severityOf(100)).toBe('critical');
  });

  it('never falls as risk grows, and every severity has a floor', () => {
    const risk = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(risk, risk, (a, b) => {
        const rank = (value: number) => severities.indexOf(severityOf(value));
        expect(rank(Math.min(a, b))).toBeLessThanOrEqual(rank(Math.max(a, b)));
      }),
    );
    expect(severities.map((severity) => severityOf(riskFloor[severity]))).toEqual([...severities]);
  });
});
