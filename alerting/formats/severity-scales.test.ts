import { describe, expect, it } from '@jest/globals';
import { severities } from '../../schemas/incident.ts';
import { severityScales } from './severity-scales.ts';

describe('every scale of severity', () => {
  it('rises with ours', () => {
    for (const scale of ['ecs', 'ocsf', 'ocsfRiskLevel', 'cef'] as const) {
      const values = severities.map((severity) => severityScales[severity][scale]);
      expect(values).toEqual([...values].sort((a, b) => a - b));
      expect(new Set(values).size).toBe(severities.length);
    }
  });

  it('has the numbers that the formats publish', () => {
    expect(severities.map((severity) => severityScales[severity])).toEqual([
      { ecs: 21, ocsf: 2, ocsfRiskLevel: 1, cef: 3, cim: 'low' },
      { ecs: 47, ocsf: 3, ocsfRiskLevel: 2, cef: 5, cim: 'medium' },
      { ecs: 73, ocsf: 4, ocsfRiskLevel: 3, cef: 8, cim: 'high' },
      { ecs: 99, ocsf: 5, ocsfRiskLevel: 4, cef: 10, cim: 'critical' },
    ]);
  });
});
