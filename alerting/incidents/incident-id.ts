import { hash } from 'node:crypto';
import type { Pseudonym } from '../../detection/words/behaviour.ts';
import type { Verdict } from '../../detection/words/verdict.ts';
import type { IncidentPattern } from '../../schemas/incident.ts';

/** The id of the incident that begins with a verdict: first 16 bytes of SHA-256, hexadecimal. The same on every replay. */
export function incidentIdOf(pattern: IncidentPattern, verdict: Verdict): Pseudonym {
  const { tenant, subject, device, source } = verdict;
  const begun = [tenant, subject, device, pattern, source.topic, source.partition, source.offset];
  return hash('sha256', begun.join('|'), 'hex').slice(0, 32);
}
