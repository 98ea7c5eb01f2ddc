import { describe, expect, it } from '@jest/globals';
import { incidentStates, severities } from '../../schemas/incident.ts';
import { avery, heldBackAlertOf, incidentAlertOf } from '../../test/fixtures/alert-fixture.ts';
import { problemOfEcs } from '../../test/fixtures/ecs-problem.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { ecsHeldBack, ecsIncident, ecsLine } from './ecs.ts';

const known = incidentAlertOf({
  incident: revisionOf({ host: 'd'.repeat(32), inputRoute: 'remote-desktop' }),
  person: avery,
  hostName: 'wks-17.corp.example',
});

describe('an incident in ECS', () => {
  it('is of the published schema, with and without a person, and at its end', () => {
    const closed = incidentAlertOf({ incident: revisionOf({ state: 'closed', closedBecause: 'calm' }), asks: false });
    for (const alert of [known, closed, incidentAlertOf(), incidentAlertOf({ isTest: true })]) {
      expect(problemOfEcs(ecsIncident(alert))).toBeUndefined();
    }
  });

  it('is an alert only where somebody is asked, so that Elastic raises one for an opening and one for a rise', () => {
    expect(ecsIncident(incidentAlertOf({ asks: true })).event.kind).toBe('alert');
    expect(ecsIncident(incidentAlertOf({ asks: false })).event.kind).toBe('event');
  });

  it.each(severities)('of severity %s has one of the four numbers that Elastic knows', (severity) => {
    expect([21, 47, 73, 99]).toContain(
      ecsIncident(incidentAlertOf({ incident: revisionOf({ severity }) })).event.severity,
    );
  });

  it('says which revision of which incident it is, and what about it', () => {
    const { event, gaitkeeper } = ecsIncident(known);
    expect(event).toMatchObject({ id: '4'.repeat(32), action: 'behaviour-mismatch', sequence: 1 });
    expect(gaitkeeper.alert).toMatchObject({ id: '1'.repeat(32), revision: 1, state: 'open', severity: 'high' });
    expect(gaitkeeper.verdict).toMatchObject({ sequence: 7, decision: 'impostor', input_route: 'remote-desktop' });
    expect(gaitkeeper.template).toMatchObject({ kind: 'own', samples: 412, age_days: 11.6 });
  });

  it.each(incidentStates)('that is %s ends only where it is closed', (state) => {
    const incident = revisionOf({ state, closedBecause: state === 'closed' ? 'silence' : 'none' });
    expect('end' in ecsIncident(incidentAlertOf({ incident })).event).toBe(state === 'closed');
  });

  it('names a person only where the directory does, and the pseudonym always', () => {
    const nobody = ecsIncident(incidentAlertOf());
    expect(nobody.user).toEqual({ id: 'a'.repeat(32) });
    expect(nobody.related).toEqual({ user: ['a'.repeat(32)] });
    const somebody = ecsIncident(known);
    expect(somebody.user).toEqual({
      id: 'a'.repeat(32),
      name: 'avery',
      full_name: 'Avery Example',
      domain: 'CORP',
      group: { name: 'claims' },
    });
    expect(somebody.gaitkeeper.user_groups).toEqual(['claims', 'night shift']);
    expect(somebody.host).toEqual({ id: 'd'.repeat(32), name: 'wks-17.corp.example' });
    expect(somebody.related).toEqual({
      user: ['a'.repeat(32), 'avery'],
      hosts: ['d'.repeat(32), 'wks-17.corp.example'],
    });
  });

  it('tells every technique with its tactic, and how far behaviour supports it', () => {
    const { threat, gaitkeeper } = ecsIncident(known);
    expect(threat.technique).toEqual({
      id: ['T1078', 'T1021', 'T1219'],
      name: ['Valid Accounts', 'Remote Services', 'Remote Access Tools'],
      subtechnique: { id: ['T1021.001'], name: ['Remote Desktop Protocol'] },
    });
    expect(gaitkeeper.attack).toContainEqual({ technique: 'T1021.001', tactic: 'TA0008', confidence: 'low' });
  });

  it('tells observed and typical with their unit, and never raw behaviour', () => {
    const { gaitkeeper } = ecsIncident(known);
    expect(gaitkeeper.contributions).toEqual([
      {
        modality: 'keystrokes',
        feature: 'hold-left-mean',
        observed: 212,
        typical: 118,
        unit: 'ms',
        direction: 'high',
        share: 0.4,
      },
    ]);
    expect(ecsLine(known).toString()).not.toMatch(/vector|zonePair|holdMs|"dx"/);
  });

  it('is marked where it is a test, in its message too', () => {
    expect(ecsIncident(incidentAlertOf({ isTest: true }))).toMatchObject({
      tags: ['test'],
      gaitkeeper: { test: true },
      message: expect.stringMatching(/^Test: /),
    });
    expect('tags' in ecsIncident(incidentAlertOf())).toBe(false);
  });
});

describe('what was held back, in ECS', () => {
  const document = ecsHeldBack(heldBackAlertOf());

  it('is of the published schema and asks somebody to look', () => {
    expect(problemOfEcs(document)).toBeUndefined();
    expect(document.event.kind).toBe('alert');
  });

  it('has the severity of the worst that was held back, and the counts', () => {
    expect(document.event.severity).toBe(99);
    expect(document.gaitkeeper.held_back).toMatchObject({ count: 40, limit: 500, by_severity: { critical: 10 } });
    const mild = heldBackAlertOf({ bySeverity: { low: 3, medium: 2, high: 0, critical: 0 } });
    expect(ecsHeldBack(mild).event.severity).toBe(47);
    const none = heldBackAlertOf({ bySeverity: { low: 0, medium: 0, high: 0, critical: 0 } });
    expect(ecsHeldBack(none).event.severity).toBe(21);
  });
});
