import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Consumer, type KafkaConfig, type Producer } from 'kafkajs';
import { steadyNowMs } from '../../clock.ts';
import type { ConsumerClient, CreateConsumer } from '../consumer-client.ts';
import {
  connectionTimeoutMs,
  fetchWaitMs,
  type KafkaClientSettings,
  type KafkaClients,
  maxFetchBytes,
} from '../kafka-clients.ts';
import type { ProducerClient } from '../kafka-producer.ts';
import { safeOffset } from '../kafka-record.ts';
import type { AdminClient } from '../kafka-topics.ts';
import { createSendByLeader } from '../send-by-leader.ts';
import { within } from '../within.ts';
import { adaptKafkaLog } from './log.ts';
import { createSetBackWatch } from './set-back-watch.ts';
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
    createConsumer: adaptConsumer(kafka),
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

function adaptConsumer(kafka: kafkajs.Kafka): CreateConsumer {
  return (settings, events) => {
    const consumer: Consumer = kafka.consumer({
      groupId: settings.group,
      sessionTimeout: settings.sessionTimeoutMs,
      rebalanceTimeout: settings.sessionTimeoutMs * 2,
      heartbeatInterval: Math.ceil(settings.sessionTimeoutMs / 10),
      maxBytesPerPartition: settings.maxBytesPerPartition,
      maxBytes: maxFetchBytes,
      maxWaitTimeInMs: fetchWaitMs,
      allowAutoTopicCreation: false,
      // Restarting is ours: the client restarts after some errors, stops for good after others, and has no bound on the pace.
      retry: { ...attempts, restartOnFailure: async () => false },
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      events.joined(payload.memberAssignment[settings.topic] ?? []);
    });
    consumer.on(consumer.events.REBALANCING, () => events.rebalancing());
    // The client counts by the computer's clock from heartbeat to heartbeat: set back by an hour, it would send none for an hour.
    const clock = createSetBackWatch();
    const looking = setInterval(() => {
      const setBackMs = clock.setBackMs();
      if (setBackMs <= settings.sessionTimeoutMs / 3) return;
      clearInterval(looking);
      const error = new Error(`the computer's clock was set back by ${Math.round(setBackMs / 1000)} s`);
      const left = within(consumer.disconnect(), settings.sessionTimeoutMs, () => new Error('no disconnect'));
      void left.catch(() => undefined).then(() => events.crashed(error));
    }, settings.sessionTimeoutMs / 10).unref();
    const lookNoMore = () => clearInterval(looking);
    consumer.on(consumer.events.DISCONNECT, lookNoMore);
    consumer.on(consumer.events.CRASH, lookNoMore);
    consumer.on(consumer.events.HEARTBEAT, () => {
      clock.forget();
      events.heard();
    });
    consumer.on(consumer.events.COMMIT_OFFSETS, () => events.heard());
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      events.passed(payload.partition, safeOffset(payload.lastOffset));
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => events.crashed(payload.error));
    return adaptRunning(consumer, settings.topic);
  };
}

function adaptRunning(consumer: Consumer, topic: string): ConsumerClient {
  return {
    connect: () => consumer.connect(),
    subscribe: () => consumer.subscribe({ topic, fromBeginning: true }),
    run: (partitionsConsumedConcurrently, eachBatch) =>
      consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently,
        eachBatch: ({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isRunning }) =>
          eachBatch({
            partition: batch.partition,
            highWatermark: batch.highWatermark,
            messages: batch.messages,
            resolveOffset: (offset) => resolveOffset(String(offset)),
            heartbeat,
            // Named offsets are committed at once, and once only: a retry could come under a later membership.
            commit: (offsets) => {
              const partitions = offsets.map(({ partition, offset }) => ({ partition, offset: String(offset) }));
              return commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
            },
            isRunning,
          }),
      }),
    seek: (partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
    pause: (partition) => consumer.pause([{ topic, partitions: [partition] }]),
    resume: (partition) => {
      try {
        consumer.resume([{ topic, partitions: [partition] }]);
      } catch {
        // A consumer that has stopped has nothing to resume.
      }
    },
    stop: () => consumer.stop(),
    disconnect: () => consumer.disconnect(),
  };
}
