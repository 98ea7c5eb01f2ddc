import { afterEach, describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { type StagePoint, stagePoints } from '../../platform/stage/partition-work.ts';
import { createKeyedStageRunner, type KeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createDeadLetterCodec } from '../../schemas/dead-letter.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';
import { createIncidentTopicCodec } from '../../schemas/incident-topic.ts';
import type { SuppressionRule } from '../../schemas/suppression.ts';
import { createFaultyStateStore } from '../../test/contracts/faulty-state-store.ts';
import { quickOptions, until } from '../../test/contracts/staged-run.ts';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { recordsIn } from '../../test/fixtures/records-in.ts';
import { ruleOf } from '../../test/fixtures/suppression-fixture.ts';
import type { Alert } from '../alerts/alert.ts';
import { type Directory, noDirectory } from '../directory/directory.ts';
import { readResponseRequest } from '../webhooks/response-request.ts';
import { hourMs } from './hourly-cap.ts';
import { createPublishingMetrics } from './publishing-metrics.ts';
import { createPublishingStage } from './publishing-stage.ts';

const topics = { incidents: 'incidents', deadLetters: 'dead-letters', responseRequests: 'requests' };
const [first, second] = ['alerts', 'alerts-again'];
const group = 'publishing';
const partitions = 2;
const codec = createIncidentTopicCodec();
const letters = createDeadLetterCodec();
const subject = 'a'.repeat(32);
const stranger = 'd'.repeat(32);
const closed = { state: 'closed', closedBecause: 'calm' } as const;

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const told = (given: Partial<IncidentRevision> = {}): OutgoingRecord => {
  const value = revisionOf(given);
  return { topic: topics.incidents, key: Buffer.from(value.subject), value: codec.encode({ kind: 'incident', value }) };
};
/** In every partition, as the command writes it. */
const ruled = (given: Partial<SuppressionRule> = {}): OutgoingRecord[] => {
  const value = ruleOf(given);
  const bytes = codec.encode({ kind: 'suppression', value });
  const key = Buffer.from(value.tenant);
  return Array.from({ length: partitions }, (_, partition) => ({
    topic: topics.incidents,
    key,
    value: bytes,
    partition,
  }));
};

async function publishingRun({
  directory = noDirectory,
  hourlyLimit = 100,
}: {
  directory?: Directory;
  hourlyLimit?: number;
} = {}) {
  const broker = createMemoryBroker();
  await broker.connect();
  const definition = { partitions, replicationFactor: 1, config: {} };
  await broker.createTopics([...Object.values(topics), first, second].map((name) => ({ name, ...definition })));
  const { log, lines } = createCapturedLog();
  const metrics = createMetrics();
  const store = createFaultyStateStore(new MemoryStateStore());
  const runners: KeyedStageRunner[] = [];
  cleanUps.push(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    await broker.close();
  });
  const write = (alert: Alert) => Buffer.from(JSON.stringify(alert));
  const linesOf = async (topic: string) =>
    (await recordsIn(broker, topic)).map(({ key, value }) => ({
      key: key?.toString() ?? '',
      line: value?.toString() ?? '',
      alert: JSON.parse(value?.toString() ?? '') as Alert,
    }));
  return {
    ...{ broker, store, metrics, lines, linesOf },
    async start(onPoint?: (point: StagePoint) => void) {
      const stage = createPublishingStage({
        ...{ topics, group, directory, hourlyLimit, log },
        outputs: [first, second].map((topic) => ({ topic, write })),
        partitionCount: async () => (await broker.offsets(topics.incidents)).length,
        metrics: createPublishingMetrics(metrics),
      });
      const options = { ...quickOptions, maxRecordsPerMicroBatch: 2, maxRecordsPerBatch: 4 };
      const crashes = onPoint === undefined ? {} : { onPoint };
      const runner = createKeyedStageRunner({ stage, broker, store, log, metrics, options, ...crashes });
      runners.push(runner);
      await runner.start();
    },
    put: (records: readonly OutgoingRecord[]) => broker.produce(records),
    untilDone: () =>
      until(async () => {
        const ends = await broker.offsets(topics.incidents);
        const done = await broker.committedOffsets(group, topics.incidents);
        return ends.every(({ high, partition }) => high === 0 || done[partition]?.offset === high);
      }),
    deadLetters: async () => (await recordsIn(broker, topics.deadLetters)).map(({ value }) => letters.decode(value)),
  };
}

const sayings = (alerts: readonly { alert: Alert }[]) =>
  alerts.map(({ alert }) =>
    alert.kind === 'incident' ? `${alert.incident.state}${alert.asks ? ' asks' : ''}` : `held back ${alert.heldBack}`,
  );

describe('publishing at work', () => {
  it('writes each revision once in each format, under its subject, and asks the outside where it asks', async () => {
    const run = await publishingRun();
    await run.start();
    await run.put([
      told(),
      told({ revision: 2, state: 'updated' }),
      told({ revision: 3, state: 'escalated', severity: 'critical' }),
      told({ revision: 4, ...closed }),
    ]);
    await run.untilDone();
    const alerts = await run.linesOf(first);
    expect(sayings(alerts)).toEqual(['open asks', 'updated', 'escalated asks', 'closed']);
    expect(new Set(alerts.map(({ key }) => key))).toEqual(new Set([subject]));
    expect((await run.linesOf(second)).map(({ line }) => line)).toEqual(alerts.map(({ line }) => line));
    const requests = (await recordsIn(run.broker, topics.responseRequests)).map(({ value }) =>
      readResponseRequest(value),
    );
    expect(requests).toMatchObject([
      { ok: true, value: { revision: 1, requested: 'step-up' } },
      { ok: true, value: { revision: 3, requested: 'session-lock' } },
    ]);
    expect(await run.metrics.exposition()).toContain(
      'gaitkeeper_alerts_published_total{severity="high",pattern="behaviour-mismatch"} 3',
    );
  });

  it('keeps back what a rule says, from then on and until it is taken back, and counts it', async () => {
    const run = await publishingRun();
    await run.start();
    await run.put([told({ incidentId: '4'.repeat(32) }), ...ruled(), told(), told({ subject: stranger })]);
    await run.put([
      told({ revision: 2, ...closed, incidentId: '4'.repeat(32) }),
      ...ruled({ action: 'remove' }),
      told({ incidentId: '5'.repeat(32) }),
    ]);
    await run.untilDone();
    const alerts = (await run.linesOf(first)).filter(({ key }) => key === subject);
    expect(sayings(alerts)).toEqual(['open asks', 'closed', 'open asks']);
    expect((await run.linesOf(first)).filter(({ key }) => key === stranger)).toHaveLength(1);
    expect(await run.metrics.exposition()).toContain(
      'gaitkeeper_alerts_suppressed_total{pattern="behaviour-mismatch"} 1',
    );
    const line = run.lines.find((each) => each.includes('incident suppressed'));
    expect(line).toContain(ruleOf().ruleId);
  });

  it('tells of a flood what it held back: at the first, and in full when the hour is over', async () => {
    const run = await publishingRun({ hourlyLimit: 2 });
    await run.start();
    const { atMs } = revisionOf();
    await run.put([1, 2, 3, 4].map((number) => told({ incidentId: `${number}`.repeat(32) })));
    await run.put([told({ incidentId: '5'.repeat(32), atMs: atMs + hourMs })]);
    await run.untilDone();
    // Of two partitions, each has half of the limit.
    const found = await run.linesOf(first);
    expect(sayings(found).sort()).toEqual(['held back 1', 'held back 3', 'open asks', 'open asks']);
    const summaries = found.filter(({ alert }) => alert.kind === 'held-back');
    expect(new Set(summaries.map(({ key }) => key))).toEqual(new Set(['default']));
  });

  it('names people and hosts as the directory does, and leaves a line of each time, without the names', async () => {
    const directory: Directory = {
      personOf: () => ({ name: 'avery', fullName: 'Avery Moss', domain: 'CORP', groups: ['pilots'] }),
      hostNameOf: () => 'wks-17',
    };
    const run = await publishingRun({ directory });
    await run.start();
    await run.put([told({ host: 'e'.repeat(32) }), ...ruled({ subject: null, group: 'pilots' })]);
    await run.put([told({ incidentId: '4'.repeat(32) })]);
    await run.untilDone();
    expect((await run.linesOf(first)).map(({ alert }) => alert)).toMatchObject([
      { person: { name: 'avery' }, hostName: 'wks-17' },
    ]);
    const resolutions = run.lines.filter((line) => line.includes('pseudonym resolved'));
    expect(resolutions).toHaveLength(2);
    expect(resolutions[0]).toContain(revisionOf().incidentId);
    expect(run.lines.join('')).not.toMatch(/avery|moss|wks-17|pilots/i);
    expect(run.lines.join('')).not.toContain(subject);
  });

  it.each([
    ['a tombstone', { key: subject, value: null }, 'empty', null],
    ['random bytes', { key: subject, value: Buffer.from('no incident') }, 'unknown-framing', null],
    ['an incident under a foreign key', { key: stranger, value: told().value }, 'key-mismatch', 'default'],
    ['a rule under a foreign key', { key: subject, value: ruled()[0]?.value ?? null }, 'key-mismatch', 'default'],
  ] as const)('sets %s aside with its reason, and goes on', async (_, bad, reason, tenant) => {
    const run = await publishingRun();
    await run.start();
    await run.put([{ topic: topics.incidents, key: Buffer.from(bad.key), value: bad.value }, told()]);
    await run.untilDone();
    expect(await run.linesOf(first)).toHaveLength(1);
    expect(await run.deadLetters()).toMatchObject([
      { ok: true, value: { stage: 'alerting-publishing', reason, tenant } },
    ]);
  });
});

describe('publishing that dies or loses its states', () => {
  const story = [
    told(),
    ...ruled({ subject: stranger }),
    told({ subject: stranger, incidentId: '4'.repeat(32) }),
    told({ revision: 2, state: 'escalated', severity: 'critical' }),
    told({ incidentId: '6'.repeat(32) }),
    ...ruled({ subject: stranger, action: 'remove' }),
    told({ subject: stranger, incidentId: '5'.repeat(32) }),
    told({ revision: 3, ...closed }),
  ];
  const wanted = ['closed', 'escalated asks', 'open asks', 'open asks', 'open asks'];

  it.each(stagePoints)('at "%s" repeats an alert with the same id and bytes, or not at all', async (at) => {
    const run = await publishingRun();
    let deaths = 0;
    await run.put(story);
    await run.start((point) => {
      if (point === at && deaths < 2) {
        deaths += 1;
        throw new Error(`dies at ${at}`);
      }
    });
    await run.untilDone();
    expect(deaths).toBe(2);
    const byId = new Map((await run.linesOf(first)).map((each) => [each.alert.id, each]));
    expect(sayings([...byId.values()]).sort()).toEqual(wanted);
    expect(new Set((await run.linesOf(first)).map(({ line }) => line)).size).toBe(byId.size);
  });

  it('says the same when the incidents are read again from the beginning', async () => {
    const run = await publishingRun();
    await run.put(story);
    await run.start();
    await run.untilDone();
    const before = (await run.linesOf(first)).map(({ line }) => line);
    run.store.replace(new MemoryStateStore());
    await run.put([
      told({ subject: stranger, incidentId: '5'.repeat(32), revision: 2, ...closed }),
      told({ incidentId: '8'.repeat(32) }),
    ]);
    await run.untilDone();
    await until(async () => (await run.linesOf(first)).length >= 2 * before.length + 2);
    const after = new Set((await run.linesOf(first)).map(({ line }) => line));
    expect(after.size).toBe(before.length + 2);
    for (const line of before) expect(after).toContain(line);
  });
});
