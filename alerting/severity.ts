import type { Severity } from '../schemas/incident.ts';

/** The risk, 0..100, at which each severity begins. `high` is where an incident is worth an analyst's time. */
export const riskFloor = { low: 0, medium: 47, high: 73, critical: 90 } as const satisfies Record<Severity, number>;

/** The severity of a risk of 0..100. */
export function severityOf(risk: number): Severity {
  if (risk >= riskFloor.critical) return 'critical';
  if (risk >= riskFloor.high) return 'high';
  if (risk >= riskFloor.medium) return 'medium';
  return 'low';
}
