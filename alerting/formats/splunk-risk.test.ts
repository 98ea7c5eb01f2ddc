import { describe, expect, it } from '@jest/globals';
import { avery, heldBackAlertOf, incidentAlertOf } from '../../test/fixtures/alert-fixture.ts';
import { problemOfCim } from '../../test/fixtures/cim-problem.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { splunkHeldBack, splunkIncident, splunkRiskLine } from './splunk-risk.ts';

describe('an incident as a risk event of Splunk', () => {
  it('has the fields of risk-based alerting and of the Alerts data model', () => {
    expect(problemOfCim(splunkIncident(incidentAlertOf()))).toBeUndefined();
    expect(problemOfCim(splunkIncident(incidentAlertOf({ person: avery, hostName: 'wks-17' })))).toBeUndefined();
    expect(splunkIncident(incidentAlertOf({ person: avery, hostName: 'wks-17' }))).toMatchObject({
      risk_object: 'avery',
      risk_object_type: 'user',
      risk_score: 81.5,
      user_id: 'a'.repeat(32),
      dest: 'wks-17',
      severity: 'high',
      'annotations.mitre_attack': ['T1078'],
      asks: true,
    });
  });

  it('is about the pseudonym where nobody knows a name, and its host or else its device', () => {
    expect(splunkIncident(incidentAlertOf())).toMatchObject({ risk_object: 'a'.repeat(32), dest: 'b'.repeat(32) });
    const onHost = incidentAlertOf({ incident: revisionOf({ host: 'd'.repeat(32) }) });
    expect(splunkIncident(onHost).dest).toBe('d'.repeat(32));
  });

  it('begins with its time, where props.conf looks for it', () => {
    expect(splunkRiskLine(incidentAlertOf()).toString()).toMatch(/^\{"timestamp":"\d{4}-\d{2}-\d{2}T[\d:.]{12}Z",/);
  });
});

describe('what was held back, for Splunk', () => {
  it('adds no risk to anybody', () => {
    const event = splunkHeldBack(heldBackAlertOf());
    expect(problemOfCim(event)).toBeUndefined();
    expect(event).toMatchObject({ risk_object: 'default', risk_object_type: 'other', risk_score: 0, held_back: 40 });
  });
});
