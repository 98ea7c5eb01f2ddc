import { beforeAll, describe, expect, it } from '@jest/globals';
import { rulingWords } from '../detection/words/verdict.ts';
import type { ConsumedRecord } from '../platform/broker/broker.ts';
import { createBehaviourTopicCodec } from '../schemas/behaviour-topic.ts';
import type { IncidentRevision } from '../schemas/incident.ts';
import { createIncidentTopicCodec } from '../schemas/incident-topic.ts';
import { ruleOf } from '../test/fixtures/suppression-fixture.ts';
import { seededInput } from '../test/verifier/seeded-input.ts';
import { incidentIn, withIncident, withLog } from '../test/verifier/tampering.ts';
import { createTrueRun, type RunRecords, topics } from '../test/verifier/true-run.ts';
import { findingsByKind, verifyRecords } from '../test/verifier/verify-records.ts';

const partitions = 3;
const behaviour = createBehaviourTopicCodec();
const codec = createIncidentTopicCodec();

/** A run with crashes, in which analysts said something of every incident, and of some that there were not. */
async function runOf(seed: number): Promise<RunRecords> {
  const run = await createTrueRun(partitions);
  const { templates } = run;
  const inputOf = (each: number) =>
    seededInput({ topic: topics.behaviour, partitions, seed: each, rounds: 100, templates });
  await run.put(await inputOf(seed));
  await run.work(0.02, seed);
  const told = new Map((await run.records()).logs.incidents.map(incidentIn).map((each) => [each.incidentId, each]));
  await run.put([...told.values()].map((incident, index) => rulingOn(incident, index)));
  await run.put(await inputOf(seed + 1));
  await run.work(0.02, seed + 1);
  return await run.records();
}

function rulingOn({ tenant, subject, incidentId, atMs }: IncidentRevision, index: number) {
  const ruling = rulingWords[index % rulingWords.length] ?? 'unsure';
  const value = { tenant, subject, incidentId, ruling, ruledAtMs: atMs, by: 'test' };
  return { topic: topics.behaviour, key: Buffer.from(subject), value: behaviour.encode({ kind: 'ruling', value }) };
}

describe('the incidents of a run', () => {
  let run: RunRecords;
  let revisions: IncidentRevision[];
  beforeAll(async () => {
    run = await runOf(11);
    revisions = run.logs.incidents.map(incidentIn);
  });
  const changed = (change: (all: ConsumedRecord[]) => ConsumedRecord[]) =>
    verifyRecords(withLog(run, 'incidents', change));
  /** Each revision once: there one can be taken away for good. */
  const once = (all: readonly ConsumedRecord[]) => [
    ...new Map(all.map((each) => [each.value?.toString('latin1'), each])).values(),
  ];

  it('are what their verdicts led to, with what analysts said of them', async () => {
    const report = await verifyRecords(run);
    expect(findingsByKind(report)).toEqual({});
    expect(report).toMatchObject({ ok: true, complete: true, unverifiableIncidents: 0 });
    expect(report.incidents.expected).toBe(once(run.logs.incidents).length);
    expect(new Set(revisions.map(({ state }) => state))).toEqual(new Set(['open', 'escalated', 'updated', 'closed']));
    expect(new Set(revisions.map(({ ruling }) => ruling)).size).toBeGreaterThan(2);
    expect(report.alertingStates).toBeGreaterThan(0);
  });

  it('have a revision that is gone', async () => {
    for (const [index, one] of once(run.logs.incidents).entries()) {
      if (index % 5 !== 0) continue;
      const { incidentId, verdictId } = incidentIn(one);
      const report = await changed((all) => once(all).filter((each) => each !== once(all)[index]));
      expect(findingsByKind(report)).toEqual({ 'incident-missing': 1 });
      expect(report.incidents.missing).toBe(1);
      expect(report.findings[0]).toMatchObject({ invariant: 'I2', incidentId, verdictId });
    }
  });

  it('have a revision twice, which is allowed, unless its bytes are others', async () => {
    const [first] = run.logs.incidents;
    if (first === undefined) throw new Error('the seed has no incident');
    const same = await changed((all) => [...once(all), first]);
    expect(same).toMatchObject({ ok: true, incidents: { duplicatedIds: 1, unexpected: 0 } });
    const other = withIncident(first, { highVerdicts: 1_000_000 });
    expect(findingsByKind(await changed((all) => [...all, other]))).toEqual({ 'differing-incident': 1 });
  });

  it('have one too many: another number, another incident, or under the key of somebody else', async () => {
    const [first] = run.logs.incidents;
    if (first === undefined) throw new Error('the seed has no incident');
    for (const invented of [
      withIncident(first, { revision: 1_000 }),
      withIncident(first, { incidentId: 'f00d'.repeat(8) }),
      { ...first, key: Buffer.from('9'.repeat(32)) },
      { ...first, value: Buffer.from('no incident') },
    ]) {
      const report = await changed((all) => [...all, invented]);
      expect(findingsByKind(report)).toEqual({ 'unexpected-incident': 1 });
      expect(report.incidents.unexpected).toBe(1);
    }
  });

  it('stand where their subject does not', async () => {
    const subject = revisions[0]?.subject;
    const isOwn = (record: ConsumedRecord) => incidentIn(record).subject === subject;
    const elsewhere = (record: ConsumedRecord) => ({ ...record, partition: (record.partition + 1) % partitions });
    const report = await changed((all) => once(all).map((each) => (isOwn(each) ? elsewhere(each) : each)));
    const own = once(run.logs.incidents).filter(isOwn).length;
    expect(findingsByKind(report)).toEqual({ 'misplaced-incident': own });
    expect(report.misplaced).toBe(own);
    expect(report.findings[0]).toMatchObject({ invariant: 'I3' });
  });

  it('have changed places', async () => {
    const all = once(run.logs.incidents);
    const index = all.findIndex((one, at) => incidentIn(all[at + 1] ?? one).incidentId === incidentIn(one).incidentId);
    const [one, other] = [all[index], all[index + 1]];
    if (one === undefined || other === undefined) throw new Error('the seed has no second revision');
    const report = await changed(() => all.map((each) => (each === one ? other : each === other ? one : each)));
    expect(findingsByKind(report)).toEqual({ 'reordered-incident': 1 });
    expect(report.reordered).toBe(1);
  });

  it('stand beside suppression rules, which are read over', async () => {
    const value = codec.encode({ kind: 'suppression', value: ruleOf() });
    const report = await changed((all) =>
      all.flatMap((each) => [{ ...each, key: Buffer.from('default'), value }, each]),
    );
    expect(findingsByKind(report)).toEqual({});
    expect(report.incidents.expected).toBeGreaterThan(0);
  });
});
