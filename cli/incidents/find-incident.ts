import { exitCodes } from '../../platform/exit-codes.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';
import { Refusal } from '../config-options.ts';
import { type ReadIncidentsOptions, readIncidents } from './read-incidents.ts';

/** Revisions of one incident that are kept; far more than any has. */
const maxRevisions = 10_000;

/**
 * The revisions of an incident, each once, first to last: a crash may write one twice.
 * @throws Refusal where the topic holds none
 */
export async function findIncident(
  options: ReadIncidentsOptions,
  incidentId: string,
): Promise<[IncidentRevision, ...IncidentRevision[]]> {
  const revisions = new Map<number, IncidentRevision>();
  for await (const record of readIncidents(options)) {
    if (record.kind !== 'incident' || record.value.incidentId !== incidentId) continue;
    if (revisions.size < maxRevisions) revisions.set(record.value.revision, record.value);
  }
  const [first, ...others] = [...revisions.values()].sort((a, b) => a.revision - b.revision);
  if (first === undefined) {
    throw new Refusal(
      `no incident has the id ${incidentId}\n  fix: take it from the alert (\`gaitkeeper alerts tail\`); an incident is known for as long as the topic ${options.topic} keeps it`,
      exitCodes.usage,
    );
  }
  return [first, ...others];
}
