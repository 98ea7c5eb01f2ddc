import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SuppressionRule } from '../../schemas/suppression.ts';
import { ruleOf } from '../../test/fixtures/suppression-fixture.ts';
import { advanceRules, type KeptRule, keptForOffsets, maxRulesInForce, rulesAt } from './kept-rules.ts';

const idOf = (number: number) => number.toString(16).padStart(32, '0');
const add = (number: number, given: Partial<SuppressionRule> = {}) => ruleOf({ ruleId: idOf(number), ...given });
const remove = (number: number) => add(number, { action: 'remove' });

function rulesAfter(records: readonly (readonly [offset: number, rule: SuppressionRule])[]): readonly KeptRule[] {
  return records.reduce<readonly KeptRule[]>((rules, [offset, rule]) => {
    const advanced = advanceRules(rules, rule, offset);
    return advanced.kind === 'advanced' ? advanced.rules : rules;
  }, []);
}
const namesAt = (rules: readonly KeptRule[], offset: number) => rulesAt(rules, offset).map(({ ruleId }) => ruleId);

describe('the rules of a tenant', () => {
  it('hold from the record after they were given up to the one before they were taken back', () => {
    const rules = rulesAfter([
      [5, add(1)],
      [9, remove(1)],
    ]);
    expect([4, 5, 6, 8, 9, 10].map((offset) => namesAt(rules, offset).length)).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it('are not changed by a repetition, nor by taking back what is not there', () => {
    const once = rulesAfter([[5, add(1)]]);
    expect(advanceRules(once, add(1, { reason: 'another' }), 6)).toEqual({ kind: 'advanced', rules: once });
    expect(advanceRules(once, remove(2), 6)).toEqual({ kind: 'advanced', rules: once });
  });

  it('are refused beyond the bound, until one is taken back or has expired', () => {
    const full = rulesAfter(Array.from({ length: maxRulesInForce }, (_, index) => [index, add(index)] as const));
    expect(advanceRules(full, add(9_999), 600).kind).toBe('too-many-rules');
    const fewer = advanceRules(full, remove(3), 600);
    expect(fewer.kind === 'advanced' && advanceRules(fewer.rules, add(9_999), 601).kind).toBe('advanced');
    const later = ruleOf().expiresAtMs + 2 * 86_400_000;
    const renewed = advanceRules(full, add(9_999, { createdAtMs: later, expiresAtMs: later + 1 }), 600);
    expect(renewed.kind === 'advanced' && namesAt(renewed.rules, 601)).toEqual([idOf(9_999)]);
  });

  it('say the same of an offset while it may be stepped again, whatever was said since', () => {
    const said = fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.nat(5), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(said, (steps) => {
        let offset = 0;
        let rules: readonly KeptRule[] = [];
        const seen: { at: number; names: string[] }[] = [];
        for (const [gap, number, isAdded] of steps) {
          offset += gap;
          const advanced = advanceRules(rules, isAdded ? add(number) : remove(number), offset);
          if (advanced.kind === 'advanced') rules = advanced.rules;
          seen.push({ at: offset + 0.5, names: namesAt(rules, offset + 0.5) });
          for (const { at, names } of seen) {
            if (at > offset - keptForOffsets) expect(namesAt(rules, at)).toEqual(names);
          }
        }
      }),
    );
  });

  it('are forgotten in the end', () => {
    const rules = rulesAfter([
      [1, add(1)],
      [2, remove(1)],
      [2 + keptForOffsets, add(2)],
    ]);
    expect(rules.map(({ rule }) => rule.ruleId)).toEqual([idOf(2)]);
  });
});
