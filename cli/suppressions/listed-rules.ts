import { ruleFor } from '../../alerting/publishing/suppressing.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import type { SuppressionRule } from '../../schemas/suppression.ts';
import { Refusal } from '../config-options.ts';
import type { PlacedIncidentRecord } from '../incidents/read-incidents.ts';

/** Whether a rule still keeps alerts back. `partial`: it was not written to, or not taken back in, every partition. */
export type RuleStanding = 'in-force' | 'expired' | 'removed' | 'partial';

/** A rule and what came of it. */
export interface ListedRule {
  rule: SuppressionRule;
  standing: RuleStanding;
  /** Revisions that it kept from being told; `null` for a rule of a group, whose members only the directory knows. */
  heldBack: number | null;
}

/** Rules looked at; somebody who has more has lost sight of them long ago. */
const maxRules = 10_000;

interface Followed {
  rule: SuppressionRule;
  addedIn: Set<number>;
  removedIn: Set<number>;
  heldBack: number;
}

/**
 * The rules of the incident topic, oldest first, with what each has kept back, by the same judgement as publishing's.
 * @throws Refusal where they are too many
 */
export async function listRules(
  records: AsyncIterable<PlacedIncidentRecord>,
  { partitions, nowMs }: { partitions: number; nowMs: number },
): Promise<ListedRule[]> {
  const followed = new Map<string, Followed>();
  const inForce = new Map<number, SuppressionRule[]>();

  function follow(rule: SuppressionRule, partition: number): void {
    const known = followed.get(rule.ruleId) ?? { rule, addedIn: new Set(), removedIn: new Set(), heldBack: 0 };
    if (!followed.has(rule.ruleId)) {
      if (followed.size === maxRules) {
        throw new Refusal(`more than ${maxRules} rules on the incident topic`, exitCodes.software);
      }
      followed.set(rule.ruleId, known);
    }
    const others = (inForce.get(partition) ?? []).filter(({ ruleId }) => ruleId !== rule.ruleId);
    if (rule.action === 'add') {
      known.addedIn.add(partition);
      others.push(rule);
    } else {
      known.removedIn.add(partition);
    }
    inForce.set(partition, others);
  }

  for await (const record of records) {
    if (record.kind === 'suppression') {
      follow(record.value, record.partition);
      continue;
    }
    const { value: incident } = record;
    const rule = ruleFor(inForce.get(record.partition) ?? [], incident, [], incident.atMs);
    const held = rule === undefined ? undefined : followed.get(rule.ruleId);
    if (held !== undefined) held.heldBack += 1;
  }
  return [...followed.values()]
    .map(({ rule, addedIn, removedIn, heldBack }): ListedRule => {
      const standing = standingOf({ added: addedIn.size, removed: removedIn.size, partitions }, rule, nowMs);
      return { rule, standing, heldBack: rule.group === null ? heldBack : null };
    })
    .sort((a, b) => a.rule.createdAtMs - b.rule.createdAtMs || (a.rule.ruleId < b.rule.ruleId ? -1 : 1));
}

function standingOf(
  { added, removed, partitions }: { added: number; removed: number; partitions: number },
  { expiresAtMs }: SuppressionRule,
  nowMs: number,
): RuleStanding {
  if (removed === partitions) return 'removed';
  if (expiresAtMs <= nowMs) return 'expired';
  return removed === 0 && added === partitions ? 'in-force' : 'partial';
}
