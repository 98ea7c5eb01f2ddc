import type { Pseudonym } from '../detection/words/behaviour.ts';
import type { Ruling } from '../detection/words/verdict.ts';
import { epochMs, maxTenantCharacters } from './batch-limits.ts';
import { cohortSubject, isHex, isWhole, notHex, outOfBounds, problemOfText } from './bounds.ts';
import { type Codec, createCodec } from './codec.ts';
import { type ConfluentIds, defaultConfluentIds, loadSchema } from './stored-schemas.ts';

/** What an analyst said of an incident, on its way through the behaviour topic: it applies at the subject's next verdict. */
export interface AnalystRuling extends Ruling {
  tenant: string;
  /** Whose incident it is. */
  subject: Pseudonym;
  ruledAtMs: number;
  /** Who said it. */
  by: string;
}

/** What one ruling may hold. */
export const rulingLimits = { bytes: 1024, byCharacters: 128 } as const;

/** Codec of analysts' rulings. */
export function createAnalystRulingCodec(confluentIds: ConfluentIds = defaultConfluentIds()): Codec<AnalystRuling> {
  return createCodec({
    versions: loadSchema('analyst-ruling'),
    confluentIds,
    maxBytes: rulingLimits.bytes,
    limits: { maxItems: 0 },
    problemOf: problemOfRuling,
  });
}

/** The first thing that is wrong with a ruling of the right shape; `undefined` for a valid one. */
export function problemOfRuling({ tenant, subject, incidentId, ruledAtMs, by }: AnalystRuling): string | undefined {
  if (!isHex(subject, 16)) return notHex('subject', 16);
  if (subject === cohortSubject) return 'subject is all zero: reserved for the cohort';
  if (!isHex(incidentId, 16)) return notHex('incidentId', 16);
  if (!isWhole(ruledAtMs, epochMs)) return outOfBounds('ruledAtMs', ruledAtMs, epochMs);
  return problemOfText('tenant', tenant, maxTenantCharacters) ?? problemOfText('by', by, rulingLimits.byCharacters);
}
