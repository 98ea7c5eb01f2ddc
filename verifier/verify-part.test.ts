import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ConsumedRecord } from '../platform/broker/broker.ts';
import { MemoryKeyValueStore } from '../platform/store/memory-key-value-store.ts';
import { createBehaviourTopicCodec } from '../schemas/behaviour-topic.ts';
import { createTemplateStore, type TemplateStore } from '../templates/template-store.ts';
import { seededInput } from '../test/verifier/seeded-input.ts';
import { verdictIn, withLog, withVerdict } from '../test/verifier/tampering.ts';
import { createTrueRun, groups, type RunRecords, topics } from '../test/verifier/true-run.ts';
import { findingsByKind, verifyRecords } from '../test/verifier/verify-records.ts';

const partitions = 2;
const behaviour = createBehaviourTopicCodec();
const absent = { ok: false, reason: 'absent', detail: '' } as const;

/** Half of the input, and the rest once its snapshot is written; `half`: what the first half was, by partition. */
async function runOf(seed: number, rounds: number): Promise<{ run: RunRecords; half: readonly number[] }> {
  const run = await createTrueRun(partitions, undefined, undefined, true);
  const { templates } = run;
  const input = await seededInput({ topic: topics.behaviour, partitions, seed, rounds, templates });
  const middle = Math.floor(input.length / 2);
  await run.put(input.slice(0, middle));
  await run.work();
  const half = (await run.broker.offsets(topics.behaviour)).map(({ high }) => high);
  await run.put(input.slice(middle));
  await run.work();
  return { run: await run.records(), half };
}

/** The run once retention has taken what stands before these offsets of the input, by partition. */
function cutBelow(run: RunRecords, offsets: readonly number[]): RunRecords {
  const behaviour = run.logs.behaviour.filter(({ partition, offset }) => offset >= (offsets[partition] ?? 0));
  return { ...run, logs: { ...run.logs, behaviour } };
}

describe('what of a run can be verified', () => {
  let run: RunRecords;
  let half: readonly number[];
  beforeAll(async () => {
    ({ run, half } = await runOf(7, 120));
  });

  it('a system at work is not accused of what it has not come to yet', async () => {
    const { states } = run;
    const done = states.map((_, partition) => half[partition] ?? 0);
    const behind: RunRecords = { ...run, states: await statesThrough(run, done) };
    const isDone = (source: { partition: number; offset: number }) => source.offset < (done[source.partition] ?? 0);
    const early = withLog(behind, 'verdicts', (all) => all.filter((each) => isDone(verdictIn(each).source)));
    const report = await verifyRecords(
      { ...early, logs: { ...early.logs, incidents: [] } },
      {
        settled: false,
        committed: (group, _, partition, high) =>
          group === groups.scorer ? (done[partition] ?? 0) : Math.min(high, 0),
      },
    );
    expect(findingsByKind(report)).toEqual({});
    expect(report.pending).toBeGreaterThan(20);
    expect(report.pending + report.verdicts).toBeGreaterThanOrEqual(report.batches);
    const settled = await verifyRecords(early);
    expect(settled.lost).toBe(report.batches - report.verdicts);
    expect(settled.pending).toBe(0);
  });

  it('of a log whose beginning is gone, and no snapshot, relations alone; and it says of how many', async () => {
    const cut = cutBelow({ ...run, logs: { ...run.logs, snapshots: [] } }, half);
    const report = await verifyRecords(cut);
    expect(findingsByKind(report)).toEqual({});
    expect(report).toMatchObject({ ok: true, complete: false, unverifiable: report.batches, beforeSnapshot: 0 });
    expect(report.unverifiableIncidents).toBe(0);
    expect(report.incidents.expected).toBeGreaterThan(0);
    expect(report.beforeLog).toBe(run.logs.verdicts.length - report.batches);
    expect(report.stateHash).toBeNull();
    const lost = await verifyRecords(withLog(cut, 'verdicts', (all) => all.filter((each) => each !== all.at(-1))));
    expect(findingsByKind(lost)).toEqual({ 'lost-verdict': 1 });
  });

  it('of a log whose beginning is gone, everything where a snapshot of that place is there', async () => {
    const cut = cutBelow(run, half);
    const report = await verifyRecords(cut);
    expect(findingsByKind(report)).toEqual({});
    expect(report).toMatchObject({ unverifiable: 0, unverifiableIncidents: 0 });
    expect(report.stateHash).toBe((await verifyRecords(run)).stateHash);
    const wrong = withLog(cut, 'verdicts', (all) => all.map((each) => withVerdict(each, { risk: 99 })));
    const states = run.states.map((kept) => ({
      ...kept,
      states: kept.states.map((state) => ({ ...state, bytes: Buffer.alloc(state.bytes.length, 7) })),
    }));
    const accused = await verifyRecords({ ...wrong, states });
    expect(accused.differingBytes).toBeGreaterThan(report.batches / 2);
    expect(accused.stateDifferences).toBe(report.states);
  });

  it('what is older than the snapshot has its relations checked, and is counted', async () => {
    const earlier = half.map((offset) => Math.max(1, offset - 10));
    const report = await verifyRecords(cutBelow(run, earlier));
    expect(findingsByKind(report)).toEqual({});
    expect(report.beforeSnapshot).toBeGreaterThan(0);
    expect(report.unverifiable).toBe(report.beforeSnapshot);
    expect(report.unverifiable).toBeLessThan(report.batches);
    expect(report.stateHash).toBe((await verifyRecords(run)).stateHash);
  });

  it('a snapshot that cannot be read is a finding, and helps nothing', async () => {
    const turn = (value: Buffer) => Buffer.concat([value.subarray(0, -1), Buffer.of((value.at(-1) ?? 0) ^ 1)]);
    const isState = ({ key }: ConsumedRecord) => key?.toString().startsWith(`scorer|${topics.behaviour}|`) === true;
    const turned = (all: ConsumedRecord[]) =>
      all.map((each) => (each.value !== null && isState(each) ? { ...each, value: turn(each.value) } : each));
    const report = await verifyRecords(cutBelow(withLog(run, 'snapshots', turned), half));
    expect(findingsByKind(report)).toEqual({ 'corrupt-state': partitions });
    expect(report.unverifiable).toBe(report.batches);
  });

  it('of a verdict topic whose beginning is gone, incidents where a snapshot of alerting is there', async () => {
    const first = run.logs.verdicts.findIndex(({ partition }) => partition === 0);
    const cut = { ...run, logs: { ...run.logs, verdicts: run.logs.verdicts.filter((_, index) => index !== first) } };
    const behaviour = cutBelow(cut, half);
    const report = await verifyRecords(behaviour);
    expect(findingsByKind(report)).toEqual({});
    expect(report.alertingStates).toBeGreaterThan(0);
    expect(report.unverifiableIncidents).toBeGreaterThan(0);
    const without = await verifyRecords({ ...behaviour, logs: { ...behaviour.logs, snapshots: [] } });
    expect(findingsByKind(without)).toEqual({});
    expect(without.unverifiableIncidents).toBeGreaterThan(report.unverifiableIncidents);
  });

  it('of an incident topic whose beginning is gone, no revision is missed that may have stood there', async () => {
    const { incidents } = run.logs;
    const gone = incidents.find((one) => incidents.filter(({ partition }) => partition === one.partition).length > 1);
    const report = await verifyRecords({
      ...run,
      logs: { ...run.logs, incidents: incidents.filter((each) => each !== gone) },
    });
    expect(findingsByKind(report)).toEqual({});
    expect(report).toMatchObject({ unverifiableIncidents: 1, complete: false });
    const last = incidents.findLast(({ partition }) => partition === gone?.partition);
    const left = incidents.filter((each) => each !== gone && each !== last);
    const missed = await verifyRecords({ ...run, logs: { ...run.logs, incidents: left } });
    expect(missed.incidents.missing + missed.unverifiableIncidents).toBe(2);
  });

  it('one partition at a time finds what all together find', async () => {
    const broken = withLog(run, 'verdicts', (all) => all.filter((_, index) => index % 10 !== 3));
    const all = await verifyRecords(broken);
    let lost = 0;
    for (let partition = 0; partition < partitions; partition++) {
      lost += (await verifyRecords(broken, { partitions: [partition] })).lost;
    }
    expect(lost).toBe(all.lost);
  });
});

describe('a template that is not always there', () => {
  /** The run of a scorer that can read some templates at times. */
  async function runWith(reachable: (store: TemplateStore, version: string) => boolean): Promise<RunRecords> {
    const whole = createTemplateStore({ values: new MemoryKeyValueStore() });
    const get: TemplateStore['get'] = (version) =>
      reachable(whole, version) ? whole.get(version) : Promise.resolve(absent);
    const run = await createTrueRun(partitions, { ...whole, get }, 1);
    await run.put(await seededInput({ topic: topics.behaviour, partitions, seed: 3, rounds: 120, templates: whole }));
    await run.work();
    return { ...(await run.records()), templates: whole };
  }
  const activations = (run: RunRecords) =>
    run.logs.behaviour.flatMap((record) => {
      const decoded = behaviour.decode(record.value);
      return decoded.ok && decoded.value.kind === 'activation' ? [decoded.value.value] : [];
    });

  it('was away when the subject was judged: what the system said of that is recomputed, and counted', async () => {
    const asked = new Map<string, number>();
    // There for the activation and the first batch of each, and never again.
    const run = await runWith((_, version) => {
      asked.set(version, (asked.get(version) ?? 0) + 1);
      return (asked.get(version) ?? 0) <= 2;
    });
    const report = await verifyRecords(run);
    expect(findingsByKind(report)).toEqual({});
    const missed = run.logs.verdicts.filter((each) => verdictIn(each).reason === 'template-unavailable').length;
    expect(missed).toBeGreaterThan(10);
    expect(report.templatesUnused).toBeGreaterThanOrEqual(missed);
    expect(report).toMatchObject({ ok: true, complete: false, templatesMissing: 0 });
    const nothingLeft = { ...run.templates, get: () => Promise.resolve(absent) };
    const later = await verifyRecords({ ...run, templates: nothingLeft });
    // An activation without any trace, of a template that is gone, cannot be told from one whose dead letter is missing.
    expect(later.templatesUnused).toBe(0);
    const { 'dead-letter-missing': untold = 0, ...others } = findingsByKind(later);
    expect(others).toEqual({});
    expect(untold).toBeLessThanOrEqual(2);
  });

  it('was refused then and could be read now: the system is followed, and it is counted', async () => {
    const run = await runWith((_, version) => Number.parseInt(version[0] ?? '0', 16) % 2 === 0);
    const report = await verifyRecords(run);
    expect(findingsByKind(report)).toEqual({});
    expect(report.templatesUnused).toBeGreaterThan(0);
    expect(report.verdicts).toBe(report.batches);
  });

  it('judged then and is gone now: relations are checked, and it says of how many', async () => {
    const run = await runWith(() => true);
    const gone = activations(run)[0]?.version;
    const get: TemplateStore['get'] = (version) =>
      version === gone ? Promise.resolve(absent) : run.templates.get(version);
    const report = await verifyRecords({ ...run, templates: { ...run.templates, get } });
    expect(findingsByKind(report)).toEqual({});
    expect(report.unverifiable).toBeGreaterThan(0);
    expect(report.stateHash).toBeNull();
  });
});

/** What the real stages hold after the first records of each partition. */
async function statesThrough(run: RunRecords, through: readonly number[]): Promise<RunRecords['states']> {
  const early = await createTrueRun(partitions, run.templates);
  await early.put(run.logs.behaviour.filter(({ partition, offset }) => offset < (through[partition] ?? 0)));
  await early.work();
  return (await early.records()).states;
}
