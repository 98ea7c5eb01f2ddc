import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type InputRoute, inputRoutes } from '../../detection/words/behaviour.ts';
import { incidentPatterns } from '../../schemas/incident.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { attackIds, attackVersion, techniquesOf } from './attack-techniques.ts';

interface PublishedAttack {
  version: string;
  tactics: Record<string, string>;
  techniques: Record<string, { name: string; tactics: string[] }>;
}

const published = JSON.parse(
  readFileSync(new URL('../test-data/attack-techniques.json', import.meta.url), 'utf8'),
) as PublishedAttack;

const data = readFileSync(new URL('attack-techniques.json', import.meta.url), 'utf8');
const everyIncident = incidentPatterns.flatMap((pattern) =>
  inputRoutes.map((inputRoute) => revisionOf({ pattern, inputRoute })),
);

describe('what an incident is in the words of ATT&CK', () => {
  it('is said in the release that the published names were taken from', () => {
    expect(attackVersion).toBe(published.version);
  });

  it('has published ids and names, and a technique serves its tactic', () => {
    for (const { technique, subtechnique, tactic, confidence } of everyIncident.flatMap(techniquesOf)) {
      expect(published.tactics[tactic.id]).toBe(tactic.name);
      for (const each of [technique, ...(subtechnique === undefined ? [] : [subtechnique])]) {
        expect([each.id, published.techniques[each.id]?.name]).toEqual([each.id, each.name]);
        expect(published.techniques[each.id]?.tactics).toContain(tactic.name);
      }
      if (subtechnique !== undefined) expect(subtechnique.id.startsWith(`${technique.id}.`)).toBe(true);
      expect(['low', 'medium', 'high']).toContain(confidence);
    }
  });

  it('is something for every incident', () => {
    for (const incident of everyIncident) expect(techniquesOf(incident).length).toBeGreaterThan(0);
  });

  it('knows of remote desktops only where the input came over one', () => {
    const idsBy = (inputRoute: InputRoute) => attackIds(revisionOf({ inputRoute }));
    expect(idsBy('local')).toEqual(['T1078']);
    expect(idsBy('virtual')).toEqual(['T1078']);
    expect(idsBy('remote-desktop')).toEqual(['T1078', 'T1021.001', 'T1219']);
  });

  it('calls injected input by both of its names, the likelier first', () => {
    expect(attackIds(revisionOf({ pattern: 'input-injection' }))).toEqual(['T1674', 'T1200']);
    expect(attackIds(revisionOf({ pattern: 'activity-surprise' }))).toEqual(['T1213']);
  });

  it('never claims keylogging, which behaviour cannot show', () => {
    const { patterns } = JSON.parse(data) as { patterns: object };
    expect(JSON.stringify(patterns)).not.toContain('T1056');
  });
});
