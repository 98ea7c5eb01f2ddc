import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type KafkaConfig, type Producer } from 'kafkajs';
import { steadyNowMs } from '../../clock.ts';
import { connectionTimeoutMs, type KafkaClientSettings, type KafkaClients } from '../kafka-clients.ts';
import type { ProducerClient } from '../kafka-producer.ts';
import type { AdminClient } from '../kafka-topics.ts';
import { createSendByLeader } from '../send-by-leader.ts';
import { adaptConsumer } from './consumer.ts';
import { adaptKafkaLog } from './log.ts';
import { createKafkaSockets } from './sockets.ts';

/** The client's own attempts, short: what lies beyond them is ours. */
const attempts = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 };

/** The clients of kafkajs. */
export function createKafkajsClients(settings: KafkaClientSettings): KafkaClients {
  const sockets = createKafkaSockets();
  const kafka = new kafkajs.Kafka({ ...clientConfig(settings), socketFactory: sockets.open });
  const compression = kafkajs.CompressionTypes[settings.compression === 'gzip' ? 'GZIP' : 'None'];
  return {
    load: async () => undefined,
    createAdmin: () => adaptAdmin(kafka.admin({ retry: attempts })),
    createProducer: () => adaptProducer(kafka, compression, settings.requestTimeoutMs),
    createConsumer: adaptConsumer(kafka, attempts),
    cut: sockets.cut,
  };
}

function clientConfig(settings: KafkaClientSettings): KafkaConfig {
  const { brokers, clientId, log, requestTimeoutMs, tls, sasl } = settings;
  const told = adaptKafkaLog(log);
  const pem = tls === undefined || tls === true ? undefined : tls;
  return {
    brokers: [...brokers],
    clientId,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: attempts,
    logCreator: () => told,
    ...(tls === undefined
      ? {}
      : {
          ssl:
            pem === undefined
              ? true
              : { ...pick('ca', pem.ca), ...pick('cert', pem.certificate), ...pick('key', pem.key) },
        }),
    // A copy: the client keeps in it how it has logged in, and would log in so again whoever it is given to next.
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as NonNullable<KafkaConfig['sasl']> }),
  };
}

function pick(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

function adaptAdmin(admin: Admin): AdminClient {
  return {
    connect: () => admin.connect(),
    disconnect: () => admin.disconnect(),
    describeCluster: async () => {
      await admin.describeCluster();
    },
    listTopics: () => admin.listTopics(),
    partitions: async (topic) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const found = topics.find(({ name }) => name === topic);
      return (found?.partitions ?? [])
        .sort((a, b) => a.partitionId - b.partitionId)
        .map(({ leader, replicas }) => ({ leader, replicas: replicas.length }));
    },
    configuration: async (names) => {
      const type = kafkajs.ConfigResourceTypes.TOPIC;
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: names.map((name) => ({ type, name })),
      });
      return new Map(
        resources.map(({ resourceName, configEntries }) => [
          resourceName,
          Object.fromEntries(
            configEntries
              .filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG)
              .map(({ configName, configValue }) => [configName, configValue]),
          ),
        ]),
      );
    },
    createTopics: async (definitions) => {
      await admin.createTopics({
        waitForLeaders: false,
        topics: definitions.map(({ name, partitions, replicationFactor, config }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
        })),
      });
    },
    offsets: (topic) => fetchOffsets(admin, topic),
    deleteRecords: (topic, partition, below) =>
      admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(below) }] }),
    committedOffsets: async (groupId, topic) => {
      const found = await admin.fetchOffsets({ groupId, topics: [topic] });
      return found.flatMap(({ partitions }) => partitions);
    },
  };
}

const offsetAttempts = 5;
const offsetRetryMs = 20;

/**
 * The client forgets a topic for a moment when another call makes it look up its topics anew, and then falls over its own
 * empty answer with a TypeError: the only error that is asked again for here.
 */
async function fetchOffsets(admin: Admin, topic: string) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (!(error instanceof TypeError) || attempt === offsetAttempts) throw error;
    }
    await delay(offsetRetryMs);
  }
}

function adaptProducer(kafka: kafkajs.Kafka, compression: kafkajs.CompressionTypes, timeout: number): ProducerClient {
  const producer: Producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    // Every record names its partition; this only keeps the client from asking which partitioner we mean.
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: attempts,
  });
  // Tells who leads: a send that goes to several brokers at once loses, when one of them fails, what the others acknowledged.
  const admin = adaptAdmin(kafka.admin({ retry: attempts }));
  return {
    connect: async () => {
      await Promise.all([producer.connect(), admin.connect()]);
    },
    send: createSendByLeader<number>({
      findLeaders: async (topic) =>
        (await admin.partitions(topic)).map(({ leader }) => (leader < 0 ? undefined : leader)),
      keyOf: String,
      sendTo: (_, topicMessages) => producer.sendBatch({ acks: -1, timeout, compression, topicMessages }),
      now: steadyNowMs,
    }),
    disconnect: async () => {
      await Promise.all([producer.disconnect(), admin.disconnect()]);
    },
  };
}
