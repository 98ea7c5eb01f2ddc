import { beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryKeyValueStore } from '../platform/store/memory-key-value-store.ts';
import { createBehaviourTopicCodec } from '../schemas/behaviour-topic.ts';
import { createTemplateStore, type TemplateStore } from '../templates/template-store.ts';
import { seededInput } from '../test/verifier/seeded-input.ts';
import { verdictIn, withLog } from '../test/verifier/tampering.ts';
import { createTrueRun, groups, type RunRecords, topics } from '../test/verifier/true-run.ts';
import { findingsByKind, verifyRecords } from '../test/verifier/verify-records.ts';

const partitions = 2;
const behaviour = createBehaviourTopicCodec();
const absent = { ok: false, reason: 'absent', detail: '' } as const;

async function runOf(seed: number, rounds: number): Promise<RunRecords> {
  const run = await createTrueRun(partitions);
  const { templates } = run;
  await run.put(await seededInput({ topic: topics.behaviour, partitions, seed, rounds, templates }));
  await run.work();
  return await run.records();
}

/** Offset of the cut, by partition: half of the log. */
const middleOf = (run: RunRecords, partition: number) =>
  Math.floor(run.logs.behaviour.filter((record) => record.partition === partition).length / 2);

describe('what of a run can be verified', () => {
  let run: RunRecords;
  beforeAll(async () => {
    run = await runOf(7, 120);
  });

  it('a system at work is not accused of what it has not come to yet', async () => {
    const { states } = run;
    const done = states.map((_, partition) => middleOf(run, partition));
    const behind: RunRecords = { ...run, states: await statesThrough(run, done) };
    const isDone = (source: { partition: number; offset: number }) => source.offset < (done[source.partition] ?? 0);
    const early = withLog(behind, 'verdicts', (all) => all.filter((each) => isDone(verdictIn(each).source)));
    const report = await verifyRecords(
      { ...early, logs: { ...early.logs, alerts: [] } },
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

  it('of a log whose beginning is gone, relations alone; and it says of how many', async () => {
    const cut = {
      ...run,
      logs: {
        ...run.logs,
        behaviour: run.logs.behaviour.filter(({ partition, offset }) => offset >= middleOf(run, partition)),
      },
    };
    const report = await verifyRecords(cut);
    expect(findingsByKind(report)).toEqual({});
    expect(report.unverifiable).toBe(report.batches);
    expect(report.beforeLog).toBe(run.logs.verdicts.length - report.batches);
    expect(report.stateHash).toBeNull();
    const lost = await verifyRecords(withLog(cut, 'verdicts', (all) => all.filter((each) => each !== all.at(-1))));
    expect(findingsByKind(lost)).toEqual({ 'lost-verdict': 1 });
  });

  it('of a log whose beginning is gone, everything but alerts where the states of that place are given', async () => {
    const through = Array.from({ length: partitions }, (_, partition) => middleOf(run, partition));
    const initial = await statesThrough(run, through);
    const initialStates = async (partition: number) => ({
      throughOffset: (through[partition] ?? 0) - 1,
      states: initial[partition]?.states ?? [],
    });
    const cut = {
      ...run,
      logs: {
        ...run.logs,
        behaviour: run.logs.behaviour.filter(({ partition, offset }) => offset >= (through[partition] ?? 0)),
      },
    };
    const report = await verifyRecords(cut, { initialStates });
    expect(findingsByKind(report)).toEqual({});
    expect(report).toMatchObject({ unverifiable: 0, alerts: { expected: 0 } });
    expect(report.stateHash).toBe((await verifyRecords(run)).stateHash);
    const whole = await verifyRecords(run, { initialStates });
    expect(findingsByKind(whole)).toEqual({});
    expect(whole.unverifiable).toBeGreaterThanOrEqual(report.beforeLog);
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
    expect(report.unverifiable).toBeGreaterThan(10);
    const nothingLeft = { ...run.templates, get: () => Promise.resolve(absent) };
    const later = await verifyRecords({ ...run, templates: nothingLeft });
    // An activation without any trace, of a template that is gone, cannot be told from one whose dead letter is missing.
    const { 'dead-letter-missing': untold = 0, ...others } = findingsByKind(later);
    expect(others).toEqual({});
    expect(untold).toBeLessThanOrEqual(2);
  });

  it('was refused then and could be read now: the system is followed, and it is counted', async () => {
    const run = await runWith((_, version) => Number.parseInt(version[0] ?? '0', 16) % 2 === 0);
    const report = await verifyRecords(run);
    expect(findingsByKind(report)).toEqual({});
    expect(report.unverifiable).toBeGreaterThan(0);
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
