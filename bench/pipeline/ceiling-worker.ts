/**
 * The bare ceiling, as a process of its own: the Kafka client alone reads the same bytes and writes as many bytes as the
 * verdicts have, with the settings that `KafkaBroker` gives it, and does nothing in between. What a worker makes per
 * second can come near this and not beyond. Prints one JSON object: {@link OwnFigures}.
 */
import kafkajs from 'kafkajs';
import { defaultStageOptions } from '../../platform/stage/stage-options.ts';
import { watchOwnFigures } from './own-figures.ts';

/** What to read, what to write; passed as JSON in the only argument. */
export interface CeilingTask {
  brokers: string[];
  group: string;
  from: string;
  to: string;
  /** Records of `from` to read: all that are there. */
  records: number;
  /** The clock starts when so many have been answered. */
  warmUpRecords: number;
  /** 0: nothing is written. */
  valueBytes: number;
}

// As in `KafkaBroker`.
const maxRecordsPerSend = 512;
const fetch = { maxWaitTimeInMs: 250, maxBytes: 16 * 1024 * 1024 };
const commitIntervalMs = 200;

const task = JSON.parse(process.argv[2] ?? '{}') as CeilingTask;
const { CompressionTypes, Kafka, Partitioners, logLevel } = kafkajs;
const kafka = new Kafka({ brokers: task.brokers, clientId: 'ceiling', logLevel: logLevel.ERROR });
const producer = kafka.producer({
  idempotent: true,
  maxInFlightRequests: 1,
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
});
const consumer = kafka.consumer({
  groupId: task.group,
  sessionTimeout: defaultStageOptions.sessionTimeoutMs,
  maxBytesPerPartition: defaultStageOptions.maxBytesPerPartition,
  allowAutoTopicCreation: false,
  ...fetch,
});
const value = Buffer.alloc(task.valueBytes, 7);

const watch = watchOwnFigures(task);

async function answer(partition: number, keys: readonly (Buffer | null)[]): Promise<void> {
  const messages = keys.map((key) => ({ key, value, partition }));
  if (task.valueBytes > 0) {
    await producer.send({ topic: task.to, acks: -1, compression: CompressionTypes.None, messages });
  }
  watch.answered(keys.length);
}

await Promise.all([producer.connect(), consumer.connect()]);
await consumer.subscribe({ topic: task.from, fromBeginning: true });
await consumer.run({
  autoCommitInterval: commitIntervalMs,
  partitionsConsumedConcurrently: defaultStageOptions.partitionsConcurrently,
  eachBatch: async ({ batch, heartbeat }) => {
    const keys = batch.messages.map((message) => message.key);
    for (let at = 0; at < keys.length; at += maxRecordsPerSend) {
      await answer(batch.partition, keys.slice(at, at + maxRecordsPerSend));
      await heartbeat();
    }
  },
});
process.stdout.write(`${JSON.stringify(await watch.figures)}\n`);
await Promise.all([consumer.disconnect(), producer.disconnect()]);
