import { setTimeout as delay } from 'node:timers/promises';
import { steadyNowMs } from '../clock.ts';
import { type Broker, BrokerUnavailable, type Consumption } from './broker.ts';
import type { CreateKafkaClients, KafkaClientName, KafkaClientSettings, KafkaSecurity } from './kafka-clients.ts';
import { startKafkaConsumption } from './kafka-consumption.ts';
import { isAnswer, isPassing, kafkaErrorTypes, toBrokerError } from './kafka-error.ts';
import { type BrokerLog, silentLog } from './kafka-log.ts';
import { createKafkaProducer } from './kafka-producer.ts';
import { readKafkaTopic } from './kafka-read.ts';
import { type AdminClient, createKafkaTopics, type WithAdmin } from './kafka-topics.ts';
import { createKafkajsClients } from './kafkajs/clients.ts';
import { createPartitionChooser } from './partition-chooser.ts';
import { createPlatformaticClients } from './platformatic/clients.ts';
import { createProduceQueue } from './produce-queue.ts';
import { trackConsumption } from './tracked-consumption.ts';
import { within } from './within.ts';

const libraries: Record<KafkaClientName, CreateKafkaClients> = {
  kafkajs: createKafkajsClients,
  platformatic: createPlatformaticClients,
};

/** Which cluster, and how long it is waited for. */
export interface KafkaBrokerOptions extends KafkaSecurity {
  /** `host:port` of some brokers of the cluster. */
  brokers: readonly string[];
  /** Default: kafkajs. */
  client?: KafkaClientName;
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
  /** In ms, for how long something takes. Default: a clock that nobody sets. */
  now?: () => number;
}

/** Leaders and coordinators are found again this often. */
const passingPauseMs = 100;
/** A topic takes 1 MiB a record batch where nobody has set `max.message.bytes`. */
const sendLimits = { maxRecords: 2_048, maxBytes: 4 * 1024 * 1024, maxBytesPerPartition: 768 * 1024 };
/** A broker that can be let go without its cooperation. */
export interface KafkaBroker extends Broker {
  /** Breaks every connection at once, also to a cluster that no longer answers; what was under way rejects. */
  cut(): void;
}

/** An Apache Kafka as the log between the processes. */
export function createKafkaBroker(options: KafkaBrokerOptions): KafkaBroker {
  const { brokers, log = silentLog, now = steadyNowMs } = options;
  const { produceTimeoutMs = 30_000, requestTimeoutMs = 10_000, closeTimeoutMs = 10_000 } = options;
  const clients = libraries[options.client ?? 'kafkajs'](
    clientSettings(options, Math.min(requestTimeoutMs, produceTimeoutMs)),
  );
  const consumptions = new Set<Consumption>();
  let admin: Promise<AdminClient> | undefined;
  let closed = false;

  const open = (doing: string): void => {
    if (closed) throw new BrokerUnavailable(`${doing}: this broker has been closed`);
  };
  const ask = async <Value>(doing: string, use: (client: AdminClient) => Promise<Value>, deadlineMs: number) => {
    admin ??= connectAdmin(clients.createAdmin());
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
    await clients.load();
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
    createClient: clients.createProducer,
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
  const { createConsumer } = clients;

  return {
    connect: async () => {
      await withAdmin('connect', (client) => client.describeCluster());
      try {
        await producer.connect(now() + requestTimeoutMs);
      } catch (error) {
        // An account that may write nowhere gets no producer, and need not have one: `produce` would say so.
        if (!kafkaErrorTypes(error).includes('CLUSTER_AUTHORIZATION_FAILED')) {
          throw toBrokerError(error, 'connect', brokers);
        }
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
      clients.cut();
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
    deleteRecords: topics.deleteRecords,
    committedOffsets: topics.committedOffsets,
  };
}

function clientSettings(options: KafkaBrokerOptions, requestTimeoutMs: number): KafkaClientSettings {
  const { brokers, clientId = 'gaitkeeper', log = silentLog, compression = 'none', tls, sasl } = options;
  return {
    ...{ brokers, clientId, log, requestTimeoutMs, compression },
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
  };
}

async function connectAdmin(client: AdminClient): Promise<AdminClient> {
  await client.connect();
  return client;
}
