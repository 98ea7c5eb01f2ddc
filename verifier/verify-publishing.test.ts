import { beforeAll, describe, expect, it } from '@jest/globals';
import type { EcsHeldBack, EcsIncident } from '../alerting/formats/ecs.ts';
import type { ConsumedRecord } from '../platform/broker/broker.ts';
import { createIncidentTopicCodec } from '../schemas/incident-topic.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';
import { ruleOf } from '../test/fixtures/suppression-fixture.ts';
import { verdictAt } from '../test/fixtures/verdict-fixture.ts';
import { withLog } from '../test/verifier/tampering.ts';
import { createTrueRun, type RunRecords, topics } from '../test/verifier/true-run.ts';
import { findingsByKind, verifyRecords } from '../test/verifier/verify-records.ts';
import type { VerifyReport } from './verify-report.ts';

const partitions = 2;
const codec = createIncidentTopicCodec();
const verdicts = createVerdictCodec();
const alertIn = ({ value }: ConsumedRecord) => JSON.parse(value?.toString() ?? '') as EcsIncident | EcsHeldBack;
const withAlert = (record: ConsumedRecord, alert: object) => ({ ...record, value: Buffer.from(JSON.stringify(alert)) });
const once = (all: readonly ConsumedRecord[]) => [
  ...new Map(all.map((each) => [each.value?.toString(), each])).values(),
];

/** Thirty accounts in other hands, one every twenty minutes; a rule keeps one tenant's back, the limit some of the other's. */
async function runOf(): Promise<RunRecords> {
  const run = await createTrueRun(partitions);
  const times = { createdAtMs: 1_699_999_999_000, expiresAtMs: 1_700_000_000_000 + 86_400_000 };
  const rule = ruleOf({ tenant: 'umbrella', subject: null, pattern: 'behaviour-mismatch', ...times });
  const value = codec.encode({ kind: 'suppression', value: rule });
  await run.put(
    Array.from({ length: partitions }, (_, partition) => {
      return { topic: topics.incidents, key: Buffer.from(rule.tenant), value, partition };
    }),
  );
  await run.put(
    Array.from({ length: 30 }, (_, index) => {
      const subject = `${index + 10}`.repeat(16);
      const receivedAtMs = 1_700_000_000_000 + index * 1_200_000;
      const tenant = index % 5 === 0 ? 'umbrella' : 'default';
      const verdict = verdictAt(index, 'impostor', 75 + (index % 20), { subject, receivedAtMs, tenant });
      return { topic: topics.verdicts, key: Buffer.from(subject), value: verdicts.encode(verdict) };
    }),
  );
  await run.alert(0.02);
  return await run.records();
}

/** What is found of alerts; that these verdicts have no batch does not matter here. */
function alertFindings(report: VerifyReport): Record<string, number> {
  const { 'unexpected-verdict': _, ...others } = findingsByKind(report);
  return others;
}

describe('the alerts of a run', () => {
  let run: RunRecords;
  beforeAll(async () => {
    const found = await runOf();
    expect(alertFindings(await verifyRecords(found))).toEqual({});
    run = withLog(found, 'alerts', once);
  });
  const changed = (change: (all: ConsumedRecord[]) => ConsumedRecord[]) =>
    verifyRecords(withLog(run, 'alerts', change));

  it('are what their incidents tell, less what a rule or the limit holds back', async () => {
    const report = await verifyRecords(run);
    expect(alertFindings(report)).toEqual({});
    expect(report).toMatchObject({ complete: true, unverifiableAlerts: 0 });
    expect(report.alerts.expected).toBe(run.logs.alerts.length);
    expect(report.alerts.expected).toBeLessThan(report.incidents.expected);
    expect(run.logs.alerts.map(alertIn).some((alert) => !('user' in alert))).toBe(true);
    expect(report.publishingStates).toBeGreaterThan(partitions);
  });

  it('have one that is gone, changed, invented, or none', async () => {
    const [first] = run.logs.alerts;
    if (first === undefined) throw new Error('the seed has no alert');
    const gone = await changed((all) => all.slice(1));
    expect(alertFindings(gone)).toEqual({ 'alert-missing': 1 });
    expect(gone.alerts.missing).toBe(1);
    const other = withAlert(first, { ...alertIn(first), message: 'other' });
    expect(alertFindings(await changed((all) => [...all, other]))).toEqual({ 'differing-alert': 1 });
    const { event } = alertIn(first);
    const invented = withAlert(first, { ...alertIn(first), event: { ...event, id: 'beef'.repeat(8) } });
    expect(alertFindings(await changed((all) => [...all, invented]))).toEqual({ 'unexpected-alert': 1 });
    const nothing = { ...first, value: Buffer.from('no alert') };
    expect(alertFindings(await changed((all) => [...all, nothing]))).toEqual({ 'unexpected-alert': 1 });
    const twice = await changed((all) => [...all, first]);
    expect(alertFindings(twice)).toEqual({});
    expect(twice.alerts.duplicatedIds).toBe(1);
  });

  it('with names stand for those without, and their bytes are not known; test alerts are none', async () => {
    const named = (record: ConsumedRecord) => {
      const alert = alertIn(record);
      if (!('user' in alert)) return record;
      const event = { ...alert.event, id: `f00d${alert.event.id.slice(4)}` };
      return withAlert(record, { ...alert, event, user: { ...alert.user, name: 'avery' } });
    };
    const report = await changed((all) => all.map(named));
    expect(alertFindings(report)).toEqual({});
    expect(report.unverifiableAlerts).toBe(run.logs.alerts.filter((each) => 'user' in alertIn(each)).length);
    const test = (record: ConsumedRecord) => {
      const { event, ...alert } = alertIn(record);
      return withAlert(record, { ...alert, event: { ...event, id: 'beef'.repeat(8) }, gaitkeeper: { test: true } });
    };
    expect(alertFindings(await changed((all) => [...all, ...all.map(test)]))).toEqual({});
  });

  it('are not those of a run that knew no rule', async () => {
    const isRule = ({ key, value }: ConsumedRecord) => value !== null && key?.length !== 32;
    const without = withLog(run, 'incidents', (all) => all.filter((each) => !isRule(each)));
    const report = await verifyRecords({ ...without, publishingStates: run.publishingStates });
    expect(report.alerts.missing).toBeGreaterThan(0);
  });

  it('leave states behind that are compared to the bit', async () => {
    const { publishingStates = [] } = run;
    const turned = publishingStates.map((kept) => ({
      ...kept,
      states: kept.states.map((state) => ({ ...state, bytes: Buffer.concat([state.bytes, Buffer.from(' ')]) })),
    }));
    const report = await verifyRecords({ ...run, publishingStates: turned });
    expect(alertFindings(report)).toEqual({ 'differing-state': report.publishingStates });
    const found = report.findings.find(({ kind }) => kind === 'differing-state');
    expect(found).toMatchObject({ invariant: 'I4', topic: topics.incidents });
  });
});
