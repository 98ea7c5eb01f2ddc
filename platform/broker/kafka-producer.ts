import { setTimeout as delay } from 'node:timers/promises';
import { BrokerUnavailable, type RecordPosition } from './broker.ts';
import { isPassing, isRefusal, kafkaErrorTypes } from './kafka-error.ts';
import type { BrokerLog } from './kafka-log.ts';
import { type KafkaNumber, safeOffset } from './kafka-record.ts';
import type { PlacedRecord } from './send-size.ts';
import { within } from './within.ts';

/** Records of one topic, each with its partition, as the Kafka client takes them. */
export interface TopicMessages {
  topic: string;
  messages: { key: Buffer | null; value: Buffer | null; partition: number; headers?: Record<string, string> }[];
}

/** What the client returns for one partition of a send. */
export interface PartitionAcknowledgement {
  topicName: string;
  partition: number;
  /** Of the first record sent to the partition. */
  baseOffset?: KafkaNumber;
}

/** The part of an idempotent client producer that is used; acks are always "all in-sync replicas". */
export interface ProducerClient {
  connect(): Promise<void>;
  send(topics: TopicMessages[]): Promise<PartitionAcknowledgement[]>;
  disconnect(): Promise<void>;
}

/** What a producer is made of; `createClient` is called again for each one that is replaced. */
export interface KafkaProducerOptions {
  createClient(): ProducerClient;
  now: () => number;
  log: BrokerLog;
}

/** One idempotent producer at a time, replaced whenever it is not known what became of a send. */
export interface KafkaProducer {
  connect(deadlineMs: number): Promise<void>;
  /** One call at a time. Rejects when `deadlineMs` has passed without an acknowledgement of every record. */
  send(records: readonly PlacedRecord[], deadlineMs: number): Promise<RecordPosition[]>;
  close(): Promise<void>;
}

/** After these the broker and the producer disagree about the sequence: only a new producer goes on. */
const endsProducer = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'DUPLICATE_SEQUENCE_NUMBER',
]);
const firstPauseMs = 100;
const longestPauseMs = 2_000;

/** A producer that is not connected yet. */
export function createKafkaProducer(options: KafkaProducerOptions): KafkaProducer {
  const { createClient, now, log } = options;
  let client: ProducerClient | undefined;

  const discard = (sending?: Promise<unknown>): void => {
    const discarded = client;
    client = undefined;
    if (discarded === undefined) return;
    const disconnect = (): Promise<void> => discarded.disconnect().catch(() => undefined);
    // A send that is still being tried may open a connection again: closed once more when it has given up.
    void disconnect();
    void sending?.catch(() => undefined).then(disconnect);
  };
  const connected = async (deadlineMs: number): Promise<ProducerClient> => {
    if (client !== undefined) return client;
    const fresh = createClient();
    const connecting = fresh.connect();
    try {
      await within(connecting, deadlineMs - now(), late);
    } catch (error) {
      void connecting.catch(() => undefined).then(() => fresh.disconnect().catch(() => undefined));
      throw error;
    }
    client = fresh;
    return fresh;
  };

  const attempt = async (pending: Unacknowledged[], deadlineMs: number): Promise<void> => {
    const producer = await connected(deadlineMs);
    const sending = producer.send(byTopic(pending));
    try {
      takePositions(pending, await within(sending, deadlineMs - now(), late));
    } catch (error) {
      if (error instanceof BrokerUnavailable || kafkaErrorTypes(error).some((type) => endsProducer.has(type))) {
        discard(sending);
      }
      throw error;
    }
  };

  return {
    connect: async (deadlineMs) => {
      for (;;) {
        try {
          await connected(deadlineMs);
          return;
        } catch (error) {
          // A cluster that has just started has no producer numbers yet.
          if (!isPassing(error) || now() + firstPauseMs >= deadlineMs) throw error;
          await delay(firstPauseMs);
        }
      }
    },
    send: async (records, deadlineMs) => {
      const placed = records.map((record): Unacknowledged => ({ record, offset: undefined }));
      let pauseMs = firstPauseMs;
      for (;;) {
        const pending = placed.filter(({ offset }) => offset === undefined);
        if (pending.length === 0) break;
        try {
          await attempt(pending, deadlineMs);
          // The client can report success without an answer for a partition whose leader moved between its own
          // attempts; what has no position has not been acknowledged and is sent again.
          if (pending.every(({ offset }) => offset !== undefined)) break;
        } catch (error) {
          if (isRefusal(error) || now() + pauseMs >= deadlineMs) {
            // The next send has other records: under this producer's sequence numbers they could pass for these.
            discard();
            throw error;
          }
          log.warn({ records: pending.length, error: describe(error) }, 'produce is tried again');
        }
        await delay(pauseMs);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
      return placed.map(({ record, offset }) => ({
        topic: record.topic,
        partition: record.partition,
        offset: offset as number,
      }));
    },
    close: async () => {
      const last = client;
      client = undefined;
      await last?.disconnect();
    },
  };
}

/** A record, and its offset once that is acknowledged. */
interface Unacknowledged {
  record: PlacedRecord;
  offset: number | undefined;
}

function late(): BrokerUnavailable {
  return new BrokerUnavailable('produce: no acknowledgement in time; are all brokers up and reachable?');
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function byTopic(placed: readonly Unacknowledged[]): TopicMessages[] {
  const topics = new Map<string, TopicMessages>();
  for (const { record } of placed) {
    const topic = topics.get(record.topic) ?? { topic: record.topic, messages: [] };
    topics.set(record.topic, topic);
    const { key, value, headers, partition } = record;
    topic.messages.push({ key, value, partition, ...(headers === undefined ? {} : { headers }) });
  }
  return [...topics.values()];
}

/** Records of one partition stand one behind the other, from the acknowledged offset on. */
function takePositions(placed: readonly Unacknowledged[], acknowledgements: readonly PartitionAcknowledgement[]): void {
  const next = new Map<string, number>();
  for (const { topicName, partition, baseOffset } of acknowledgements) {
    if (baseOffset === undefined) continue;
    const offset = safeOffset(baseOffset);
    if (offset >= 0) next.set(`${topicName} ${partition}`, offset);
  }
  for (const each of placed) {
    const place = `${each.record.topic} ${each.record.partition}`;
    const offset = next.get(place);
    if (offset === undefined) continue;
    each.offset = offset;
    next.set(place, offset + 1);
  }
}
