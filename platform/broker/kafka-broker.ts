import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Consumer, type KafkaConfig, type Producer } from 'kafkajs';
import { type Broker, BrokerUnavailable, type Consumption } from './broker.ts';
import type { ConsumerClient, CreateConsumer } from './consumer-client.ts';
import { startKafkaConsumption } from './kafka-consumption.ts';
import { isAnswer, isPassing, toBrokerError } from './kafka-error.ts';
import { adaptKafkaLog, type BrokerLog, silentLog } from './kafka-log.ts';
import { createKafkaProducer, type ProducerClient } from './kafka-producer.ts';
import { readKafkaTopic } from './kafka-read.ts';
import { safeOffset } from './kafka-record.ts';
import { createKafkaSockets } from './kafka-sockets.ts';
import { type AdminClient, createKafkaTopics, type WithAdmin } from './kafka-topics.ts';
import { createPartitionChooser } from './partition-chooser.ts';
import { createProduceQueue } from './produce-queue.ts';
import { trackConsumption } from './tracked-consumption.ts';
import { within } from './within.ts';

/** Who we are to a cluster that asks. */
export interface KafkaSecurity {
  /** TLS, with PEM texts; `true` for the system's certificate authorities and no client certificate. */
  tls?: true | { ca?: string; certificate?: string; key?: string };
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
}

/** Which cluster, and how long it is waited for. */
export interface KafkaBrokerOptions extends KafkaSecurity {
  /** `host:port` of some brokers of the cluster. */
  brokers: readonly string[];
  clientId?: string;
  log?: BrokerLog;
  /** `produce` rejects when records are not acknowledged after this long. Default: 30,000. */
  produceTimeoutMs?: number;
  /** Any other question to the cluster is given up after this long. Default: 10,000. */
  requestTimeoutMs?: number;
  /** Most records waiting for a send; `produce` rejects beyond. Default: 20,000. */
  maxPendingRecords?: number;
  /** Commits of finished work are gathered for this long. Default: 200. */
  commitIntervalMs?: number;
  /** `close` waits this long for batches in work. Default: 10,000. */
  closeTimeoutMs?: number;
  compression?: 'none' | 'gzip';
  /** In ms since 1970. */
  now?: () => number;
}

const connectionTimeoutMs = 3_000;
/** How long a fetch waits for records; also what an idle member's heartbeats and `close` wait for. */
const fetchWaitMs = 250;
/** Leaders and coordinators are found again this often. */
const passingPauseMs = 100;
const maxFetchBytes = 16 * 1024 * 1024;
/** A topic takes 1 MiB a record batch where nobody has set `max.message.bytes`. */
const sendLimits = { maxRecords: 2_048, maxBytes: 4 * 1024 * 1024, maxBytesPerPartition: 768 * 1024 };
/** The client's own attempts, short: what lies beyond them is ours. */
const attempts = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 };

/** A broker that can be let go without its cooperation. */
export interface KafkaBroker extends Broker {
  /** Breaks every connection at once, also to a cluster that no longer answers; what was under way rejects. */
  cut(): void;
}

/** An Apache Kafka as the log between the processes. */
export function createKafkaBroker(options: KafkaBrokerOptions): KafkaBroker {
  const { brokers, log = silentLog, now = Date.now } = options;
  const { produceTimeoutMs = 30_000, requestTimeoutMs = 10_000, closeTimeoutMs = 10_000 } = options;
  const sockets = createKafkaSockets();
  const kafka = new kafkajs.Kafka({
    ...clientConfig(options, Math.min(requestTimeoutMs, produceTimeoutMs)),
    socketFactory: sockets.open,
  });
  const compression = kafkajs.CompressionTypes[options.compression === 'gzip' ? 'GZIP' : 'None'];
  const consumptions = new Set<Consumption>();
  let admin: Promise<AdminClient> | undefined;
  let closed = false;

  const open = (doing: string): void => {
    if (closed) throw new BrokerUnavailable(`${doing}: this broker has been closed`);
  };
  const ask = async <Value>(doing: string, use: (client: AdminClient) => Promise<Value>, deadlineMs: number) => {
    admin ??= connectAdmin(kafka.admin({ retry: attempts }));
    const used = admin;
    const late = (): Error => new BrokerUnavailable(`${doing}: Kafka at ${brokers.join(', ')} did not answer in time`);
    try {
      return await within(used.then(use), deadlineMs - now(), late);
    } catch (error) {
      // A connection that failed is not trusted again, nor is what the client believes about leaders.
      if (!isAnswer(error) || isPassing(error)) {
        // Once, however many callers it failed: each further disconnect would wait on the same socket.
        if (admin === used) {
          admin = undefined;
          void used.then((client) => client.disconnect()).catch(() => undefined);
        }
      }
      throw error;
    }
  };
  const withAdmin: WithAdmin = async (doing, use) => {
    const deadlineMs = now() + requestTimeoutMs;
    for (;;) {
      open(doing);
      try {
        return await ask(doing, use, deadlineMs);
      } catch (error) {
        if (!isPassing(error) || now() + passingPauseMs > deadlineMs) throw toBrokerError(error, doing, brokers);
        await delay(passingPauseMs);
      }
    }
  };
  const topics = createKafkaTopics(withAdmin, requestTimeoutMs, now);
  const producer = createKafkaProducer({
    createClient: () => adaptProducer(kafka, compression, Math.min(requestTimeoutMs, produceTimeoutMs)),
    now,
    log,
  });
  const queue = createProduceQueue({
    send: (records, deadlineMs) => producer.send(records, deadlineMs),
    timeoutMs: produceTimeoutMs,
    limits: sendLimits,
    maxPendingRecords: options.maxPendingRecords ?? 20_000,
    now,
  });
  const choosePartition = createPartitionChooser();
  const createConsumer: CreateConsumer = adaptConsumer(kafka);

  return {
    connect: async () => {
      await withAdmin('connect', (client) => client.describeCluster());
      try {
        await producer.connect(now() + requestTimeoutMs);
      } catch (error) {
        throw toBrokerError(error, 'connect', brokers);
      }
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await Promise.all([...consumptions].map((consumption) => consumption.close()));
      await queue.drained();
      await producer.close().catch(() => undefined);
      await admin?.then((client) => client.disconnect()).catch(() => undefined);
    },
    cut: () => {
      closed = true;
      sockets.cut();
    },
    ping: () => withAdmin('ping', (client) => client.describeCluster()),
    produce: async (records) => {
      open('produce');
      // Before anything waits in line: one caller's missing topic or partition is not the others' failure.
      const counts = new Map<string, number>();
      for (const topic of new Set(records.map((record) => record.topic))) {
        counts.set(topic, await topics.partitionCount(topic));
      }
      const placed = records.map((record) => {
        return { ...record, partition: choosePartition(record, counts.get(record.topic) ?? 0) };
      });
      try {
        return await queue.produce(placed);
      } catch (error) {
        throw toBrokerError(error, 'produce', brokers);
      }
    },
    consume: async (subscription, handler) => {
      open('consume');
      await topics.offsets(subscription.topic);
      const commitIntervalMs = options.commitIntervalMs ?? 200;
      const consumption = await startKafkaConsumption({
        ...{ subscription, handler, createConsumer, commitIntervalMs, closeTimeoutMs, now, log },
      }).catch((error: unknown) => {
        throw toBrokerError(error, 'consume', brokers);
      });
      return trackConsumption(consumption, consumptions);
    },
    read: async function* (read) {
      open('read');
      try {
        yield* readKafkaTopic({ read, offsets: topics.offsets, createConsumer, idleTimeoutMs: produceTimeoutMs, now });
      } catch (error) {
        throw toBrokerError(error, 'read', brokers);
      }
    },
    describeTopics: topics.describe,
    createTopics: topics.create,
    offsets: topics.offsets,
    committedOffsets: topics.committedOffsets,
  };
}

function clientConfig(options: KafkaBrokerOptions, requestTimeout: number): KafkaConfig {
  const { brokers, clientId = 'gaitkeeper', log = silentLog, tls, sasl } = options;
  const told = adaptKafkaLog(log);
  const pem = tls === undefined || tls === true ? undefined : tls;
  return {
    brokers: [...brokers],
    clientId,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout,
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
    ...(sasl === undefined ? {} : { sasl: sasl as NonNullable<KafkaConfig['sasl']> }),
  };
}

function pick(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

async function connectAdmin(admin: Admin): Promise<AdminClient> {
  const client = adaptAdmin(admin);
  await client.connect();
  return client;
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
      return (found?.partitions ?? []).map(({ leader, replicas }) => ({ leader, replicas: replicas.length }));
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
    offsets: (topic) => admin.fetchTopicOffsets(topic),
    committedOffsets: async (groupId, topic) => {
      const found = await admin.fetchOffsets({ groupId, topics: [topic] });
      return found.flatMap(({ partitions }) => partitions);
    },
  };
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
  return {
    connect: () => producer.connect(),
    send: (topicMessages) => producer.sendBatch({ acks: -1, timeout, compression, topicMessages }),
    disconnect: () => producer.disconnect(),
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
    consumer.on(consumer.events.HEARTBEAT, () => events.heard());
    consumer.on(consumer.events.COMMIT_OFFSETS, () => events.heard());
    consumer.on(consumer.events.FETCH, () => events.fetched());
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
            resolveOffset,
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
