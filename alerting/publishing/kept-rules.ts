import type { SuppressionRule } from '../../schemas/suppression.ts';

/** A rule with the offsets of the incident topic between which it held. */
export interface KeptRule {
  rule: SuppressionRule;
  /** Where it was given. */
  since: number;
  /** Where it was taken back, or was seen to have expired; `null` while it is in force. */
  until: number | null;
}

/** Rules of one tenant that may be in force at once: whoever needs more wants another bound, not more exceptions. */
export const maxRulesInForce = 500;
/**
 * A rule that holds no more is kept for so many offsets, as an incident may be stepped again after the rules have moved on:
 * after a crash, by a micro-batch at most (256 records); after a loss of the store, by what came while the snapshot was
 * written, in which a tenant's two states stand side by side. So at most 1,000 such rules are kept, as each took an offset.
 */
export const keptForOffsets = 1_000;
/** By how much the clock of whoever gives rules may run ahead of the gateways', and incidents wait in a backlog. */
const expiredForMs = 86_400_000;

/** What became of a tenant's rules. `too-many-rules`: it cannot be added, and nothing was changed. */
export type AdvancedRules = { kind: 'advanced'; rules: readonly KeptRule[] } | { kind: 'too-many-rules' };

/** The rules after a record of the incident topic that adds one or takes one back; a repetition changes nothing. */
export function advanceRules(before: readonly KeptRule[], given: SuppressionRule, offset: number): AdvancedRules {
  const kept = before
    .map((each) => {
      const isTakenBack = given.action === 'remove' && each.rule.ruleId === given.ruleId;
      const isOver = isTakenBack || each.rule.expiresAtMs + expiredForMs < given.createdAtMs;
      return each.until === null && isOver ? { ...each, until: offset } : each;
    })
    .filter(({ until }) => until === null || until > offset - keptForOffsets);
  if (given.action === 'remove') return { kind: 'advanced', rules: kept };
  const inForce = kept.filter(({ until }) => until === null);
  if (inForce.some(({ rule }) => rule.ruleId === given.ruleId)) return { kind: 'advanced', rules: kept };
  if (inForce.length >= maxRulesInForce) return { kind: 'too-many-rules' };
  return { kind: 'advanced', rules: [...kept, { rule: given, since: offset, until: null }] };
}

/** The rules that were in force at an offset, whatever came after it. */
export function rulesAt(kept: readonly KeptRule[], offset: number): SuppressionRule[] {
  return kept
    .filter(({ since, until }) => since < offset && (until === null || until > offset))
    .map(({ rule }) => rule);
}
