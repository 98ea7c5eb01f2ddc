import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyRevision, revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { ruleOf } from '../../test/fixtures/suppression-fixture.ts';
import { ruleFor } from './suppressing.ts';

const incident = revisionOf({ host: 'e'.repeat(32) });
const { atMs } = incident;
const everyone = { subject: null, group: null, host: null, pattern: null };
const holds = (given: Parameters<typeof ruleOf>[0], groups: readonly string[] = [], of = incident) =>
  ruleFor([ruleOf({ ...everyone, ...given })], of, groups, atMs) !== undefined;

describe('a suppression rule', () => {
  it.each([
    ['its subject', { subject: incident.subject }, { subject: '9'.repeat(32) }],
    ['its host', { host: incident.host }, { host: '9'.repeat(32) }],
    ['its pattern', { pattern: 'behaviour-mismatch' }, { pattern: 'activity-surprise' }],
    ['one of its groups', { group: 'pilots' }, { group: 'crew' }],
  ] as const)('holds for an incident of %s and for no other', (_, same, other) => {
    expect(holds(same, ['staff', 'pilots'])).toBe(true);
    expect(holds(other, ['staff', 'pilots'])).toBe(false);
  });

  it('holds only where everything that it names is so', () => {
    expect(holds({ subject: incident.subject, pattern: 'behaviour-mismatch' })).toBe(true);
    expect(holds({ subject: incident.subject, pattern: 'activity-surprise' })).toBe(false);
  });

  it('holds up to its expiry, and not at it', () => {
    expect(holds({ subject: incident.subject, expiresAtMs: atMs + 1 })).toBe(true);
    expect(holds({ subject: incident.subject, expiresAtMs: atMs })).toBe(false);
  });

  it('holds for its own tenant alone', () => {
    expect(holds({ subject: incident.subject, tenant: 'other' })).toBe(false);
  });

  it('of a person does not silence what a machine typed; of a host or the pattern does', () => {
    const injected = { ...incident, pattern: 'input-injection' } as const;
    expect(holds({ subject: incident.subject }, [], injected)).toBe(false);
    expect(holds({ group: 'pilots' }, ['pilots'], injected)).toBe(false);
    expect(holds({ subject: incident.subject, host: incident.host }, [], injected)).toBe(false);
    expect(holds({ host: incident.host }, [], injected)).toBe(true);
    expect(holds({ pattern: 'input-injection' }, [], injected)).toBe(true);
  });

  it('for a group holds back nobody whom the directory does not know', () => {
    fc.assert(
      fc.property(anyRevision, (any) => {
        expect(holds({ group: 'pilots', tenant: any.tenant }, [], any)).toBe(false);
      }),
    );
  });
});
