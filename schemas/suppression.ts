import type { Pseudonym } from '../detection/words/behaviour.ts';
import { epochMs, maxTenantCharacters } from './batch-limits.ts';
import { isHex, isWhole, notHex, outOfBounds, problemOfText } from './bounds.ts';
import { type Codec, createCodec } from './codec.ts';
import { type IncidentPattern, incidentPatterns } from './incident.ts';
import { type ConfluentIds, defaultConfluentIds, loadSchema } from './stored-schemas.ts';

/** Whether a rule begins to hold or is taken back. */
export const suppressionActions = ['add', 'remove'] as const;
/** One of {@link suppressionActions}. */
export type SuppressionAction = (typeof suppressionActions)[number];

/** What a rule holds for: everything that is not `null` must be so. At least one is not. */
export interface SuppressionScope {
  subject: Pseudonym | null;
  /** A group of the directory. */
  group: string | null;
  host: Pseudonym | null;
  pattern: IncidentPattern | null;
}

/** Which incidents need not be told, until when, on whose word and why. Travels in every partition of the incident topic. */
export interface SuppressionRule extends SuppressionScope {
  /** 16 random bytes. */
  ruleId: Pseudonym;
  action: SuppressionAction;
  tenant: string;
  owner: string;
  reason: string;
  createdAtMs: number;
  /** From when on it holds no more, by the time of an incident. */
  expiresAtMs: number;
}

/** What one rule may hold. */
export const suppressionLimits = {
  bytes: 4096,
  groupCharacters: 128,
  ownerCharacters: 128,
  reasonCharacters: 512,
  /** No rule outlives a quarter: by then somebody looks again. */
  longestMs: 92 * 86_400_000,
} as const;

/** Codec of suppression rules. */
export function createSuppressionCodec(confluentIds: ConfluentIds = defaultConfluentIds()): Codec<SuppressionRule> {
  return createCodec({
    versions: loadSchema('suppression'),
    confluentIds,
    maxBytes: suppressionLimits.bytes,
    limits: { maxItems: 0 },
    problemOf: problemOfSuppression,
  });
}

/** The first thing that is wrong with a rule of the right shape; `undefined` for a valid one. */
export function problemOfSuppression(rule: SuppressionRule): string | undefined {
  const { ruleId, tenant, owner, reason, createdAtMs, expiresAtMs } = rule;
  if (!isHex(ruleId, 16)) return notHex('ruleId', 16);
  if (!isWhole(createdAtMs, epochMs)) return outOfBounds('createdAtMs', createdAtMs, epochMs);
  const lifetime = { min: createdAtMs, max: Math.min(epochMs.max, createdAtMs + suppressionLimits.longestMs) };
  if (!isWhole(expiresAtMs, lifetime)) return outOfBounds('expiresAtMs', expiresAtMs, lifetime);
  if (owner === '') return 'owner is empty: somebody must answer for the rule';
  if (reason === '') return 'reason is empty';
  return (
    problemOfScope(rule) ??
    problemOfText('tenant', tenant, maxTenantCharacters) ??
    problemOfText('owner', owner, suppressionLimits.ownerCharacters) ??
    problemOfText('reason', reason, suppressionLimits.reasonCharacters)
  );
}

function problemOfScope({ subject, group, host, pattern }: SuppressionScope): string | undefined {
  if (subject === null && group === null && host === null && pattern === null) {
    return 'scope is everything: name a subject, a group, a host or a pattern';
  }
  if (subject !== null && !isHex(subject, 16)) return notHex('subject', 16);
  if (host !== null && !isHex(host, 16)) return notHex('host', 16);
  if (pattern !== null && !incidentPatterns.includes(pattern))
    return `pattern is none of ${incidentPatterns.join(', ')}`;
  return group === null ? undefined : problemOfText('group', group, suppressionLimits.groupCharacters);
}
