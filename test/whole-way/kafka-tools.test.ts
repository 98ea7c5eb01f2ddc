import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { replayLetters } from '../../cli/dead-letters/replay-letters.ts';
import { createLetterReader, replayHeader } from '../../cli/dead-letters/stored-letter.ts';
import { readTopicDefinitions, topicsFile } from '../../cli/topic-definitions.ts';
import { trialIdentity } from '../../cli/trial/trial-identity.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import type { KafkaClientName } from '../../platform/broker/kafka-clients.ts';
import { readSnapshotRecord } from '../../platform/stage/snapshot-record.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { createDeadLetterCodec } from '../../schemas/dead-letter.ts';
import type { Decoded } from '../../schemas/decoded.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { templateVersion } from '../../templates/template-format.ts';
import { eventually } from '../contracts/eventually.ts';
import { templateOf } from '../fixtures/template-fixture.ts';
import { ada, bob, type Rhythm, subjectOf, typedBatch } from '../fixtures/typing-fixture.ts';
import { describeOn, realKafka, realKafkaTools, realKcat } from '../servers/real-servers.ts';
import { type InProcessSystem, startInProcess } from './in-process-system.ts';
import { type KcatRecord, kcatRecords } from './kcat-records.ts';
import { exampleWith, type OperatorShell, openOperatorShell, operatorExamples, tableRows } from './operator-shell.ts';
import { recordsOf } from './topic-content.ts';

const installation = `tools-${randomBytes(4).toString('hex')}`;
const topicPrefix = `${installation}.`;
const scorerGroup = `${installation}-scorer`;
const alertingGroup = `${installation}-alerting`;
const topics = topicNames(topicPrefix);
const definitions = readTopicDefinitions(topicsFile, { prefix: topicPrefix, replicationFactor: 1 });
const subjects = ['a', 'b', 'c'].map(subjectOf);
const [intruded = ''] = subjects;
const { tenant } = trialIdentity(7);
const poison = 'nonsense';
const trace = { traceparent: '00-1-2-01' };
const codec = createBehaviourTopicCodec();

const describeGroups = exampleWith('--describe --group');
const describeState = exampleWith('--describe --state');
const resetGroup = exampleWith('--reset-offsets');
const describeTopics = exampleWith('kafka-topics.sh');
const listVerdicts = exampleWith(".verdicts.v1 -f '");
const listAlerts = exampleWith('-t gaitkeeper.alerts.v1');

it('knows every example of the page', () => {
  const elsewhere = exampleWith('kafka-dump-log.sh'); // kafka-compaction.test.ts
  const known = [describeGroups, describeState, resetGroup, describeTopics, listVerdicts, listAlerts, elsewhere];
  expect(known).toEqual(operatorExamples);
});

describeOn('Kafka, looked at with its own tools and kcat', everything(), ({ brokers, tools, kcat }) => {
  /** What outlives the processes. */
  const states = new MemoryStateStore();
  const values = new MemoryKeyValueStore();
  let shell: OperatorShell;
  /** Of the test itself. */
  let broker: Broker;
  let life: { system: InProcessSystem; broker: Broker } | undefined;
  let names: ReadonlyMap<string, string>;
  let typed = 0;

  /** One life of scorer and alerting, through one of the client libraries. */
  async function live(client: KafkaClientName): Promise<InProcessSystem> {
    const own = createKafkaBroker({ brokers, client, commitIntervalMs: 50 });
    await own.connect();
    const settings = { topicPrefix, scorerGroup, alertingGroup };
    const system = await startInProcess({ broker: own, states, values, settings });
    life = { system, broker: own };
    return system;
  }
  async function die(): Promise<void> {
    await life?.system.stop();
    await life?.broker.close();
    life = undefined;
  }
  /** A batch of each subject, so that one comes to every partition that has any. */
  async function type(times: number, rhythmOf: (subject: string) => Rhythm): Promise<void> {
    for (const sequence of Array.from({ length: times }, () => typed++)) {
      const batches = subjects.map((each) => {
        const subject = names.get(each) ?? '';
        return typedBatch({ tenant, subject, sequence, rhythm: rhythmOf(each), device: subject });
      });
      await broker.produce(
        batches.map((value) => ({
          ...{ topic: topics.behaviour, key: Buffer.from(value.subject) },
          value: codec.encode({ kind: 'batch', value }),
        })),
      );
    }
  }
  const owner = (): Rhythm => ada;
  const intruder = (subject: string): Rhythm => (subject === intruded ? bob : ada);
  const settled = (of: InProcessSystem) => eventually('everything is judged', () => of.settled());
  const records = (topic: string) => kcatRecords({ path: kcat.path, brokers, topic });
  const verdictBytes = async () => (await records(topics.verdicts)).map(({ value }) => value?.toString('hex'));

  async function replayDeadLetters(): Promise<void> {
    const read = createLetterReader(topics);
    async function* letters() {
      for (const record of await recordsOf(broker, topics.deadLetters)) {
        const letter = read(record);
        if (letter !== undefined) yield letter;
      }
    }
    const outcome = await replayLetters({
      ...{ broker, values, letters: letters(), named: true, dryRun: false, nowMs: Date.now },
    });
    expect(outcome.replayed).toBe(1);
  }

  async function expectGroupsAtTheEnd(): Promise<void> {
    const rows = tableRows(await shell.run(describeGroups), 'GROUP');
    for (const [group, topic] of [
      [scorerGroup, topics.behaviour],
      [alertingGroup, topics.verdicts],
    ] as const) {
      const ends = await broker.offsets(topic);
      const judged = rows.filter(
        (row) => row['GROUP'] === group && row['TOPIC'] === topic && row['LOG-END-OFFSET'] !== '0',
      );
      expect(judged.map((row) => [row['PARTITION'], row['CURRENT-OFFSET'], row['LAG']]).sort()).toEqual(
        ends
          .filter(({ high }) => high > 0)
          .map(({ partition, high }) => [`${partition}`, `${high}`, '0'])
          .sort(),
      );
      expect(judged.length).toBeGreaterThan(1);
    }
  }

  beforeAll(async () => {
    shell = await openOperatorShell({ tools: tools.found, brokers, installation });
    broker = createKafkaBroker({ brokers });
    await broker.connect();
    await broker.createTopics(definitions);
    const first = await live('kafkajs');
    names = new Map(subjects.map((subject) => [subject, first.pseudonymOf(subject)]));
    await first.activate(templateOf({ rhythm: ada, subject: intruded }));
    await type(6, owner);
    await broker.produce([
      { topic: topics.behaviour, key: Buffer.from('anything'), value: Buffer.from(poison), headers: trace },
    ]);
    await settled(first);
    await type(12, intruder);
    await replayDeadLetters();
    await settled(first);
  }, 60_000);

  afterAll(async () => {
    await die();
    await broker?.close();
    await shell?.close();
  });

  it('shows each record judged and committed, and who is at work', async () => {
    await expectGroupsAtTheEnd();
    const told = tableRows(await shell.run(describeState), 'GROUP');
    for (const group of [scorerGroup, alertingGroup]) {
      expect(told).toContainEqual(expect.objectContaining({ GROUP: group, STATE: 'Stable', '#MEMBERS': '1' }));
    }
  });

  it('shows the topics as they were defined', async () => {
    const { output } = await shell.run(describeTopics);
    for (const { name, partitions, config } of definitions) {
      const line = output.split('\n').find((each) => each.startsWith(`Topic: ${name}\t`)) ?? '';
      expect(line).toContain(`\tPartitionCount: ${partitions}\tReplicationFactor: 1\t`);
      const set = line.slice(line.indexOf('Configs: ') + 'Configs: '.length).split(',');
      expect(set).toEqual(expect.arrayContaining(Object.entries(config).map(([key, value]) => `${key}=${value}`)));
    }
    const partitions = definitions.reduce((sum, each) => sum + each.partitions, 0);
    expect(output.match(/\tPartition: /g)).toHaveLength(partitions);
  });

  it('resets a group at rest and none at work, and nothing is judged twice after it, by the other client too', async () => {
    const before = await verdictBytes();
    expect(before).toHaveLength(typed * subjects.length);
    expect((await shell.run(resetGroup)).output).toMatch(/inactive/);
    await expectGroupsAtTheEnd();

    await die();
    const gone = await shell.run(describeState);
    for (const group of [scorerGroup, alertingGroup]) {
      expect(gone.output).toContain(`'${group}' has no active members`);
      expect(gone.output).toMatch(new RegExp(`${group} .* Empty +0`));
    }
    const reset = tableRows(await shell.run(resetGroup), 'GROUP');
    expect(reset.length).toBeGreaterThan(1);
    for (const row of reset) expect(row).toMatchObject({ GROUP: scorerGroup, 'NEW-OFFSET': '0' });
    const kept = await broker.committedOffsets(scorerGroup, topics.behaviour);
    expect(kept.every(({ offset }) => offset === 0)).toBe(true);
    const second = await live('platformatic');
    await settled(second);
    await expectGroupsAtTheEnd();
    expect(await verdictBytes()).toEqual(before);
  });

  it('passes over nothing after a reset to the latest: the next record of a partition has the rest judged', async () => {
    const before = await verdictBytes();
    await die();
    await type(1, owner);
    const { exitCode } = await shell.run(resetGroup.replace('--to-earliest', '--to-latest'));
    expect(exitCode).toBe(0);
    const third = await live('kafkajs');
    expect(await third.settled()).toBe(true);
    await type(1, owner);
    await settled(third);
    const after = await verdictBytes();
    expect(after).toHaveLength(typed * subjects.length);
    expect(new Set(after).size).toBe(after.length);
    expect(after).toEqual(expect.arrayContaining(before));
  });

  it('shows every key, header and byte to kcat, without a gap in the offsets', async () => {
    await die();
    const found = new Map(
      await Promise.all(Object.values(topics).map(async (topic) => [topic, await records(topic)] as const)),
    );
    const of = (topic: string): KcatRecord[] => found.get(topic) ?? [];
    for (const topic of Object.values(topics)) {
      const places = (await broker.offsets(topic)).flatMap(({ partition, high }) =>
        Array.from({ length: high }, (_, offset) => `${partition}/${offset}`),
      );
      expect(of(topic).map(({ partition, offset }) => `${partition}/${offset}`)).toEqual(places);
    }

    const verdicts = of(topics.verdicts);
    const subjectsOfVerdicts = verdicts.map(({ key, value }) => {
      const { subject } = wellRead(createVerdictCodec().decode(value));
      expect(key?.toString()).toBe(subject);
      return subject;
    });
    expect(new Set(subjectsOfVerdicts)).toEqual(new Set(names.values()));
    const listed = (await shell.run(listVerdicts)).output
      .trim()
      .split('\n')
      .map((line) => line.trim());
    expect(listed.sort()).toEqual(
      verdicts
        .map(({ topic, partition, offset, key, value }) => `${topic} ${partition} ${offset} ${key} ${value?.length}`)
        .sort(),
    );

    const behaviour = of(topics.behaviour);
    const kinds = behaviour.map(({ value }) => {
      const read = codec.decode(value);
      return read.ok ? read.value.kind : value?.toString();
    });
    expect(kinds.filter((kind) => kind === 'batch')).toHaveLength(verdicts.length);
    expect(kinds.filter((kind) => kind !== 'batch').sort()).toEqual(['activation', poison, poison]);
    const refused = behaviour.filter(({ key }) => key?.toString() === 'anything');
    const id = `${topics.behaviour}/${refused[0]?.partition}/${refused[0]?.offset}`;
    expect(refused.map(({ headers }) => headers)).toEqual([trace, { ...trace, [replayHeader]: id }]);
    expect(behaviour.filter(({ headers }) => Object.keys(headers).length > 0)).toEqual(refused);

    const letters = of(topics.deadLetters).map(({ value }) => wellRead(createDeadLetterCodec().decode(value)));
    expect(letters.map(({ originalValue }) => originalValue?.toString())).toEqual([poison, poison]);
    for (const { key, value } of of(topics.templates)) expect(templateVersion(value ?? Buffer.alloc(0))).toBe(`${key}`);
    expect(of(topics.templates)).toHaveLength(1);
    expect(snapshotKinds(of(topics.snapshots))).toEqual(
      new Set(
        ['scorer', 'alerting', 'alerting-publishing', 'alerting-entity-risk'].flatMap((stage) => [
          `${stage} state`,
          `${stage} marker`,
        ]),
      ),
    );

    const alerts = (await shell.run(listAlerts)).output.trim().split('\n');
    expect(alerts).toHaveLength(of(topics.alerts).length);
    for (const line of alerts) expect(JSON.parse(line)).toMatchObject({ user: { id: names.get(intruded) } });
  });
});

function snapshotKinds(records: readonly KcatRecord[]): Set<string> {
  return new Set(
    records.map((record) => {
      const [stage = '', topic = ''] = `${record.key}`.split('|');
      const scope = { stage, topic, partition: record.partition };
      return `${stage} ${readSnapshotRecord({ ...record, timestampMs: 0 }, scope).kind}`;
    }),
  );
}

function wellRead<Value>(decoded: Decoded<Value>): Value {
  if (decoded.ok) return decoded.value;
  throw new Error(`kcat gave what cannot be read: ${decoded.detail}`);
}

function everything() {
  const [kafka, tools, kcat] = [realKafka(), realKafkaTools(), realKcat()];
  if (!kafka.available) return kafka;
  if (!tools.available) return tools;
  if (!kcat.available) return kcat;
  return { available: true as const, brokers: kafka.brokers, tools, kcat };
}
