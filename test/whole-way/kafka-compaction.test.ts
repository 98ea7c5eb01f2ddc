import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readTopicDefinitions, topicsFile } from '../../cli/topic-definitions.ts';
import { trialIdentity } from '../../cli/trial/trial-identity.ts';
import { type LocalKafka, startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../deploy/local/temporary-folder.ts';
import type { Broker, ConsumedRecord } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { kafkaClientNames } from '../../platform/broker/kafka-clients.ts';
import { systemClock } from '../../platform/clock.ts';
import { findSnapshot, restoreSnapshot, type SnapshotReading } from '../../platform/stage/partition-snapshot.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import type { StateScope } from '../../platform/store/state-store.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { eventually } from '../contracts/eventually.ts';
import { templateOf } from '../fixtures/template-fixture.ts';
import { ada, bob, subjectOf, typedBatch } from '../fixtures/typing-fixture.ts';
import { describeOn, realKafkaOfOurOwn, realKafkaTools } from '../servers/real-servers.ts';
import { startInProcess } from './in-process-system.ts';
import { exampleWith, type OperatorShell, openOperatorShell } from './operator-shell.ts';
import { recordsOf } from './topic-content.ts';

const installation = 'compacted';
const topicPrefix = `${installation}.`;
const topics = topicNames(topicPrefix);
const settings = { topicPrefix, scorerGroup: 'scorer', alertingGroup: 'alerting' };
/** As shipped, on one broker; what a day does to the snapshot topic happens in a moment. */
const definitions = readTopicDefinitions(topicsFile, { prefix: topicPrefix, replicationFactor: 1, partitions: 1 }).map(
  (definition) =>
    definition.name === topics.snapshots
      ? { ...definition, config: { ...definition.config, ...quickCleaning() } }
      : definition,
);
const subjects = ['a', 'b', 'c', 'd', 'e'].map(subjectOf);
const [intruded = ''] = subjects;
const lives = 3;
const batchesALife = 6;
/** Somebody else's records in the same topic: a segment is closed when the next record comes. */
const trafficKey = 'traffic';

describeOn('a Kafka of its own that compacts', everything(), ({ tools }) => {
  let disk: TemporaryFolder;
  let kafka: LocalKafka;
  let broker: Broker;
  let shell: OperatorShell;
  const states = new MemoryStateStore();
  const values = new MemoryKeyValueStore();

  beforeAll(async () => {
    disk = await createTemporaryFolder('gaitkeeper-segments-');
    kafka = await startLocalKafka({ dataDir: disk.path, heapMiB: 256 });
    const { brokers } = kafka;
    broker = createKafkaBroker({ brokers });
    await broker.connect();
    await broker.createTopics(definitions);
    shell = await openOperatorShell({ tools: tools.found, brokers, installation, dataDir: `${disk.path}/data-0` });
  }, 60_000);

  afterAll(async () => {
    await shell?.close();
    await broker?.close();
    await kafka?.stop();
    await disk?.remove();
  });

  /** Each life speaks through another client library than the one before, and writes the snapshot of its states when it stops. */
  async function live(number: number): Promise<void> {
    const client = kafkaClientNames[number % kafkaClientNames.length] ?? 'kafkajs';
    const own = createKafkaBroker({ brokers: kafka.brokers, client, compression: 'gzip', commitIntervalMs: 50 });
    await own.connect();
    const system = await startInProcess({ broker: own, states, values, settings });
    const codec = createBehaviourTopicCodec();
    const { tenant } = trialIdentity(7);
    if (number === 0) await system.activate(templateOf({ rhythm: ada, subject: intruded }));
    for (const sequence of Array.from({ length: batchesALife }, (_, at) => number * batchesALife + at)) {
      for (const each of subjects) {
        const subject = system.pseudonymOf(each);
        // Somebody else sits down at one desk, so that alerting has a state too.
        const rhythm = each === intruded && number > 0 ? bob : ada;
        const value = typedBatch({ tenant, subject, sequence, rhythm, device: subject });
        await system.write(subject, codec.encode({ kind: 'batch', value }));
      }
    }
    await eventually('everything is judged', () => system.settled());
    await system.stop();
    await own.close();
  }

  it('leaves the latest record of each key, which a rebuild takes to the same states', async () => {
    for (let number = 0; number < lives; number++) await live(number);
    const latest = latestByKey(await snapshotRecords());
    const [written] = await broker.offsets(topics.snapshots);
    expect(written?.high).toBeGreaterThan((lives - 1) * latest.size);

    let left: ConsumedRecord[] = [];
    await eventually('one record a key is left', async () => {
      await broker.produce([{ topic: topics.snapshots, key: Buffer.from(trafficKey), value: Buffer.from('more') }]);
      left = await snapshotRecords();
      return left.length === latest.size;
    });
    expect(latestByKey(left)).toEqual(latest);

    for (const [stage, topic] of [
      ['scorer', topics.behaviour],
      ['alerting', topics.verdicts],
    ] as const) {
      const scope = { stage, topic, partition: 0 };
      const restored = await restoredStates(scope);
      expect(await contentOf(restored, scope)).toEqual(await contentOf(states, scope));
    }
  }, 60_000);

  it('has been written by idempotent producers of both clients, and uncompressed, as the dump of a segment shows', async () => {
    const dump = exampleWith('kafka-dump-log.sh');
    const snapshots = await shell.run(dump);
    const verdicts = await shell.run(dump.replace('snapshots', 'verdicts'));
    for (const { output, exitCode } of [snapshots, verdicts]) {
      expect(exitCode).toBe(0);
      const batches = output.split('\n').filter((line) => line.startsWith('baseOffset: '));
      expect(new Set(batches.map((batch) => / producerId: (\d+) /.exec(batch)?.[1])).size).toBeGreaterThan(1);
      for (const batch of batches) {
        expect(batch).toMatch(/ producerId: \d+ .* isTransactional: false .* compresscodec: none .* isvalid: true/);
      }
    }
  });

  /** Ours, in the order in which they stand. */
  async function snapshotRecords(): Promise<ConsumedRecord[]> {
    return (await recordsOf(broker, topics.snapshots)).filter(({ key }) => key?.toString() !== trafficKey);
  }

  /** A store that lost everything, filled from the snapshot topic as it is now. */
  async function restoredStates(scope: StateScope): Promise<MemoryStateStore> {
    const reading: SnapshotReading = {
      ...{ broker, topic: topics.snapshots, scope, clock: systemClock, signOfLifeEveryMs: 1_000 },
      signOfLife: async () => undefined,
    };
    const found = await findSnapshot(reading);
    if (found.kind !== 'found') throw new Error(`no snapshot: ${found.kind}`);
    const store = new MemoryStateStore();
    const { epoch } = await store.acquire(scope);
    const target = { store, epoch, ask: <Answer>(question: () => Promise<Answer>) => question(), onProgress: () => {} };
    await restoreSnapshot(reading, found.snapshot, target);
    return store;
  }
});

async function contentOf(store: MemoryStateStore, scope: StateScope) {
  const states = new Map<string, string>();
  for await (const read of store.states(scope)) {
    if (read.kind === 'state') states.set(read.key, `${read.offset} ${read.bytes.toString('hex')}`);
  }
  expect(states.size).toBeGreaterThan(0);
  return { applied: await store.appliedOffset(scope), states };
}

function latestByKey(records: readonly ConsumedRecord[]): Map<string, string> {
  return new Map(records.map(({ key, offset, value }) => [`${key}`, `${offset} ${value?.toString('hex')}`]));
}

function quickCleaning() {
  return {
    'segment.ms': '100',
    'min.cleanable.dirty.ratio': '0.001',
    'min.compaction.lag.ms': '0',
    'max.compaction.lag.ms': '1000',
  };
}

function everything() {
  const [kafka, tools] = [realKafkaOfOurOwn(), realKafkaTools()];
  if (!kafka.available) return kafka;
  return tools.available ? { available: true as const, tools } : tools;
}
