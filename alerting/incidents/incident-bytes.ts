import { noIncidents, type SubjectIncidents } from './subject-incidents.ts';

/** First byte of a stored state; JSON follows. */
const incidentsVersion = 2;
/**
 * Before there were incidents, this version held the episodes of alerts. They read as nothing: they say neither on which device
 * they were nor what was told of them. So an upgrade closes none of them, and what goes on is told anew, as an incident.
 */
const episodesVersion = 1;

/** Incidents of a subject never seen before, or from their bytes. @throws where a version wrote them that is not known */
export function decodeIncidents(bytes: Buffer | undefined): SubjectIncidents {
  if (bytes === undefined || bytes[0] === episodesVersion) return noIncidents;
  if (bytes[0] !== incidentsVersion) throw new TypeError(`stored incidents have unknown version ${bytes[0]}`);
  return JSON.parse(bytes.toString('utf8', 1)) as SubjectIncidents;
}

/** The bytes of a subject's incidents: the same history has the same ones. */
export function encodeIncidents(state: SubjectIncidents): Buffer {
  return Buffer.concat([Buffer.of(incidentsVersion), Buffer.from(JSON.stringify(state))]);
}
