import { createHash } from 'node:crypto';
import type { IncidentRevision } from '../../schemas/incident.ts';
import type { ResponseAction, ResponseRequest } from '../webhooks/response-request.ts';

/** Afterwards whoever sits there may be somebody else. */
const validForMs = 5 * 60_000;

/**
 * What the identity system is asked to do about an incident that asks: that the person proves anew who they are. Where a
 * machine types, or all but certainly another person, the session is locked until then.
 */
export function responseTo(incident: IncidentRevision): ResponseRequest {
  const { incidentId, revision, tenant, subject, device, session, pattern, severity, atMs } = incident;
  const isUrgent = pattern === 'input-injection' || severity === 'critical';
  const requested: ResponseAction = isUrgent ? 'session-lock' : 'step-up';
  const requestId = createHash('sha256').update(`${incidentId}|${revision}|${requested}`).digest('hex').slice(0, 32);
  const asked = { incidentId, revision, pattern, severity, requested, atMs, expiresAtMs: atMs + validForMs };
  return { requestId, tenant, subject, device, session, ...asked };
}
