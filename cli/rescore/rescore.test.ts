import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker, OutgoingRecord } from '../../platform/broker/broker.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { StoreUnavailable } from '../../platform/store/state-store.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { createScorerMetrics } from '../../scorer/scorer-metrics.ts';
import { createScorerStage } from '../../scorer/scorer-stage.ts';
import { createTemplateCache } from '../../templates/template-cache.ts';
import { recordsIn } from '../../test/fixtures/records-in.ts';
import {
  activationRecord,
  batchRecord,
  createScorerRun,
  foreignRecord,
  type ScorerRun,
  scorerTopics,
} from '../../test/fixtures/scorer-run.ts';
import { templateOf } from '../../test/fixtures/template-fixture.ts';
import { ada, bob, subjectOf, typedBatch } from '../../test/fixtures/typing-fixture.ts';
import { readLiveVerdicts } from './live-verdicts.ts';
import { type RescoreOptions, rescore } from './rescore.ts';
import { isIn, type RescoreWindow, windowEnd, windowProblem } from './rescore-window.ts';
import { createShadowTopic } from './shadow-topic.ts';

const topics = { ...topicNames('gaitkeeper.'), ...scorerTopics };
const into = 'shadow';
const [one, other] = [subjectOf('1'), subjectOf('2')];
const verdictCodec = createVerdictCodec();

let run: ScorerRun;
let ownVersion: string;
let bobsVersion: string;

beforeEach(async () => {
  run = await createScorerRun({ partitions: 2 });
  await run.broker.createTopics([{ name: into, partitions: 2, replicationFactor: 1, config: {} }]);
  ownVersion = await run.templates.put(templateOf({ rhythm: ada, subject: one }));
  bobsVersion = await run.templates.put(templateOf({ rhythm: bob, subject: one }));
  const records: OutgoingRecord[] = [activationRecord({ subject: one, version: ownVersion })];
  for (let sequence = 0; sequence < 12; sequence++) {
    // Somebody else sits down half-way.
    records.push(batchRecord(typedBatch({ subject: one, sequence, rhythm: sequence < 6 ? ada : bob })));
    records.push(batchRecord(typedBatch({ subject: other, sequence, rhythm: ada })));
  }
  records.push(foreignRecord(one, Buffer.from('nonsense')));
  await run.start();
  await run.put(records);
  await run.untilDone();
});

afterEach(() => run.stopAll());

async function again(given: Partial<RescoreOptions> = {}, broker: Pick<Broker, 'read' | 'offsets'> = run.broker) {
  const stage = createScorerStage({
    ...{ topics: { ...scorerTopics, verdicts: into }, group: 'none' },
    templates: createTemplateCache({ store: run.templates }),
    metrics: createScorerMetrics(createMetrics()),
    log: createLogger({ name: 'test', level: 'silent', format: 'json' }),
  });
  const window: RescoreWindow = {};
  const live = await readLiveVerdicts({ broker, topics, partition: undefined });
  return await rescore({ broker, stage, live, window, clock: systemClock, ...given });
}

const produce = (verdicts: readonly OutgoingRecord[]) => run.broker.produce(verdicts);
const valuesIn = async (topic: string) =>
  (await recordsIn(run.broker, topic)).map(({ value }) => value?.toString('hex'));

/** The broker as it is once the first record of each partition has gone. */
function withoutOldest(): Pick<Broker, 'read' | 'offsets'> {
  return {
    offsets: async (topic) =>
      (await run.broker.offsets(topic)).map((each) => (topic === topics.behaviour ? { ...each, low: 1 } : each)),
    async *read(options) {
      for await (const record of run.broker.read(options)) {
        if (options.topic !== topics.behaviour || record.offset > 0) yield record;
      }
    },
  };
}

describe('rescoring', () => {
  it('comes to the same verdicts, byte for byte, from the same behaviour, and leaves the running system alone', async () => {
    const before = await Promise.all(Object.values(scorerTopics).map((topic) => run.broker.offsets(topic)));
    const report = await again({ produce });
    expect(report).toMatchObject({ verdicts: 24, sameDecision: 24, differentDecision: 0, withoutLiveVerdict: 0 });
    expect(report).toMatchObject({ records: 26, changes: [], deadLetters: { 'unknown-framing': 1 } });
    expect(await valuesIn(into)).toEqual(await valuesIn(topics.verdicts));
    expect(new Set((await run.verdicts()).map(({ verdict }) => verdict.decision)).size).toBeGreaterThan(1);
    const after = await Promise.all(Object.values(scorerTopics).map((topic) => run.broker.offsets(topic)));
    expect(after).toEqual(before);
    expect(await run.broker.committedOffsets('none', topics.behaviour)).toEqual(
      [0, 1].map((partition) => ({ partition, offset: -1 })),
    );
  });

  it('compares the window alone, with states from before it', async () => {
    const [{ partition = 0 } = {}] = (await recordsIn(run.broker, topics.behaviour)).filter(
      ({ key }) => key?.toString() === one,
    );
    const from = { kind: 'offset', partition, offset: 7 } as const;
    const report = await again({ window: { from } });
    expect(report).toMatchObject({ differentDecision: 0, withoutLiveVerdict: 0 });
    expect(report.verdicts).toBeLessThan(24);
    expect(report.verdicts).toBeGreaterThan(0);
    const none = await again({ window: { from: { kind: 'time', atMs: Date.now() + 60_000 } } });
    expect(none).toMatchObject({ verdicts: 0, sameDecision: 0 });
  });

  it('takes a template that was activated before the oldest kept record from the live verdicts', async () => {
    const report = await again({ produce }, withoutOldest());
    expect(report).toMatchObject({ differentDecision: 0, withoutLiveVerdict: 0 });
    const kinds = (await recordsIn(run.broker, into)).map(({ value }) => {
      const read = verdictCodec.decode(value);
      return read.ok && read.value.subject === one ? read.value.templateVersion : ownVersion;
    });
    expect(new Set(kinds)).toEqual(new Set([ownVersion]));
  });

  it('judges with another template where one is named, although its own is activated', async () => {
    const loaded = await run.templates.get(bobsVersion);
    if (!loaded.ok) throw new Error(loaded.detail);
    const report = await again({ override: loaded.template });
    expect(report.differentDecision).toBeGreaterThan(0);
    expect(report.changes.reduce((sum, { verdicts }) => sum + verdicts, 0)).toBe(report.differentDecision);
    expect(report.sameDecision + report.differentDecision).toBe(24);
  });

  it('makes nothing up while templates cannot be had', async () => {
    const away = { get: () => Promise.reject(new StoreUnavailable('as told')) };
    const stage = createScorerStage({
      ...{ topics: scorerTopics, group: 'none', templates: createTemplateCache({ store: away }) },
      metrics: createScorerMetrics(createMetrics()),
      log: createLogger({ name: 'test', level: 'silent', format: 'json' }),
    });
    const clock: Clock = {
      nowMs: () => 0,
      after(_, action) {
        action();
        return () => undefined;
      },
    };
    await expect(again({ stage, clock })).rejects.toThrow(StoreUnavailable);
  });
});

describe('the topic of rescored verdicts', () => {
  it('is none of the live ones, and empty', async () => {
    await run.broker.createTopics([{ name: topics.alerts, partitions: 1, replicationFactor: 1, config: {} }]);
    for (const name of Object.values(topics)) {
      await expect(createShadowTopic(run.broker, topics, name)).rejects.toThrow('a live topic\n  fix: --into');
    }
    await expect(createShadowTopic(run.broker, topics, 'no name')).rejects.toThrow('not a topic name');
    await createShadowTopic(run.broker, topics, 'fresh');
    expect(await run.broker.describeTopics(['fresh'])).toMatchObject([{ partitions: 2, replicationFactor: 1 }]);
    await createShadowTopic(run.broker, topics, 'fresh');
    await run.broker.produce([{ topic: 'fresh', key: null, value: Buffer.of(1) }]);
    await expect(createShadowTopic(run.broker, topics, 'fresh')).rejects.toThrow('holds records already');
  });
});

describe('the window', () => {
  const record = { partition: 3, offset: 100, timestampMs: 5_000 };

  it('is from the first end up to and without the second', () => {
    const time = (atMs: number) => ({ kind: 'time', atMs }) as const;
    const at = (offset: number) => ({ kind: 'offset', partition: 3, offset }) as const;
    expect(isIn({}, record)).toBe(true);
    expect([isIn({ from: time(5_000) }, record), isIn({ to: time(5_000) }, record)]).toEqual([true, false]);
    expect([isIn({ from: at(100) }, record), isIn({ to: at(100) }, record)]).toEqual([true, false]);
    expect(isIn({ from: time(5_001) }, record)).toBe(false);
  });

  it('is read from times and offsets, and refuses ends that do not fit', () => {
    expect(windowEnd('3/100')).toEqual({ kind: 'offset', partition: 3, offset: 100 });
    expect(windowEnd('2026-11-20T08:00:00Z')).toEqual({ kind: 'time', atMs: Date.UTC(2026, 10, 20, 8) });
    expect(() => windowEnd('yesterday')).toThrow('or an offset as partition/offset');
    expect(windowProblem({ from: windowEnd('3/100'), to: windowEnd('4/200') })).toContain('two partitions');
    expect(windowProblem({ from: windowEnd('3/100'), to: windowEnd('3/100') })).toContain('not before');
    expect(windowProblem({ from: windowEnd('2026-11-20'), to: windowEnd('2026-11-19') })).toContain('not before');
    expect(windowProblem({ from: windowEnd('3/1'), to: windowEnd('3/2') })).toBeUndefined();
  });
});
