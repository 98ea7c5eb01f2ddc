import { z } from 'zod';
import type { Pseudonym } from '../../detection/words/behaviour.ts';
import { epochMs, maxTenantCharacters } from '../../schemas/batch-limits.ts';
import { type IncidentPattern, incidentPatterns, type Severity, severities } from '../../schemas/incident.ts';
import { createJsonRecordReader } from '../json-record.ts';

/** What may be asked of the outside: that somebody proves anew who they are. There is no word for a sanction. */
export const responseActions = ['step-up', 'session-lock'] as const;
/** One of {@link responseActions}. */
export type ResponseAction = (typeof responseActions)[number];

/** What the installation's identity system is asked to do about one revision of an incident. */
export interface ResponseRequest {
  /** 32 hexadecimal digits, derived from what is asked: a replay asks under the same one. */
  requestId: Pseudonym;
  tenant: string;
  subject: Pseudonym;
  device: Pseudonym;
  session: Pseudonym;
  incidentId: Pseudonym;
  /** From 1. */
  revision: number;
  pattern: IncidentPattern;
  severity: Severity;
  requested: ResponseAction;
  /** When the gateway received the batch that gave rise to it. */
  atMs: number;
  /** From when on nobody is to be asked any more: the session may be somebody else's by then. */
  expiresAtMs: number;
}

/** Longest line of a request, bytes. The longest valid one takes less. */
export const maxResponseRequestBytes = 1024;

const pseudonym = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hexadecimal digits');
const time = z.int().min(epochMs.min).max(epochMs.max);

const responseRequest = z.strictObject({
  requestId: pseudonym,
  tenant: z.string().min(1).max(maxTenantCharacters),
  subject: pseudonym,
  device: pseudonym,
  session: pseudonym,
  incidentId: pseudonym,
  revision: z.int().min(1).max(0x7fffffff),
  pattern: z.enum(incidentPatterns),
  severity: z.enum(severities),
  requested: z.enum(responseActions),
  atMs: time,
  expiresAtMs: time,
}) satisfies z.ZodType<ResponseRequest>;

/** One line of JSON without its end: the record of the request topic, and the body that is sent, byte for byte. */
export function responseRequestLine(request: ResponseRequest): Buffer {
  const { requestId, tenant, subject, device, session, incidentId, revision, pattern, severity, ...rest } = request;
  const { requested, atMs, expiresAtMs } = rest;
  // Named one by one: the bytes must not depend on the order in which somebody put the fields together.
  const asked = { incidentId, revision, pattern, severity, requested, atMs, expiresAtMs };
  return Buffer.from(JSON.stringify({ requestId, tenant, subject, device, session, ...asked }));
}

/** Reads a record of the request topic, or says what is wrong with it and never its content. */
export const readResponseRequest = createJsonRecordReader<ResponseRequest>({
  schema: responseRequest,
  maxBytes: maxResponseRequestBytes,
});
