import type { Severity } from '../../schemas/incident.ts';

/** How the other scales call a severity of ours. */
interface SeverityScales {
  /** Elastic's own numbers for `event.severity`; its prebuilt rule for external alerts knows no others. */
  ecs: 21 | 47 | 73 | 99;
  /** OCSF `severity_id`: 2 low to 5 critical. */
  ocsf: 2 | 3 | 4 | 5;
  /** OCSF `risk_level_id`: 1 low to 4 critical. */
  ocsfRiskLevel: 1 | 2 | 3 | 4;
  /** CEF and LEEF, 0..10: 7 and 8 are high there, 9 and 10 very high. */
  cef: 3 | 5 | 8 | 10;
  /** Splunk's Common Information Model, as a word. */
  cim: 'low' | 'medium' | 'high' | 'critical';
}

/** One scale inside, and every other one here. */
export const severityScales = {
  low: { ecs: 21, ocsf: 2, ocsfRiskLevel: 1, cef: 3, cim: 'low' },
  medium: { ecs: 47, ocsf: 3, ocsfRiskLevel: 2, cef: 5, cim: 'medium' },
  high: { ecs: 73, ocsf: 4, ocsfRiskLevel: 3, cef: 8, cim: 'high' },
  critical: { ecs: 99, ocsf: 5, ocsfRiskLevel: 4, cef: 10, cim: 'critical' },
} as const satisfies Record<Severity, SeverityScales>;
