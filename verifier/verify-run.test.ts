import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ConsumedRecord } from '../platform/broker/broker.ts';
import { createSeededRandom, type SeededRandom } from '../platform/seeded-random.ts';
import type { StateWrite } from '../platform/store/state-store.ts';
import { seededInput } from '../test/verifier/seeded-input.ts';
import {
  staleVerdict,
  verdictIn,
  withBitTurned,
  withLetter,
  withLog,
  withVerdict,
} from '../test/verifier/tampering.ts';
import {
  createTrueRun,
  type RunRecords,
  topics,
  withAlertingAnew,
  withPublishingAnew,
} from '../test/verifier/true-run.ts';
import { findingsByKind, verifyRecords } from '../test/verifier/verify-records.ts';

/** Enough to see that each defect is found; `GAITKEEPER_VERIFIER_SEEDS=20` takes more. */
const seeds = Array.from({ length: Number(process.env['GAITKEEPER_VERIFIER_SEEDS'] ?? 2) }, (_, index) => index + 1);
const partitions = 3;

async function runOf(seed: number): Promise<RunRecords> {
  const run = await createTrueRun(partitions);
  const { templates } = run;
  await run.put(await seededInput({ topic: topics.behaviour, partitions, seed, rounds: 130, templates }));
  await run.work(0.02, seed);
  return await run.records();
}

/** Records of the verdict topic without the repeated ones: there one can be taken away for good. */
function once(records: readonly ConsumedRecord[]): ConsumedRecord[] {
  const seen = new Set<string>();
  return records.filter((record) => {
    const { verdictId } = verdictIn(record);
    const isNew = !seen.has(verdictId);
    seen.add(verdictId);
    return isNew;
  });
}

describe.each(seeds)('a run of seed %i', (seed) => {
  let run: RunRecords;
  let chance: SeededRandom;
  beforeAll(async () => {
    const found = await runOf(seed);
    const different = (all: ConsumedRecord[]) => [
      ...new Map(all.map((each) => [each.value?.toString('latin1'), each])).values(),
    ];
    const alertedAnew = withLog(await withAlertingAnew(withLog(found, 'verdicts', once)), 'incidents', different);
    const publishedAnew = withLog(await withPublishingAnew(alertedAnew), 'alerts', different);
    run = withLog(publishedAnew, 'deadLetters', different);
    chance = createSeededRandom(`tampering ${seed}`);
    const report = await verifyRecords(found);
    expect(findingsByKind(report)).toEqual({});
    const raw = found.logs.verdicts.length - run.logs.verdicts.length;
    expect(report).toMatchObject({ ok: true, lost: 0, pending: 0, unverifiable: 0, duplicateRecords: raw });
  });

  it('accuses nobody where nothing was tampered with', async () => {
    const report = await verifyRecords(run);
    expect(findingsByKind(report)).toEqual({});
    expect(report).toMatchObject({ ok: true, verdicts: report.batches, duplicatedIds: 0, pending: 0 });
    expect(report.deadLetters.expected).toBeGreaterThan(0);
    expect(report.states).toBeGreaterThan(5);
    expect(report.alertingStates).toBeGreaterThan(0);
    expect(report).toMatchObject({
      unverifiableIncidents: 0,
      templatesUnused: 0,
      templatesMissing: 0,
      beforeSnapshot: 0,
    });
    expect(report.stateHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('finds a verdict that is gone', async () => {
    const gone = chance.pick(run.logs.verdicts);
    const { verdictId, source } = verdictIn(gone);
    const report = await verifyRecords(withLog(run, 'verdicts', (all) => all.filter((each) => each !== gone)));
    expect(findingsByKind(report)).toEqual({ 'lost-verdict': 1 });
    expect(report.findings[0]).toMatchObject({ invariant: 'I1', ...source, verdictId });
    expect(report.lost).toBe(1);
  });

  it('counts a verdict that stands there twice with the same bytes, and allows it', async () => {
    const twice = chance.pick(run.logs.verdicts);
    const report = await verifyRecords(withLog(run, 'verdicts', (all) => [...all, twice]));
    expect(findingsByKind(report)).toEqual({});
    expect(report).toMatchObject({ ok: true, duplicatedIds: 1, duplicateRecords: 1, differingBytes: 0 });
  });

  it('finds a second copy of a verdict with other bytes, before or behind the right one', async () => {
    const right = chance.pick(run.logs.verdicts);
    const wrong = withVerdict(right, { risk: (verdictIn(right).risk + 1) % 100 });
    for (const change of [
      (all: ConsumedRecord[]) => [...all, wrong],
      (all: ConsumedRecord[]) => all.flatMap((each) => (each === right ? [wrong, right] : [each])),
    ]) {
      const report = await verifyRecords(withLog(run, 'verdicts', change));
      expect(findingsByKind(report)).toEqual({ 'differing-verdict': 1 });
      expect(report).toMatchObject({ differingBytes: 1, lost: 0, reordered: 0 });
      expect(report.findings[0]?.verdictId).toBe(verdictIn(right).verdictId);
    }
  });

  it('finds two verdicts of a subject that changed places', async () => {
    const [one, other] = neighbours(run.logs.verdicts, chance);
    const swapped = (all: ConsumedRecord[]) => all.map((each) => (each === one ? other : each === other ? one : each));
    const report = await verifyRecords(withLog(run, 'verdicts', swapped));
    expect(findingsByKind(report)).toEqual({ 'reordered-verdict': 1 });
    expect(report).toMatchObject({ reordered: 1, differingBytes: 0 });
  });

  it('finds verdicts that stand in another partition than their subject, also where their order is right', async () => {
    const moved = new Set(run.logs.verdicts.filter((_, index) => index % 2 === 0));
    const elsewhere = (record: ConsumedRecord) => ({ ...record, partition: (record.partition + 1) % partitions });
    const spread = withLog(run, 'verdicts', (all) => all.map((each) => (moved.has(each) ? elsewhere(each) : each)));
    const report = await verifyRecords(spread);
    expect(findingsByKind(report)).toEqual({ 'misplaced-verdict': moved.size });
    expect(report).toMatchObject({ ok: false, misplaced: moved.size, lost: 0, differingBytes: 0 });
    expect(report.findings[0]).toMatchObject({ invariant: 'I3', topic: topics.verdicts });
  });

  it('finds a verdict that nobody asked for', async () => {
    const like = chance.pick(run.logs.verdicts);
    const invented = withVerdict(like, { verdictId: 'beef'.repeat(8), sequence: 99_999 });
    const report = await verifyRecords(withLog(run, 'verdicts', (all) => [...all, invented]));
    expect(findingsByKind(report)).toEqual({ 'unexpected-verdict': 1 });
    expect(report.unexpected).toBe(1);
  });

  it('finds a verdict by the template of before, and says so', async () => {
    const stale = await staleVerdict(run, chance);
    if (stale === undefined) throw new Error('the seed has no activation that changes a verdict');
    const replaced = (all: ConsumedRecord[]) =>
      all.map((each) => (verdictIn(each).verdictId === stale.id ? { ...stale.record, offset: each.offset } : each));
    const report = await verifyRecords(withLog(run, 'verdicts', replaced));
    expect(findingsByKind(report)).toEqual({ 'stale-template': 1 });
    expect(report).toMatchObject({ staleTemplates: 1, differingBytes: 0, unverifiable: 0 });
    expect(report.findings[0]).toMatchObject({ invariant: 'I5', verdictId: stale.id });
  });

  it('finds a state with one bit turned, whichever', async () => {
    const partition = chance.pick([...run.states.keys()].filter((each) => (run.states[each]?.states.length ?? 0) > 0));
    const kept = run.states[partition];
    const turned = chance.integer(kept?.states.length ?? 0);
    const states = run.states.map((each, at) =>
      at === partition
        ? {
            ...each,
            states: each.states.map((s, i) => (i === turned ? { ...s, bytes: withBitTurned(s.bytes, chance) } : s)),
          }
        : each,
    );
    const report = await verifyRecords({ ...run, states });
    expect(findingsByKind(report)).toEqual({ 'differing-state': 1 });
    expect(report.findings[0]).toMatchObject({ invariant: 'I4', partition, offset: kept?.states[turned]?.offset });
    expect(report.stateDifferences).toBe(1);
  });

  it("finds a state of alerting with one bit turned, one that is gone, and one that nobody's verdicts left", async () => {
    const { alertingStates = [] } = run;
    const partition = chance.pick([...alertingStates.keys()].filter((each) => alertingStates[each]?.states.length));
    const at = chance.integer(alertingStates[partition]?.states.length ?? 0);
    const changed = (change: (state: StateWrite) => StateWrite[]) =>
      verifyRecords({
        ...run,
        alertingStates: alertingStates.map((kept, p) =>
          p === partition
            ? { ...kept, states: kept.states.flatMap((state, i) => (i === at ? change(state) : [state])) }
            : kept,
        ),
      });
    const turned = await changed((state) => [{ ...state, bytes: withBitTurned(state.bytes, chance) }]);
    expect(findingsByKind(turned)).toEqual({ 'differing-state': 1 });
    expect(turned.findings[0]).toMatchObject({ invariant: 'I4', topic: topics.verdicts, partition });
    expect(findingsByKind(await changed(() => []))).toEqual({ 'state-missing': 1 });
    const invented = { key: `${'9'.repeat(32)}:acme`, offset: 0, bytes: Buffer.of(1) };
    expect(findingsByKind(await changed((state) => [state, invented]))).toEqual({ 'unexpected-state': 1 });
  });

  it('finds a state that is gone, left behind, invented, or ahead of its records', async () => {
    const partition = chance.pick([...run.states.keys()].filter((each) => (run.states[each]?.states.length ?? 0) > 0));
    const at = chance.integer(run.states[partition]?.states.length ?? 0);
    const changed = (
      change: (state: RunRecords['states'][number]['states'][number]) => (typeof run.states)[0]['states'],
    ) =>
      verifyRecords({
        ...run,
        states: run.states.map((each, p) =>
          p === partition
            ? { ...each, states: each.states.flatMap((state, i) => (i === at ? change(state) : [state])) }
            : each,
        ),
      });
    expect(findingsByKind(await changed(() => []))).toEqual({ 'state-missing': 1 });
    expect(findingsByKind(await changed((state) => [{ ...state, offset: -1 }]))).toEqual({ 'state-behind': 1 });
    expect(findingsByKind(await changed((state) => [{ ...state, offset: state.offset + 1_000 }]))).toEqual({
      'unexpected-state': 1,
    });
    const invented = { key: `${'9'.repeat(32)}:acme`, offset: 0, bytes: Buffer.of(1) };
    expect(findingsByKind(await changed((state) => [state, invented]))).toEqual({ 'unexpected-state': 1 });
  });

  it('finds an applied offset that is one too high or too low', async () => {
    const partition = chance.pick([...run.states.keys()].filter((each) => run.states[each]?.applied !== undefined));
    for (const [by, kind] of [
      [1, 'applied-ahead'],
      [-1, 'applied-behind'],
    ] as const) {
      const states = run.states.map((each, at) =>
        at === partition ? { ...each, applied: (each.applied ?? 0) + by } : each,
      );
      for (const settled of [true, false]) {
        const report = await verifyRecords({ ...run, states }, { settled });
        expect(findingsByKind(report)).toEqual({ [kind]: 1 });
        expect(report).toMatchObject({ appliedDifferences: 1, lost: 0, pending: 0 });
      }
    }
  });

  it('finds a dead letter that is gone, and one of a record that was accepted', async () => {
    const letter = chance.pick(run.logs.deadLetters);
    const gone = await verifyRecords(withLog(run, 'deadLetters', (all) => all.filter((each) => each !== letter)));
    expect(findingsByKind(gone)).toEqual({ 'dead-letter-missing': 1 });
    expect(gone).toMatchObject({ lost: 1, deadLetters: { missing: 1 } });
    const { source } = verdictIn(chance.pick(run.logs.verdicts));
    const invented = await verifyRecords(
      withLog(run, 'deadLetters', (all) => [...all, withLetter(letter, { source })]),
    );
    expect(findingsByKind(invented)).toEqual({ 'unexpected-dead-letter': 1 });
    const changed = withLetter(letter, { detail: 'something else' });
    const other = await verifyRecords(withLog(run, 'deadLetters', (all) => [...all, changed]));
    expect(findingsByKind(other)).toEqual({ 'differing-dead-letter': 1 });
  });

  it('finds an acknowledged batch that the log does not have', async () => {
    const given = run.logs.verdicts.map((record) => verdictIn(record));
    const positions = given.map(({ source: { partition, offset } }) => ({ partition, offset }));
    const identities = given.map(({ tenant, device, session, sequence }) => ({ tenant, device, session, sequence }));
    const both = identities.map((identity, index) => ({ partition: 0, offset: 0, ...positions[index], ...identity }));
    const known = await verifyRecords(run, { ackedIds: [...positions, ...identities] });
    expect(known).toMatchObject({ ok: true, lost: 0 });
    expect(await verifyRecords(run, { ackedIds: both })).toMatchObject({ ok: true, lost: 0 });
    const overwritten = both.map((id, index) => (index === 0 ? { ...id, sequence: 99_999 } : id));
    const replaced = await verifyRecords(run, { ackedIds: overwritten });
    expect(findingsByKind(replaced)).toEqual({ 'acked-not-in-log': 1 });
    const beyond = { partition: 0, offset: 1_000_000 };
    const unheard = { tenant: 'acme', device: 'd'.repeat(32), session: '1'.repeat(32), sequence: 99_999 };
    const report = await verifyRecords(run, { ackedIds: [...positions, beyond, unheard] });
    expect(findingsByKind(report)).toEqual({ 'acked-not-in-log': 2 });
    expect(report).toMatchObject({ acked: positions.length + 2, lost: 2 });
  });

  it('never tells in a finding what anybody did, or who it was', async () => {
    const report = await verifyRecords(withLog(run, 'verdicts', () => []));
    expect(report.lost).toBe(report.batches);
    const text = JSON.stringify(report);
    for (const record of run.logs.verdicts) expect(text).not.toContain(verdictIn(record).subject);
  });
});

/** Two consecutive verdicts of one subject. */
function neighbours(records: readonly ConsumedRecord[], chance: SeededRandom): [ConsumedRecord, ConsumedRecord] {
  for (const one of chance.shuffled(records)) {
    const { subject, tenant } = verdictIn(one);
    const other = records.find((each) => {
      const found = verdictIn(each);
      return (
        each.partition === one.partition &&
        each.offset > one.offset &&
        found.subject === subject &&
        found.tenant === tenant
      );
    });
    if (other !== undefined) return [one, other];
  }
  throw new Error('no subject has two verdicts');
}
