import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { trialIdentity } from '../../cli/trial/trial-identity.ts';
import { type LocalRedis, startLocalRedis } from '../../deploy/local/local-redis.ts';
import { redisCommand } from '../../deploy/local/redis-command.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createLogger } from '../../platform/log.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createRedisConnection, type RedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisKeyValueStore } from '../../platform/store/redis-key-value-store.ts';
import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { eventually } from '../contracts/eventually.ts';
import { templateOf } from '../fixtures/template-fixture.ts';
import { ada, bob, type Rhythm, subjectOf, typedBatch } from '../fixtures/typing-fixture.ts';
import { describeOn, kafkaClient, realKafka, realRedisOfOurOwn } from '../servers/real-servers.ts';
import { type InProcessParts, type InProcessSystem, startInProcess } from './in-process-system.ts';
import { recordsOf } from './topic-content.ts';

const codec = createBehaviourTopicCodec();
const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
const subjects = ['a', 'b', 'c', 'd'].map(subjectOf);
const [enrolled = '', intruded = ''] = subjects;
/** Both are what the verdicts' bytes depend on besides their input: an undisturbed run has the same. */
const topicPrefix = `loss-${randomBytes(4).toString('hex')}.`;
const settings = {
  topicPrefix,
  scorerGroup: `${topicPrefix}scorer`,
  alertingGroup: `${topicPrefix}alerting`,
  snapshotIntervalMs: 200,
};
const topics = topicNames(topicPrefix);

/** Records as the gateway writes them, one at a time: their offsets and bytes are the same in every run. */
async function type(system: InProcessSystem, from: number, to: number, rhythmOf: (subject: string) => Rhythm) {
  for (let sequence = from; sequence < to; sequence++) {
    for (const subject of subjects) {
      const own = system.pseudonymOf(subject);
      const { tenant } = trialIdentity(7);
      const value = typedBatch({ tenant, subject: own, sequence, rhythm: rhythmOf(subject), device: own });
      await system.write(own, codec.encode({ kind: 'batch', value }));
    }
  }
}
const owner = (): Rhythm => ada;
/** Somebody else sits down at one desk, and stays. */
const intruder = (subject: string): Rhythm => (subject === intruded ? bob : ada);
const settled = (system: InProcessSystem) => eventually('everything is judged', () => system.settled(), 90_000);

async function enrol(system: InProcessSystem): Promise<void> {
  for (const subject of [enrolled, intruded]) await system.activate(templateOf({ rhythm: ada, subject }));
}

/** What stands in verdicts and alerts, each once, by where it came from. */
async function written(broker: Broker): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const topic of [topics.verdicts, topics.incidents, topics.alerts, topics.entityRisk]) {
    for (const { value } of await recordsOf(broker, topic)) {
      const bytes = value?.toString('hex') ?? '';
      found.set(`${topic} ${bytes}`, bytes);
    }
  }
  return found;
}

describeOn('Kafka and a Redis of its own', bothAvailable(), ({ brokers }) => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });

  async function undisturbed(): Promise<Map<string, string>> {
    const broker = createMemoryBroker();
    const parts = { broker, states: new MemoryStateStore(), values: new MemoryKeyValueStore() };
    const system = await startInProcess({ ...parts, settings });
    try {
      await enrol(system);
      await type(system, 0, 6, owner);
      await settled(system);
      await type(system, 6, 14, intruder);
      await type(system, 14, 20, intruder);
      await settled(system);
      return await written(broker);
    } finally {
      await system.stop();
      await broker.close();
    }
  }

  async function connect(redis: LocalRedis): Promise<Pick<InProcessParts, 'states' | 'values'>> {
    const connections: RedisConnection[] = [];
    for (const name of ['state', 'values']) {
      const connection = createRedisConnection({ url: redis.url, name, commandTimeoutMs: 5_000 }, log);
      cleanups.push(() => connection.close());
      await connection.connect();
      connections.push(connection);
    }
    const [states, values] = connections as [RedisConnection, RedisConnection];
    return { states: new RedisStateStore(states), values: new RedisKeyValueStore(values) };
  }

  it('change no byte of a verdict or an alert when Redis loses everything, at work and at rest, and the topics their beginning', async () => {
    const broker = createKafkaBroker({ brokers, client: kafkaClient() });
    cleanups.push(() => broker.close());
    await broker.connect();
    const redis = await startLocalRedis();
    cleanups.push(() => redis.stop());
    const stores = await connect(redis);

    const system = await startInProcess({ broker, ...stores, settings });
    let running: InProcessSystem | undefined = system;
    cleanups.push(async () => running?.stop());
    await enrol(system);
    await type(system, 0, 6, owner);
    await settled(system);
    const snapshots = 'gaitkeeper_stage_snapshots_total{stage="scorer",outcome="written"}';
    await eventually('a snapshot was written', async () => (await system.counted(snapshots)) > 0);
    await redisCommand(redis.port, 'FLUSHALL', /OK/);
    await type(system, 6, 14, intruder);
    await settled(system);
    expect(await system.counted('gaitkeeper_stage_rebuilds_total{stage="scorer"}')).toBeGreaterThan(0);
    const before = await written(broker);
    await system.stop();
    running = undefined;

    await redisCommand(redis.port, 'FLUSHALL', /OK/);
    for (const topic of [topics.behaviour, topics.verdicts, topics.incidents]) {
      for (const { partition, high } of await broker.offsets(topic)) {
        if (high > 0) await broker.deleteRecords(topic, partition, high);
      }
    }
    const successor = await startInProcess({ broker, ...stores, settings });
    running = successor;
    await type(successor, 14, 20, intruder);
    await settled(successor);
    expect(await successor.counted('gaitkeeper_stage_rebuilds_total{stage="scorer"}')).toBeGreaterThan(0);
    expect(await successor.counted('gaitkeeper_stage_rebuilds_total{stage="alerting"}')).toBeGreaterThan(0);
    expect(await successor.counted('gaitkeeper_stage_records_lost_total{stage="scorer"}')).toBe(0);
    expect(successor.resting()).toEqual([]);

    const found = new Map([...before, ...(await written(broker))]);
    const wanted = await undisturbed();
    expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
    expect([...wanted.keys()].some((key) => key.startsWith(topics.alerts))).toBe(true);
  }, 240_000);
});

function bothAvailable() {
  const redis = realRedisOfOurOwn();
  return redis.available ? realKafka() : redis;
}
