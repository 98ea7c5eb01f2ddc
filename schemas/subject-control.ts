import type { Pseudonym } from '../detection/words/behaviour.ts';
import { epochMs, maxTenantCharacters } from './batch-limits.ts';
import { cohortSubject, isHex, isWhole, notHex, outOfBounds, problemOfText } from './bounds.ts';
import { type Codec, createCodec } from './codec.ts';
import { type ConfluentIds, defaultConfluentIds, loadSchema } from './stored-schemas.ts';

/** erase: forget the subject; object: stop judging; accommodate: judge with wider tolerance; reset: clear the evidence. */
export const controlActions = ['erase', 'object', 'accommodate', 'reset'] as const;
/** One of {@link controlActions}. */
export type ControlAction = (typeof controlActions)[number];

/** A decision about a subject that scoring follows from this record on. Travels in the behaviour topic. */
export interface SubjectControl {
  tenant: string;
  subject: Pseudonym;
  action: ControlAction;
  requestedAtMs: number;
  /** Who asked. */
  by: string;
}

/** What one control may hold. */
export const controlLimits = { bytes: 1024, byCharacters: 128 } as const;

/** Codec of subject controls. */
export function createSubjectControlCodec(confluentIds: ConfluentIds = defaultConfluentIds()): Codec<SubjectControl> {
  return createCodec({
    versions: loadSchema('subject-control'),
    confluentIds,
    maxBytes: controlLimits.bytes,
    limits: { maxItems: 0 },
    problemOf: problemOfControl,
  });
}

/** The first thing that is wrong with a control of the right shape; `undefined` for a valid one. */
export function problemOfControl({ tenant, subject, requestedAtMs, by }: SubjectControl): string | undefined {
  if (!isHex(subject, 16)) return notHex('subject', 16);
  if (subject === cohortSubject) return 'subject is all zero: reserved for the cohort';
  if (!isWhole(requestedAtMs, epochMs)) return outOfBounds('requestedAtMs', requestedAtMs, epochMs);
  return problemOfText('tenant', tenant, maxTenantCharacters) ?? problemOfText('by', by, controlLimits.byCharacters);
}
