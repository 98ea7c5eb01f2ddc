import { afterEach, describe, expect, it } from '@jest/globals';
import type { Verdict } from '../detection/words/verdict.ts';
import type { Broker, ConsumedRecord } from '../platform/broker/broker.ts';
import { createMemoryBroker } from '../platform/broker/memory-broker.ts';
import { createMetrics, type MetricsRegistry } from '../platform/metrics.ts';
import { type StagePoint, stagePoints } from '../platform/stage/partition-work.ts';
import { createKeyedStageRunner, type KeyedStageRunner } from '../platform/stage/run-keyed-stage.ts';
import { MemoryStateStore } from '../platform/store/memory-state-store.ts';
import { createDeadLetterCodec } from '../schemas/dead-letter.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';
import { createFaultyStateStore, type FaultyStateStore } from '../test/contracts/faulty-state-store.ts';
import { quickOptions, until } from '../test/contracts/staged-run.ts';
import { createCapturedLog } from '../test/fixtures/captured-log.ts';
import { recordsIn } from '../test/fixtures/records-in.ts';
import { verdictAt } from '../test/fixtures/verdict-fixture.ts';
import { createAlertingMetrics } from './alerting-metrics.ts';
import { createAlertingStage } from './alerting-stage.ts';
import type { EcsAlert } from './ecs-alert.ts';
import { calmVerdictsToClose } from './episode.ts';

const topics = { verdicts: 'verdicts', alerts: 'alerts', deadLetters: 'dead-letters' };
const group = 'alerting';
const verdicts = createVerdictCodec();
const deadLetters = createDeadLetterCodec();
const first = 'a'.repeat(32);
const second = 'b'.repeat(32);

interface AlertingRun {
  broker: Broker;
  store: FaultyStateStore;
  metrics: MetricsRegistry;
  lines: string[];
  start(onPoint?: (point: StagePoint) => void): Promise<KeyedStageRunner>;
  put(given: readonly (Verdict | { key: string; value: Buffer | null })[]): Promise<void>;
  untilDone(): Promise<void>;
  alerts(): Promise<{ key: string; line: string; document: EcsAlert }[]>;
  all(topic: string): Promise<ConsumedRecord[]>;
}

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function alertingRun(): Promise<AlertingRun> {
  const broker = createMemoryBroker();
  await broker.connect();
  const definition = { partitions: 2, replicationFactor: 1, config: {} };
  await broker.createTopics(Object.values(topics).map((name) => ({ name, ...definition })));
  const { log, lines } = createCapturedLog();
  const metrics = createMetrics();
  const store = createFaultyStateStore(new MemoryStateStore());
  const runners: KeyedStageRunner[] = [];
  cleanUps.push(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    await broker.close();
  });

  const all = (topic: string) => recordsIn(broker, topic);

  return {
    broker,
    store,
    metrics,
    lines,
    all,
    async start(onPoint) {
      const stage = createAlertingStage({
        topics,
        group,
        metrics: createAlertingMetrics(metrics),
        log,
      });
      const options = { ...quickOptions, maxRecordsPerMicroBatch: 2, maxRecordsPerBatch: 4 };
      const crashes = onPoint === undefined ? {} : { onPoint };
      const runner = createKeyedStageRunner({ stage, broker, store, log, metrics, options, ...crashes });
      runners.push(runner);
      await runner.start();
      return runner;
    },
    async put(given) {
      await broker.produce(
        given.map((each) =>
          'verdictId' in each
            ? { topic: topics.verdicts, key: Buffer.from(each.subject), value: verdicts.encode(each) }
            : { topic: topics.verdicts, key: Buffer.from(each.key), value: each.value },
        ),
      );
    },
    untilDone: () =>
      until(async () => {
        const ends = await broker.offsets(topics.verdicts);
        const done = await broker.committedOffsets(group, topics.verdicts);
        return ends.every(({ high, partition }) => high === 0 || done[partition]?.offset === high);
      }),
    async alerts() {
      return (await all(topics.alerts)).map(({ key, value }) => {
        const line = value?.toString() ?? '';
        return { key: key?.toString() ?? '', line, document: JSON.parse(line) as EcsAlert };
      });
    },
  };
}

const calm = (from: number, count: number): Verdict[] =>
  Array.from({ length: count }, (_, index) => verdictAt(from + index, 'genuine', 3));

describe('alerting at work', () => {
  it('raises one alert per episode, keyed by its subject', async () => {
    const run = await alertingRun();
    await run.start();
    await run.put([
      ...calm(0, 3),
      ...[3, 4, 5, 6].map((offset) => verdictAt(offset, 'impostor', 80)),
      ...[3, 4].map((offset) => verdictAt(offset, 'machine', 95, { subject: second })),
    ]);
    await run.untilDone();
    const alerts = await run.alerts();
    expect(alerts.map(({ key }) => key).sort()).toEqual([first, second]);
    for (const { key, document } of alerts) expect(document.user.id).toBe(key);
    const exposition = await run.metrics.exposition();
    expect(exposition).toContain('gaitkeeper_alerts_published_total{severity="high",rule="behaviour-mismatch"} 1');
    expect(exposition).toContain('gaitkeeper_alerts_published_total{severity="critical",rule="input-injection"} 1');
  });

  it('raises none for calm, suspicious or undecided verdicts, and stores nothing for them', async () => {
    const run = await alertingRun();
    await run.start();
    await run.put([
      ...calm(0, 5),
      verdictAt(5, 'suspicious', 72),
      verdictAt(6, 'undecided', 60, { reason: 'template-unavailable' }),
    ]);
    await run.untilDone();
    expect(await run.alerts()).toEqual([]);
    const { partition } = (await run.all(topics.verdicts))[0] ?? { partition: 0 };
    const scope = { stage: 'alerting', topic: topics.verdicts, partition };
    const { epoch } = await run.store.acquire(scope);
    const loaded = await run.store.load(scope, epoch, [`${first}:default`]);
    expect(loaded).toEqual({ kind: 'loaded', states: [undefined] });
  });

  it('raises no second alert after a restart in the middle of an episode, but one for the next episode', async () => {
    const run = await alertingRun();
    const worker = await run.start();
    await run.put([verdictAt(0, 'impostor', 80), verdictAt(1, 'impostor', 85)]);
    await run.untilDone();
    await worker.stop();
    await run.start();
    await run.put([verdictAt(2, 'impostor', 90), ...calm(3, 2), verdictAt(5, 'impostor', 90)]);
    await run.untilDone();
    expect(await run.alerts()).toHaveLength(1);
    await run.put([...calm(6, calmVerdictsToClose), verdictAt(20, 'impostor', 90)]);
    await run.untilDone();
    const ids = (await run.alerts()).map(({ document }) => document.gaitkeeper.alert.id);
    expect(new Set(ids).size).toBe(2);
  });

  it.each(stagePoints)(
    'that dies at "%s" repeats an alert with the same id and the same bytes, or not at all',
    async (at) => {
      const run = await alertingRun();
      let deaths = 0;
      await run.put([
        ...calm(0, 2),
        verdictAt(2, 'impostor', 80),
        verdictAt(3, 'impostor', 80),
        verdictAt(4, 'machine', 95),
        ...calm(5, calmVerdictsToClose),
        verdictAt(20, 'impostor', 80),
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
      for (const { document, line } of await run.alerts()) {
        byId.set(document.event.id, (byId.get(document.event.id) ?? new Set()).add(line));
      }
      expect(byId.size).toBe(3);
      for (const bytes of byId.values()) expect(bytes.size).toBe(1);
    },
  );

  it('has the same alerts when the verdicts are read again from the beginning', async () => {
    const run = await alertingRun();
    await run.put([
      verdictAt(0, 'impostor', 80),
      verdictAt(1, 'machine', 95),
      ...calm(2, 9),
      verdictAt(11, 'impostor', 99),
    ]);
    await run.start();
    await run.untilDone();
    const before = await run.alerts();
    // A store that lost everything: what it held is built again from the topic.
    run.store.replace(new MemoryStateStore());
    await run.put([verdictAt(12, 'impostor', 99)]);
    await run.untilDone();
    await until(async () => (await run.alerts()).length >= 2 * before.length);
    const after = await run.alerts();
    expect(new Set(after.map(({ line }) => line))).toEqual(new Set(before.map(({ line }) => line)));
  });

  it('keeps the episodes of two tenants with one pseudonym apart', async () => {
    const run = await alertingRun();
    await run.start();
    await run.put([verdictAt(0, 'impostor', 80), verdictAt(1, 'impostor', 80, { tenant: 'other' })]);
    await run.untilDone();
    expect((await run.alerts()).map(({ document }) => document.organization.id).sort()).toEqual(['default', 'other']);
  });

  const good = verdicts.encode(verdictAt(0, 'impostor', 80));
  it.each([
    ['a tombstone', { key: first, value: null }, 'empty', null],
    ['random bytes', { key: first, value: Buffer.from('no verdict') }, 'unknown-framing', null],
    ['a verdict that is cut short', { key: first, value: good.subarray(0, 60) }, 'truncated', null],
    ['a verdict under a foreign key', { key: second, value: good }, 'key-mismatch', 'default'],
  ] as const)('%s: set aside with its reason, counted, and the partition goes on', async (_, bad, reason, tenant) => {
    const run = await alertingRun();
    await run.start();
    await run.put([bad, verdictAt(1, 'impostor', 80), verdictAt(2, 'impostor', 80, { subject: second })]);
    await run.untilDone();
    expect(await run.alerts()).toHaveLength(2);
    const letters = (await run.all(topics.deadLetters)).map(({ value }) => deadLetters.decode(value));
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ ok: true, value: { stage: 'alerting', reason, tenant } });
    expect(await run.metrics.exposition()).toContain(
      `gaitkeeper_stage_dead_letters_total{stage="alerting",reason="${reason}"} 1`,
    );
  });

  it('names no subject in logs and labels', async () => {
    const run = await alertingRun();
    await run.start();
    await run.put([verdictAt(0, 'impostor', 80), { key: first, value: Buffer.from('no verdict') }]);
    await run.untilDone();
    expect(run.lines.some((line) => line.includes('alert opened'))).toBe(true);
    expect(run.lines.join('')).not.toContain(first);
    expect(await run.metrics.exposition()).not.toContain(first);
  });
});
