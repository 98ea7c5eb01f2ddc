import { z } from 'zod';
import { rulingWords } from '../../detection/words/verdict.ts';
import { type AnalystRuling, problemOfRuling } from '../../schemas/analyst-ruling.ts';
import { createJsonRecordReader } from '../json-record.ts';
import type { AnalystProblem } from './analyst-problem.ts';
import type { Analyst } from './analyst-tokens.ts';

/** Longest body of a request, bytes. */
export const maxFeedbackBodyBytes = 1_024;

/** What an analyst sends: the subject and the tenant stand in the alert. */
interface FeedbackBody {
  ruling: AnalystRuling['ruling'];
  subject: string;
  /** May be left out by those whose token is for one tenant. */
  tenant?: string | undefined;
}

const readBody = createJsonRecordReader<FeedbackBody>({
  schema: z.strictObject({ ruling: z.enum(rulingWords), subject: z.string(), tenant: z.string().optional() }),
  maxBytes: maxFeedbackBodyBytes,
});

/** A request as understood, or why it is refused. */
export type FeedbackRequest = { ok: true; ruling: AnalystRuling } | ({ ok: false } & AnalystProblem);

/** What an analyst said by a request. The time is the process's own, and the name that of the token. */
export function readFeedbackRequest(
  { incidentId, body }: { incidentId: string; body: Buffer },
  analyst: Analyst,
  nowMs: number,
): FeedbackRequest {
  if (!/^[0-9a-f]{32}$/.test(incidentId)) return { ok: false, code: 'incident-malformed' };
  const read = readBody(body);
  if (!read.ok) return { ok: false, code: 'body-malformed', detail: read.detail };
  const { ruling: word, subject, tenant = analyst.tenant } = read.value;
  if (tenant === undefined) return { ok: false, code: 'body-malformed', detail: 'tenant is missing' };
  if (analyst.tenant !== undefined && tenant !== analyst.tenant) return { ok: false, code: 'tenant-foreign' };
  const ruling: AnalystRuling = { tenant, subject, incidentId, ruling: word, by: analyst.name, ruledAtMs: nowMs };
  const problem = problemOfRuling(ruling);
  return problem === undefined ? { ok: true, ruling } : { ok: false, code: 'body-malformed', detail: problem };
}
