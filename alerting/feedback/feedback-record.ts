import { z } from 'zod';
import { rulingWords } from '../../detection/words/verdict.ts';
import { type AnalystRuling, problemOfRuling } from '../../schemas/analyst-ruling.ts';
import { createJsonRecordReader } from '../json-record.ts';

/** Longest record of the feedback topic, bytes. The longest valid one takes less. */
const maxFeedbackBytes = 2048;

const shape = z.strictObject({
  tenant: z.string(),
  subject: z.string(),
  incidentId: z.string(),
  ruling: z.enum(rulingWords),
  by: z.string(),
  ruledAtMs: z.int(),
}) satisfies z.ZodType<AnalystRuling>;

/** What an analyst said as one line of JSON without its end, in one order of fields whoever wrote it. */
export function feedbackLine({ tenant, subject, incidentId, ruling, by, ruledAtMs }: AnalystRuling): Buffer {
  return Buffer.from(JSON.stringify({ tenant, subject, incidentId, ruling, by, ruledAtMs }));
}

/** Reads a record of the feedback topic, or says what is wrong with it and never its content. */
export const readFeedback = createJsonRecordReader<AnalystRuling>({
  schema: shape,
  maxBytes: maxFeedbackBytes,
  problemOf: problemOfRuling,
});
