import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyRevision, revisionOf } from '../../test/fixtures/incident-fixture.ts';
import type { IncidentAlert } from './alert.ts';
import { alertIdOf } from './alert-id.ts';

const person = { name: 'avery', fullName: null, domain: 'CORP', groups: ['staff'] };
const alert: Omit<IncidentAlert, 'id'> = {
  kind: 'incident',
  incident: revisionOf(),
  person,
  hostName: undefined,
  asks: true,
  isTest: false,
};

describe('the id of an alert', () => {
  it('is 16 bytes, and the same however the alert was put together', () => {
    fc.assert(
      fc.property(anyRevision, (incident) => {
        const reversed = Object.fromEntries(Object.entries(incident).reverse()) as typeof incident;
        const id = alertIdOf({ ...alert, incident });
        expect(id).toMatch(/^[0-9a-f]{32}$/);
        expect(alertIdOf({ ...alert, incident: reversed })).toBe(id);
      }),
    );
  });

  it.each([
    ['the revision', { incident: revisionOf({ revision: 2 }) }],
    ['the risk, by the least', { incident: revisionOf({ risk: 81.50000000000001 }) }],
    ['the name', { person: { ...person, name: 'avery2' } }],
    ['what the directory does not know', { person: undefined }],
    ['the host', { hostName: 'wks-17' }],
    ['whether it asks', { asks: false }],
    ['that it is a test', { isTest: true }],
  ])('is another one with %s', (_, given) => {
    expect(alertIdOf({ ...alert, ...given })).not.toBe(alertIdOf(alert));
  });
});
