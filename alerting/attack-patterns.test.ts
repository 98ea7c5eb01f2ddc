import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { attackPatterns, attackVersion } from './attack-patterns.ts';
import { ruleFamilies } from './episode.ts';

interface PublishedAttack {
  version: string;
  tactics: Record<string, string>;
  techniques: Record<string, { name: string; tactics: string[] }>;
}

const published = JSON.parse(
  readFileSync(new URL('test-data/attack-techniques.json', import.meta.url), 'utf8'),
) as PublishedAttack;

describe('what a rule says in the words of ATT&CK', () => {
  it('is said in the release that the published names were taken from', () => {
    expect(attackVersion).toBe(published.version);
  });

  it.each(ruleFamilies)('of %s has the published ids and names, and the technique serves the tactic', (family) => {
    const { tactic, technique } = attackPatterns[family];
    expect(published.tactics[tactic.id]).toBe(tactic.name);
    expect(published.techniques[technique.id]?.name).toBe(technique.name);
    expect(published.techniques[technique.id]?.tactics).toContain(tactic.name);
  });

  it.each(ruleFamilies)('of %s comes with harmless explanations', (family) => {
    expect(attackPatterns[family].otherExplanations.length).toBeGreaterThan(1);
  });

  it('never claims keylogging, which behaviour cannot show', () => {
    expect(JSON.stringify(attackPatterns)).not.toContain('T1056');
  });
});
