import type { IncidentRevision } from '../../schemas/incident.ts';
import type { SuppressionRule } from '../../schemas/suppression.ts';

/** Of an incident, what rules ask for. */
export type SuppressibleIncident = Pick<IncidentRevision, 'tenant' | 'subject' | 'host' | 'pattern'>;

/**
 * The first rule that keeps an incident from being told at `atMs`; `undefined` where it is to be told. `groups` are those of
 * the subject in the directory; none where it is unknown, so that a rule for a group then holds back nothing.
 *
 * What a machine types is no habit of a person: of injected input, a rule that names a subject or a group says nothing.
 */
export function ruleFor(
  rules: readonly SuppressionRule[],
  incident: SuppressibleIncident,
  groups: readonly string[],
  atMs: number,
): SuppressionRule | undefined {
  return rules.find((rule) => atMs < rule.expiresAtMs && holdsFor(rule, incident, groups));
}

function holdsFor(
  { tenant, subject, group, host, pattern }: SuppressionRule,
  incident: SuppressibleIncident,
  groups: readonly string[],
): boolean {
  if (tenant !== incident.tenant) return false;
  if (incident.pattern === 'input-injection' && (subject !== null || group !== null)) return false;
  return (
    (subject === null || subject === incident.subject) &&
    (group === null || groups.includes(group)) &&
    (host === null || host === incident.host) &&
    (pattern === null || pattern === incident.pattern)
  );
}
