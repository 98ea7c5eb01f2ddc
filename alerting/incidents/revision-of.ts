import type { Verdict } from '../../detection/words/verdict.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';
import { severityOf } from '../severity.ts';
import type { Incident } from './subject-incidents.ts';

/** What is said of an incident as a verdict left it. */
export function revisionOf(incident: Incident, verdict: Verdict, state: IncidentRevision['state']): IncidentRevision {
  // What another device's verdict notices happened in no session and on no host of that one.
  const { session, host, inputRoute } = verdict.device === incident.device ? verdict : incident.told;
  return {
    incidentId: incident.incidentId,
    revision: incident.revision,
    state,
    closedBecause: incident.closedBecause,
    ruling: incident.ruling,
    reopenings: incident.reopenings,
    tenant: verdict.tenant,
    subject: verdict.subject,
    device: incident.device,
    session,
    host,
    inputRoute,
    pattern: incident.pattern,
    severity: severityOf(incident.highestRisk),
    risk: verdict.risk,
    highestRisk: incident.highestRisk,
    startedAtMs: incident.startedAtMs,
    atMs: verdict.receivedAtMs,
    lastHighAtMs: incident.lastHighAtMs,
    highVerdicts: incident.highVerdicts,
    openingVerdictId: incident.openingVerdictId,
    verdictId: verdict.verdictId,
    source: verdict.source,
    sequence: verdict.sequence,
    decision: verdict.decision,
    degraded: verdict.degraded,
    templateKind: verdict.templateKind,
    templateVersion: verdict.templateVersion,
    templateTrainedAtMs: verdict.templateTrainedAtMs,
    templateSamples: verdict.templateSamples,
    evidence: verdict.evidence,
    contributions: incident.contributions,
  };
}
