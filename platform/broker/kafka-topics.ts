import { setTimeout as delay } from 'node:timers/promises';
import { BrokerUnavailable, type PartitionOffsets, type TopicDefinition } from './broker.ts';
import { isPassing, kafkaErrorTypes } from './kafka-error.ts';
import { type KafkaNumber, safeOffset } from './kafka-record.ts';
import { missingTopic } from './missing-topic.ts';

/** The part of a Kafka client's admin that is used. */
export interface AdminClient {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Rejects when the cluster does not answer. */
  describeCluster(): Promise<void>;
  listTopics(): Promise<string[]>;
  /** Leader and replicas of each partition, in order; leader -1 where there is none yet. Rejects for a topic that is unknown. */
  partitions(topic: string): Promise<{ leader: number; replicas: number }[]>;
  /** Configuration that was set on the topic itself. */
  configuration(topics: readonly string[]): Promise<Map<string, Record<string, string>>>;
  /** Resolves also where a topic exists. */
  createTopics(definitions: readonly TopicDefinition[]): Promise<void>;
  offsets(topic: string): Promise<{ partition: number; low: KafkaNumber; high: KafkaNumber }[]>;
  deleteRecords(topic: string, partition: number, below: number): Promise<void>;
  committedOffsets(group: string, topic: string): Promise<{ partition: number; offset: KafkaNumber }[]>;
}

/** Does something with a connected admin; errors come back in the port's words. */
export type WithAdmin = <Value>(doing: string, use: (admin: AdminClient) => Promise<Value>) => Promise<Value>;

/** What is asked of the cluster about its topics, and the creation of those that are missing. */
export interface KafkaTopics {
  describe(names: readonly string[]): Promise<TopicDefinition[]>;
  create(definitions: readonly TopicDefinition[]): Promise<void>;
  offsets(topic: string): Promise<PartitionOffsets[]>;
  deleteRecords(topic: string, partition: number, below: number): Promise<void>;
  committedOffsets(group: string, topic: string): Promise<{ partition: number; offset: number }[]>;
  /** Remembered for a while: partitions are added seldom, and asked for with every record. */
  partitionCount(topic: string): Promise<number>;
}

const pollEveryMs = 50;
const rememberForMs = 60_000;

/** Questions about topics, each asked through `withAdmin`; a new topic may take `usableTimeoutMs` until it has leaders. */
export function createKafkaTopics(withAdmin: WithAdmin, usableTimeoutMs: number, now: () => number): KafkaTopics {
  const counts = new Map<string, { count: Promise<number>; askedAtMs: number }>();

  const partitionsOf = (topic: string, doing: string) =>
    withAdmin(doing, async (admin) => {
      try {
        return await admin.partitions(topic);
      } catch (error) {
        if (kafkaErrorTypes(error).includes('UNKNOWN_TOPIC_OR_PARTITION')) throw missingTopic(topic, doing, error);
        throw error;
      }
    });
  const usable = async (admin: AdminClient, { name, partitions }: TopicDefinition): Promise<boolean> => {
    try {
      const found = await admin.partitions(name);
      return found.length >= partitions && found.every(({ leader }) => leader >= 0);
    } catch (error) {
      if (isPassing(error) || kafkaErrorTypes(error).includes('UNKNOWN_TOPIC_OR_PARTITION')) return false;
      throw error;
    }
  };

  return {
    describe: (names) =>
      withAdmin('describe topics', async (admin) => {
        const existing = new Set(await admin.listTopics());
        const found = names.filter((name) => existing.has(name));
        if (found.length === 0) return [];
        const configurations = await admin.configuration(found);
        return Promise.all(
          found.map(async (name) => {
            const partitions = await admin.partitions(name);
            return {
              name,
              partitions: partitions.length,
              replicationFactor: partitions[0]?.replicas ?? 0,
              config: configurations.get(name) ?? {},
            };
          }),
        );
      }),
    create: (definitions) =>
      withAdmin('create topics', async (admin) => {
        const existing = new Set(await admin.listTopics());
        const missing = definitions.filter(({ name }) => !existing.has(name));
        if (missing.length === 0) return;
        await admin.createTopics(missing);
        const deadlineMs = now() + usableTimeoutMs;
        for (const definition of missing) {
          // The client's own waiting for leaders fails on topics that are milliseconds old.
          while (!(await usable(admin, definition))) {
            if (now() > deadlineMs) {
              throw new BrokerUnavailable(
                `create topics: ${definition.name} has no leaders after ${usableTimeoutMs} ms`,
              );
            }
            await delay(pollEveryMs);
          }
        }
      }),
    offsets: async (topic) => {
      await partitionsOf(topic, 'offsets');
      const found = await withAdmin('offsets', (admin) => admin.offsets(topic));
      return found
        .map(({ partition, low, high }) => ({ partition, low: safeOffset(low), high: safeOffset(high) }))
        .sort((a, b) => a.partition - b.partition);
    },
    deleteRecords: async (topic, partition, below) => {
      await partitionsOf(topic, 'delete records');
      await withAdmin('delete records', (admin) => admin.deleteRecords(topic, partition, below));
    },
    committedOffsets: async (group, topic) => {
      await partitionsOf(topic, 'committed offsets');
      const found = await withAdmin('committed offsets', (admin) => admin.committedOffsets(group, topic));
      return found
        .map(({ partition, offset }) => ({ partition, offset: Math.max(-1, safeOffset(offset)) }))
        .sort((a, b) => a.partition - b.partition);
    },
    partitionCount: (topic) => {
      const known = counts.get(topic);
      if (known !== undefined && now() - known.askedAtMs < rememberForMs) return known.count;
      const count = partitionsOf(topic, 'produce').then((partitions) => partitions.length);
      counts.set(topic, { count, askedAtMs: now() });
      count.catch(() => counts.delete(topic));
      return count;
    },
  };
}
