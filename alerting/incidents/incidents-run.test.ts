import { afterEach, describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../detection/words/verdict.ts';
import { stagePoints } from '../../platform/stage/partition-work.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createDeadLetterCodec } from '../../schemas/dead-letter.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { until } from '../../test/contracts/staged-run.ts';
import { createIncidentsRun, type IncidentsRun, topics } from '../../test/fixtures/incidents-run.ts';
import { verdictAt } from '../../test/fixtures/verdict-fixture.ts';
import { calmVerdictsToClose } from './incident-rules.ts';

const verdicts = createVerdictCodec();
const deadLetters = createDeadLetterCodec();
const first = 'a'.repeat(32);
const second = 'b'.repeat(32);

const runs: IncidentsRun[] = [];
afterEach(async () => {
  for (const run of runs.splice(0)) await run.end();
});

async function incidentsRun(): Promise<IncidentsRun> {
  const run = await createIncidentsRun();
  runs.push(run);
  return run;
}

const calm = (from: number, count = calmVerdictsToClose): Verdict[] =>
  Array.from({ length: count }, (_, index) => verdictAt(from + index, 'genuine', 3));
/** Seconds after an opening at which calm may close. */
const rest = 300;

describe('the stage of incidents at work', () => {
  it('tells one opening per incident, keyed by its subject', async () => {
    const run = await incidentsRun();
    await run.start();
    await run.put([
      ...calm(0, 3),
      ...[3, 4, 5, 6].map((offset) => verdictAt(offset, 'impostor', 80)),
      ...[3, 4].map((offset) => verdictAt(offset, 'machine', 95, { subject: second })),
    ]);
    await run.untilDone();
    const told = await run.revisions();
    expect(told.map(({ key }) => key).sort()).toEqual([first, second]);
    for (const { key, revision } of told) expect(revision).toMatchObject({ subject: key, state: 'open', revision: 1 });
    const exposition = await run.metrics.exposition();
    for (const labels of [
      'severity="high",pattern="behaviour-mismatch"',
      'severity="critical",pattern="input-injection"',
    ]) {
      expect(exposition).toContain(`gaitkeeper_incident_revisions_total{state="open",${labels}} 1`);
    }
    expect(exposition).toContain('gaitkeeper_verdict_risk_ratio_count 9');
  });

  it('tells nothing of calm, suspicious or undecided verdicts, and stores nothing for them', async () => {
    const run = await incidentsRun();
    await run.start();
    await run.put([
      ...calm(0, 5),
      verdictAt(5, 'suspicious', 72),
      verdictAt(6, 'undecided', 60, { reason: 'template-unavailable' }),
    ]);
    await run.untilDone();
    expect(await run.revisions()).toEqual([]);
    const { partition } = (await run.all(topics.verdicts))[0] ?? { partition: 0 };
    const scope = { stage: 'alerting', topic: topics.verdicts, partition };
    const { epoch } = await run.store.acquire(scope);
    const loaded = await run.store.load(scope, epoch, [`${first}:default`]);
    expect(loaded).toEqual({ kind: 'loaded', states: [undefined] });
  });

  it('goes on after a restart in the middle of an incident, to its end and its return', async () => {
    const run = await incidentsRun();
    const worker = await run.start();
    await run.put([verdictAt(0, 'impostor', 80), verdictAt(1, 'impostor', 85)]);
    await run.untilDone();
    await worker.stop();
    await run.start();
    await run.put([verdictAt(2, 'impostor', 92), ...calm(rest), verdictAt(rest + 60, 'impostor', 80)]);
    await run.untilDone();
    const told = (await run.revisions()).map(({ revision }) => revision);
    expect(told.map(({ state }) => state)).toEqual(['open', 'escalated', 'closed', 'open']);
    expect(new Set(told.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(told[2]).toMatchObject({ highVerdicts: 3, highestRisk: 92 });
  });

  it.each(stagePoints)('that dies at "%s" repeats a revision with the same bytes, or not at all', async (at) => {
    const run = await incidentsRun();
    let deaths = 0;
    await run.put([
      ...calm(0, 2),
      verdictAt(2, 'impostor', 80),
      verdictAt(3, 'impostor', 80),
      verdictAt(4, 'machine', 95),
      ...calm(rest + 5),
      verdictAt(rest + 60, 'impostor', 80),
    ]);
    await run.start((point) => {
      if (point === at && deaths < 3) {
        deaths += 1;
        throw new Error(`dies at ${at}`);
      }
    });
    await run.untilDone();
    expect(deaths).toBe(3);
    const byId = new Map<string, Set<string>>();
    for (const { revision, hex } of await run.revisions()) {
      const id = `${revision.incidentId}/${revision.revision}`;
      byId.set(id, (byId.get(id) ?? new Set()).add(hex));
    }
    expect(byId.size).toBe(5);
    for (const bytes of byId.values()) expect(bytes.size).toBe(1);
  });

  it('tells the same when the verdicts are read again from the beginning', async () => {
    const run = await incidentsRun();
    await run.put([verdictAt(0, 'impostor', 80), verdictAt(1, 'machine', 95), ...calm(rest + 2)]);
    await run.start();
    await run.untilDone();
    const before = await run.revisions();
    expect(before).toHaveLength(4);
    // A store that lost everything: what it held is built again from the topic.
    run.store.replace(new MemoryStateStore());
    await run.put([verdictAt(rest + 60, 'genuine', 3)]);
    await run.untilDone();
    await until(async () => (await run.revisions()).length >= 2 * before.length);
    const after = await run.revisions();
    expect(new Set(after.map(({ hex }) => hex))).toEqual(new Set(before.map(({ hex }) => hex)));
  });

  it('keeps the incidents of two tenants with one pseudonym apart', async () => {
    const run = await incidentsRun();
    await run.start();
    await run.put([verdictAt(0, 'impostor', 80), verdictAt(1, 'impostor', 80, { tenant: 'other' })]);
    await run.untilDone();
    expect((await run.revisions()).map(({ revision }) => revision.tenant).sort()).toEqual(['default', 'other']);
  });

  it('takes up what an analyst said, and counts what was said of incidents that nobody knows', async () => {
    const run = await incidentsRun();
    await run.start();
    await run.put([verdictAt(0, 'impostor', 80)]);
    await run.untilDone();
    const [opened] = await run.revisions();
    const incidentId = opened?.revision.incidentId ?? '';
    const rulings: Verdict['rulings'] = [
      { incidentId, ruling: 'false-positive' },
      { incidentId: '7'.repeat(32), ruling: 'confirmed' },
    ];
    await run.put([verdictAt(1, 'undecided', 0, { rulings })]);
    await run.untilDone();
    const told = (await run.revisions()).map(({ revision }) => revision);
    expect(told.map(({ state, closedBecause }) => `${state} ${closedBecause}`)).toEqual([
      'open none',
      'closed false-positive',
    ]);
    expect(await run.metrics.exposition()).toContain('gaitkeeper_rulings_unknown_total 1');
  });

  const good = verdicts.encode(verdictAt(0, 'impostor', 80));
  it.each([
    ['a tombstone', { key: first, value: null }, 'empty', null],
    ['random bytes', { key: first, value: Buffer.from('no verdict') }, 'unknown-framing', null],
    ['a verdict that is cut short', { key: first, value: good.subarray(0, 60) }, 'truncated', null],
    ['a verdict under a foreign key', { key: second, value: good }, 'key-mismatch', 'default'],
  ] as const)('%s: set aside with its reason, counted, and the partition goes on', async (_, bad, reason, tenant) => {
    const run = await incidentsRun();
    await run.start();
    await run.put([bad, verdictAt(1, 'impostor', 80), verdictAt(2, 'impostor', 80, { subject: second })]);
    await run.untilDone();
    expect(await run.revisions()).toHaveLength(2);
    const letters = (await run.all(topics.deadLetters)).map(({ value }) => deadLetters.decode(value));
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ ok: true, value: { stage: 'alerting', reason, tenant } });
    expect(await run.metrics.exposition()).toContain(
      `gaitkeeper_stage_dead_letters_total{stage="alerting",reason="${reason}"} 1`,
    );
  });

  it('names no subject and no device in logs and labels', async () => {
    const run = await incidentsRun();
    await run.start();
    await run.put([verdictAt(0, 'impostor', 80), ...calm(rest), { key: first, value: Buffer.from('no verdict') }]);
    await run.untilDone();
    const { device } = verdictAt(0, 'impostor', 80);
    for (const phrase of ['incident opened', 'incident closed']) {
      expect(run.lines.some((line) => line.includes(phrase))).toBe(true);
    }
    for (const text of [run.lines.join(''), await run.metrics.exposition()]) {
      expect(text).not.toContain(first);
      expect(text).not.toContain(device);
    }
  });
});
