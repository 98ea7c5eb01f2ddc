import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { type Broker, BrokerUnavailable, type ConsumedRecord, type Consumption } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { type KafkaClientName, kafkaClientNames } from '../../platform/broker/kafka-clients.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { partitionOfKey } from '../../platform/broker/partition-chooser.ts';
import { freeze } from '../servers/frozen.ts';
import { describeOn, realKafka, realKafkaOfOurOwn, realKcat } from '../servers/real-servers.ts';
import { brokerContract } from './broker-contract.ts';
import { eventually } from './eventually.ts';

describe('Broker', () => {
  describe('on memory', () => brokerContract(() => createMemoryBroker()));
  for (const client of kafkaClientNames) {
    describeOn(`Kafka by ${client}`, realKafka(), ({ brokers }) => {
      brokerContract(() => createKafkaBroker({ brokers, client }));
      refusalBesideRecords(() => createKafkaBroker({ brokers, client }));
    });
  }
});

describe('MemoryBroker', () => {
  const records = (count: number) =>
    Array.from({ length: count }, () => ({ topic: 't', key: null, value: Buffer.alloc(1) }));
  const definition = { name: 't', partitions: 1, replicationFactor: 1, config: {} };

  it('forgets the oldest where no group reads, and never holds more than its bound', async () => {
    const broker = createMemoryBroker({ maxRecordsPerTopic: 100 });
    await broker.createTopics([definition]);
    for (let round = 0; round < 30; round++) {
      await broker.produce(records(17));
      const [offsets] = await broker.offsets('t');
      expect((offsets?.high ?? 0) - (offsets?.low ?? 0)).toBeLessThanOrEqual(100);
    }
    await expect(broker.produce(records(101))).rejects.toThrow(/maxRecordsPerTopic = 100/);
  });

  it('refuses records rather than forget what a group has not committed', async () => {
    const broker = createMemoryBroker({ maxRecordsPerTopic: 100 });
    await broker.createTopics([definition]);
    const found: ConsumedRecord[] = [];
    let mayFinish = false;
    const member = await broker.consume({ group: 'slow', topic: 't' }, async (batch) => {
      if (!mayFinish) return { kind: 'pause', offset: 0, resumeAfterMs: 10, reason: 'not yet' };
      found.push(...batch.records);
      return { kind: 'done', nextOffset: (batch.records.at(-1)?.offset ?? 0) + 1 };
    });
    await broker.produce(records(100));
    await expect(broker.produce(records(1))).rejects.toThrow(/t is full.*slow.*catch up, or raise the limit/);
    mayFinish = true;
    await eventually('the group has caught up', () => found.length === 100);
    await broker.produce(records(1));
    await eventually('the refused record is there', () => found.length === 101);
    await member.close();
    expect(found.map(({ offset }) => offset)).toEqual(Array.from({ length: 101 }, (_, index) => index));
  });
});

describeOn('Kafka', realKafka(), ({ brokers }) => {
  it('members with different client libraries share a group, whoever of them leads, and go on where the other stopped', async () => {
    const [kafkajs, platformatic] = kafkaClientNames.map((client) => createKafkaBroker({ brokers, client }));
    if (kafkajs === undefined || platformatic === undefined) throw new Error('there are fewer than two clients');
    for (const [first, second] of [
      [kafkajs, platformatic],
      [platformatic, kafkajs],
    ] as const) {
      const topic = `mixed.${randomUUID()}`;
      const group = randomUUID();
      await first.createTopics([{ name: topic, partitions: 4, replicationFactor: 1, config: {} }]);
      const read: Record<'first' | 'second', number[]> = { first: [], second: [] };
      const join = (broker: Broker, name: 'first' | 'second') =>
        broker.consume({ group, topic, sessionTimeoutMs: 6_000 }, async ({ records }) => {
          read[name].push(...records.map(({ partition }) => partition));
          return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
        });
      const write = (broker: Broker) =>
        broker.produce(
          Array.from({ length: 40 }, (_, at) => ({ topic, key: null, value: Buffer.alloc(1), partition: at % 4 })),
        );
      const leader = await join(first, 'first');
      await eventually('the first has all', () => leader.health().assignedPartitions.length === 4);
      const follower = await join(second, 'second');
      const shares = () => [leader, follower].map((member) => member.health().assignedPartitions);
      await eventually('both have a share', () => shares().every((share) => share.length === 2));
      expect(shares().flat().sort()).toEqual([0, 1, 2, 3]);
      await write(first);
      await eventually('all is read', () => read.first.length + read.second.length >= 40);
      await leader.close();
      await eventually('the second has all', () => follower.health().assignedPartitions.length === 4);
      await write(second);
      await eventually('all is read again', () => read.first.length + read.second.length >= 80);
      await follower.close();
      expect([read.first.length, read.second.length]).toEqual([20, 60]);
      const committed = await first.committedOffsets(group, topic);
      expect(committed.map(({ offset }) => offset)).toEqual([20, 20, 20, 20]);
    }
    await Promise.all([kafkajs.close(), platformatic.close()]);
  });
});

describeOn('Kafka', realKafka(), ({ brokers }) => {
  it('what one client library has compressed, each of them reads', async () => {
    for (const writer of kafkaClientNames) {
      const broker = createKafkaBroker({ brokers, client: writer, compression: 'gzip' });
      const topic = `gzip.${randomUUID()}`;
      await broker.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
      const values = Array.from({ length: 200 }, (_, index) => `a value much like the others, number ${index}`);
      await broker.produce(values.map((value) => ({ topic, key: null, value: Buffer.from(value) })));
      await broker.close();
      for (const client of kafkaClientNames) {
        const reader = createKafkaBroker({ brokers, client });
        const found: string[] = [];
        for await (const { value } of reader.read({ topic, from: 'earliest', until: 'end' })) {
          found.push(value?.toString() ?? '');
        }
        expect(found).toEqual(values);
        await reader.close();
      }
    }
  });
});

for (const client of kafkaClientNames) {
  describeOn(`Kafka and kcat by ${client}`, both(realKafka(), realKcat()), ({ brokers, path }) => {
    const kcat = async (args: string[], input?: string): Promise<string> => {
      const running = promisify(execFile)(path, ['-b', brokers.join(','), '-q', ...args]);
      running.child.stdin?.end(input);
      return (await running).stdout;
    };
    const withTopic = async (partitions: number) => {
      const broker = createKafkaBroker({ brokers, client });
      const topic = `kcat.${randomUUID()}`;
      await broker.createTopics([{ name: topic, partitions, replicationFactor: 1, config: {} }]);
      return { broker, topic };
    };

    it('kcat reads what we write: key, value, headers, partition', async () => {
      const { broker, topic } = await withTopic(3);
      const key = 'a'.repeat(32);
      const headers = { 'content-type': 'application/json', schema: 'ecs' };
      await broker.produce([{ topic, key: Buffer.from(key), value: Buffer.from('{"risk":99}'), headers }]);
      const out = await kcat(['-C', '-t', topic, '-e', '-f', '%k|%s|%h|%p|%o\n']);
      const where = partitionOfKey(Buffer.from(key), 3);
      expect(out).toBe(`${key}|{"risk":99}|content-type=application/json,schema=ecs|${where}|0\n`);
      await broker.close();
    });

    it('kcat puts a key where we put it', async () => {
      const { broker, topic } = await withTopic(24);
      const keys = Array.from({ length: 100 }, () => randomUUID());
      const lines = keys.map((key) => `${key}|${key}`).join('\n');
      await kcat(['-P', '-t', topic, '-K', '|', '-X', 'topic.partitioner=murmur2'], lines);
      let found = 0;
      for await (const record of broker.read({ topic, from: 'earliest', until: 'end' })) {
        expect(record.partition).toBe(partitionOfKey(record.key as Buffer, 24));
        found += 1;
      }
      expect(found).toBe(keys.length);
      await broker.close();
    });
  });
}

describeOn('a Kafka of its own', realKafkaOfOurOwn(), () => {
  // The clients go through one outage side by side: each start of a Kafka and each wait for it then serves them all.
  it('each client says that the broker is away while it is, and goes on when it is back', async () => {
    const kafka = await startLocalKafka();
    const users = kafkaClientNames.map((client) => outageUser(kafka.brokers, client));
    const each = (step: (user: OutageUser) => Promise<void>) =>
      Promise.all(
        users.map((user) =>
          step(user).catch((error: Error) => {
            error.message = `by ${user.client}: ${error.message}`;
            throw error;
          }),
        ),
      );
    try {
      await each((user) => user.begin());
      await kafka.halt();
      await each((user) => user.isRefused());
      await kafka.restart();
      await each((user) => user.goesOn());
      // A frozen broker holds its connections open and answers nothing.
      await freeze(kafka, kafka.pids());
      await each((user) => user.getsNoAnswer());
      kafka.kill('SIGCONT');
      await each((user) => user.goesOnAfterTheFreeze());
    } finally {
      kafka.kill('SIGCONT');
      await Promise.all(users.map((user) => user.end()));
      await kafka.stop();
    }
    // Two starts of a Kafka and the end of a session lie in it.
  }, 180_000);
});

type OutageUser = ReturnType<typeof outageUser>;

/** What a writer and reader of one topic sees of a broker that goes away and comes back, step by step. */
function outageUser(brokers: string[], client: KafkaClientName) {
  const topic = `outage.${client}`;
  const group = `g.${client}`;
  const broker = createKafkaBroker({ brokers, client, produceTimeoutMs: 2_000, requestTimeoutMs: 2_000 });
  const found: string[] = [];
  let member: Consumption | undefined;
  const write = (value: string) => broker.produce([{ topic, key: Buffer.from('k'), value: Buffer.from(value) }]);
  const answers = () =>
    eventually('Kafka answers again', () =>
      broker.ping().then(
        () => true,
        () => false,
      ),
    );
  const readsOn = (value: string) => eventually('the member reads on', () => found.includes(value));

  return {
    client,
    async begin() {
      await broker.connect();
      await broker.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
      await write('before');
      member = await broker.consume({ group, topic, sessionTimeoutMs: 6_000 }, async ({ records }) => {
        found.push(...records.map(({ value }) => value?.toString() ?? ''));
        return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
      });
      await eventually('the record is committed', async () => {
        const [committed] = await broker.committedOffsets(group, topic);
        return committed?.offset === 1;
      });
    },
    async isRefused() {
      const refused = write('lost or not');
      await expect(refused).rejects.toThrow(BrokerUnavailable);
      await expect(refused).rejects.toThrow(/Kafka at 127\.0\.0\.1|no acknowledgement in time/);
      await expect(broker.ping()).rejects.toThrow(BrokerUnavailable);
    },
    async goesOn() {
      await answers();
      await write('after');
      await readsOn('after');
      expect(found.filter((value) => value === 'before' || value === 'after')).toEqual(['before', 'after']);
      expect(member?.health().state).toBe('running');
    },
    async getsNoAnswer() {
      await expect(write('frozen')).rejects.toThrow(BrokerUnavailable);
    },
    async goesOnAfterTheFreeze() {
      await answers();
      await write('thawed');
      await readsOn('thawed');
    },
    end: () => broker.close(),
  };
}

/** What a suite needs that needs two things. */
function both<A extends { available: true }, B extends { available: true }>(
  a: A | { available: false; reason: string },
  b: B | { available: false; reason: string },
): (A & B) | { available: false; reason: string } {
  if (!a.available) return a;
  return b.available ? { ...a, ...b } : b;
}

/** One record is too large for its topic, the others of the same call are not: they are written, and written once. */
function refusalBesideRecords(createBroker: () => Broker): void {
  it('writes once what is acknowledged beside a record that is refused', async () => {
    const broker = createBroker();
    const [roomy, narrow] = [`roomy.${randomUUID()}`, `narrow.${randomUUID()}`];
    await broker.createTopics([
      { name: roomy, partitions: 2, replicationFactor: 1, config: {} },
      { name: narrow, partitions: 1, replicationFactor: 1, config: { 'max.message.bytes': '1000' } },
    ]);
    const small = (value: string) => ({ topic: roomy, key: null, value: Buffer.from(value), partition: 1 });
    const tooLarge = { topic: narrow, key: null, value: Buffer.alloc(5_000, 'x') };
    const refused = broker.produce([small('first'), tooLarge, small('second')]);
    await expect(refused).rejects.toThrow(/max\.message\.bytes/);
    await expect(refused).rejects.not.toThrow(BrokerUnavailable);
    await broker.produce([small('third')]);
    const found: string[] = [];
    for await (const { value } of broker.read({ topic: roomy, from: 'earliest', until: 'end' })) {
      found.push(value?.toString() ?? '');
    }
    expect(found).toEqual(['first', 'second', 'third']);
    await broker.close();
  });
}
