import { describe, expect, it } from '@jest/globals';
import { type ClosingReason, closingReasons, type IncidentState, incidentRulings } from '../../schemas/incident.ts';
import { avery, heldBackAlertOf, incidentAlertOf } from '../../test/fixtures/alert-fixture.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { problemOfOcsf } from '../../test/fixtures/ocsf-problem.ts';
import { ocsfHeldBack, ocsfIncident } from './ocsf.ts';

const known = incidentAlertOf({
  incident: revisionOf({ host: 'd'.repeat(32), inputRoute: 'remote-desktop' }),
  person: avery,
  hostName: 'wks-17.corp.example',
});

const inState = (state: IncidentState, closedBecause: ClosingReason = 'none', given = {}) =>
  ocsfIncident(incidentAlertOf({ incident: revisionOf({ state, closedBecause, ...given }) }));

describe('an incident in OCSF', () => {
  it('is a Detection Finding of the published schema, with and without a person', () => {
    expect(problemOfOcsf(ocsfIncident(known))).toBeUndefined();
    expect(problemOfOcsf(ocsfIncident(incidentAlertOf()))).toBeUndefined();
    for (const ruling of incidentRulings) expect(problemOfOcsf(inState('updated', 'none', { ruling }))).toBeUndefined();
  });

  it('is one finding with a life: created once, updated, closed, and created never again', () => {
    const lives = [inState('open'), inState('escalated'), inState('updated'), inState('closed', 'calm')];
    expect(lives.map(({ activity_id }) => activity_id)).toEqual([1, 2, 2, 3]);
    expect(lives.map(({ type_uid }) => type_uid)).toEqual([200401, 200402, 200402, 200403]);
    expect(new Set(lives.map(({ finding_info }) => finding_info.uid))).toEqual(new Set(['1'.repeat(32)]));
    expect(inState('open', 'none', { reopenings: 1 }).activity_id).toBe(2);
  });

  it('has a status that says whether somebody looked', () => {
    expect(inState('open').status).toBe('New');
    expect(inState('updated', 'none', { ruling: 'unsure' }).status).toBe('In Progress');
    const ends = closingReasons.filter((reason) => reason !== 'none').map((reason) => inState('closed', reason));
    expect(ends.map(({ status, status_detail }) => [status_detail, status])).toEqual([
      ['calm', 'Resolved'],
      ['silence', 'Resolved'],
      ['false-positive', 'Suppressed'],
      ['benign-known', 'Suppressed'],
      ['displaced', 'Archived'],
    ]);
  });

  it('carries an analyst’s word as the verdict of the Incident profile, and a test as a test', () => {
    expect(inState('open')).not.toHaveProperty('verdict_id');
    expect(inState('updated', 'none', { ruling: 'confirmed' }).verdict_id).toBe(2);
    expect(ocsfIncident(incidentAlertOf({ isTest: true }))).toMatchObject({
      verdict_id: 6,
      metadata: { labels: ['test'] },
    });
  });

  it('explains itself in anomaly_analyses: observed against typical, each with its unit', () => {
    const [analysis] = ocsfIncident(known).anomaly_analyses;
    expect(analysis?.analysis_targets).toEqual([{ name: 'a'.repeat(32), type: 'User Account' }]);
    expect(analysis?.anomalies[0]).toEqual({
      observation_parameter: 'keystrokes: hold-left-mean',
      observation_type: 'Deviation Analysis',
      observations: [{ value: '212 ms' }],
      observed_pattern: 'ABOVE_TYPICAL',
    });
    expect(analysis?.baselines?.[0]?.observations).toEqual([{ value: '118 ms' }]);
    expect(analysis?.anomalies.at(-1)?.observations).toEqual([{ value: '81.5' }]);
  });

  it('has an anomaly even where no feature and no evidence is told', () => {
    const [analysis] = inState('open', 'none', { contributions: [], evidence: [] }).anomaly_analyses;
    expect(analysis?.anomalies).toHaveLength(1);
    expect(analysis).not.toHaveProperty('baselines');
  });

  it('names its techniques with the release of ATT&CK', () => {
    const { attacks } = ocsfIncident(known).finding_info;
    expect(attacks.map(({ version }) => version)).toEqual(['18.1', '18.1', '18.1']);
    expect(attacks[1]).toMatchObject({ technique: { uid: 'T1021' }, sub_technique: { uid: 'T1021.001' } });
  });

  it('calls a host by its hostname only where it is one', () => {
    expect(ocsfIncident(known).device).toMatchObject({ hostname: 'wks-17.corp.example' });
    const odd = ocsfIncident({ ...known, hostName: 'wks 17|"' });
    expect(odd.device).not.toHaveProperty('hostname');
    expect(odd.device).toMatchObject({ name: 'wks 17|"' });
  });

  it('asks for attention only where the alert does', () => {
    expect(ocsfIncident(known).is_alert).toBe(true);
    expect(ocsfIncident({ ...known, asks: false }).is_alert).toBe(false);
  });
});

describe('what was held back, in OCSF', () => {
  it('is a Detection Finding about the tenant', () => {
    const document = ocsfHeldBack(heldBackAlertOf());
    expect(problemOfOcsf(document)).toBeUndefined();
    expect(document).toMatchObject({ is_alert: true, severity_id: 5, finding_info: { uid: '5'.repeat(32) } });
    expect(document.anomaly_analyses[0]?.anomalies[0]?.observations).toEqual([{ value: '540', count: 540 }]);
  });
});
