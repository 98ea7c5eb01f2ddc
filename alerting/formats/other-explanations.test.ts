import { describe, expect, it } from '@jest/globals';
import { incidentPatterns } from '../../schemas/incident.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { otherExplanations } from './other-explanations.ts';
import { patternWords } from './pattern-words.ts';

const dayMs = 86_400_000;

describe('what else could explain an incident', () => {
  it.each(incidentPatterns)('of %s is always something, facts or not', (pattern) => {
    const said = otherExplanations(revisionOf({ pattern }));
    expect(said).toEqual([...patternWords[pattern].standingExplanations]);
    expect(said.length).toBeGreaterThan(1);
  });

  it('begins with what speaks for itself in the facts', () => {
    const incident = revisionOf({
      inputRoute: 'remote-desktop',
      degraded: true,
      templateSamples: 17,
      templateTrainedAtMs: revisionOf().atMs - 45 * dayMs,
      contributions: [
        {
          modality: 'context',
          feature: 'host',
          observed: 0,
          typical: 41.5,
          unit: 'sessions',
          direction: 'low',
          share: 1,
        },
      ],
    });
    expect(otherExplanations(incident).slice(0, 5)).toEqual([
      'input over a remote desktop, which changes timing',
      'a short history: 17 windows in the template',
      'an old template: 45 days',
      'an unusual context: this host in 0 of 41.5 sessions',
      'fewer windows scored than usual, as scoring was behind',
    ]);
  });

  it.each([
    ['none', 'no template of the account yet'],
    ['cohort', 'no template of the account yet: a pooled one judged'],
  ] as const)('names a template of kind %s', (templateKind, expected) => {
    expect(otherExplanations(revisionOf({ templateKind }))[0]).toBe(expected);
  });

  it('says nothing of templates where none was compared with', () => {
    for (const pattern of ['input-injection', 'activity-surprise'] as const) {
      const said = otherExplanations(revisionOf({ pattern, templateKind: 'none', templateSamples: 0 }));
      expect(said.join()).not.toContain('template');
    }
  });

  it('knows a virtual machine by its timing', () => {
    expect(otherExplanations(revisionOf({ inputRoute: 'virtual' }))[0]).toContain('virtual machine');
  });
});
