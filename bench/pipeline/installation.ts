import { valueKeyPrefix } from '../../cli/connections.ts';
import { readTopicDefinitions, topicsFile } from '../../cli/topic-definitions.ts';
import { startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { startLocalRedis } from '../../deploy/local/local-redis.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { createLogger } from '../../platform/log.ts';
import { createRedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisKeyValueStore } from '../../platform/store/redis-key-value-store.ts';
import { type TopicNames, topicNames } from '../../schemas/topic-names.ts';
import { createTemplateChangelog } from '../../templates/template-changelog.ts';
import { createTemplateStore, type TemplateStore } from '../../templates/template-store.ts';

/** A Kafka and a Redis, and our own connections to them. */
export interface Installation {
  brokers: string[];
  redisUrl: string;
  /** For the report. */
  words: string;
  broker: Broker;
  /** The template store of the scorers whose topics have this prefix. */
  templatesUnder(prefix: string): TemplateStore;
  stop(): Promise<void>;
}

export interface RunTopics extends TopicNames {
  prefix: string;
  /** Where the ceiling writes; like the verdict topic. */
  ceiling: string;
}

/**
 * Those that `GAITKEEPER_TEST_KAFKA` and `GAITKEEPER_TEST_REDIS` name, else local ones, which end with us: one Kafka
 * node, and a Redis that appends to its file as in `deploy/compose.yaml`.
 */
export async function startInstallation(env: NodeJS.ProcessEnv): Promise<Installation> {
  const givenBrokers = env['GAITKEEPER_TEST_KAFKA'];
  const givenRedis = env['GAITKEEPER_TEST_REDIS'];
  const kafka = givenBrokers ? undefined : await startLocalKafka();
  const redis = givenRedis ? undefined : await startLocalRedis({ appendOnly: true });
  const brokers = kafka?.brokers ?? (givenBrokers ?? '').split(',');
  const redisUrl = redis?.url ?? givenRedis ?? '';
  const log = createLogger({ name: 'bench', level: 'error', format: 'json' });
  const broker = createKafkaBroker({ brokers, clientId: 'bench', log });
  const values = createRedisConnection({ url: redisUrl, name: 'bench', commandTimeoutMs: 10_000 }, log);
  await Promise.all([broker.connect(), values.connect()]);
  return {
    brokers,
    redisUrl,
    words: `${kafka === undefined ? 'given' : 'local'} Apache Kafka, ${redis === undefined ? 'given' : 'local'} Redis`,
    broker,
    templatesUnder: (prefix) =>
      createTemplateStore({
        values: new RedisKeyValueStore(values, { keyPrefix: valueKeyPrefix(prefix) }),
        changelog: createTemplateChangelog({ broker, topic: topicNames(prefix).templates }),
      }),
    async stop() {
      await broker.close();
      await values.close();
      await Promise.all([kafka?.stop(), redis?.stop()]);
    },
  };
}

/** The topics of `deploy/topics.yaml` under a prefix of their own, unreplicated, and one for the ceiling to write to. */
export async function createRunTopics({ broker }: Installation, prefix: string): Promise<RunTopics> {
  const topics: RunTopics = {
    ...topicNames(prefix),
    prefix,
    ceiling: `${prefix}ceiling.v1`,
  };
  const definitions = readTopicDefinitions(topicsFile, { prefix, replicationFactor: 1 });
  const verdicts = definitions.find(({ name }) => name === topics.verdicts);
  if (verdicts === undefined) throw new Error(`no verdict topic among ${definitions.map(({ name }) => name)}`);
  await broker.createTopics([...definitions, { ...verdicts, name: topics.ceiling }]);
  return topics;
}
