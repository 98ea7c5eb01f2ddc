import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultMaxBytesPerPartition, defaultMaxRecordsPerBatch, defaultSessionTimeoutMs } from './batch-limits.ts';
import { BrokerUnavailable, type ConsumedRecord, type PartitionOffsets, type ReadOptions } from './broker.ts';
import type { ConsumerClient, CreateConsumer, FetchedBatch } from './consumer-client.ts';
import { safeOffset, toConsumedRecord } from './kafka-record.ts';
import { readingStart } from './reading-start.ts';
import { settleable } from './settleable.ts';

/** What is read, and through which client. */
export interface KafkaReadOptions {
  read: ReadOptions;
  offsets(topic: string): Promise<PartitionOffsets[]>;
  createConsumer: CreateConsumer;
  /** Reading gives up after this long without an answer, to the end also without a record. */
  idleTimeoutMs: number;
  now: () => number;
}

/** While the reader is slow, the membership is kept alive this often. */
const heartbeatEveryMs = 1_000;

const restartPauseMs = 250;

/** Records on their way to the reader. */
interface Chunk {
  readonly records: ConsumedRecord[];
  /** Resolves when the reader has taken all of them. */
  readonly gone: Promise<void>;
  isTaken: boolean;
  taken(): void;
}

function chunkOf(records: ConsumedRecord[]): Chunk {
  const { promise, resolve } = settleable();
  const chunk: Chunk = {
    records,
    gone: promise,
    isTaken: false,
    taken() {
      chunk.isTaken = true;
      resolve();
    },
  };
  return chunk;
}

/**
 * Reads a Kafka topic through a group of its own, named `gaitkeeper.read.<uuid>`, which commits nothing and so leaves
 * nothing behind. At most one chunk waits for the reader.
 */
export async function* readKafkaTopic(options: KafkaReadOptions): AsyncGenerator<ConsumedRecord> {
  const { topic, from, until, signal } = options.read;
  const { now } = options;
  const next = new Map<number, number>();
  const ends = new Map<number, number>();
  for (const { partition, low, high } of await options.offsets(topic)) {
    // A partition that is not wanted is read from its end to its end: the group is given all of them.
    const isWanted = (options.read.partition ?? partition) === partition;
    next.set(partition, isWanted ? readingStart(from, low, high) : high);
    ends.set(partition, isWanted && until === 'forever' ? Number.POSITIVE_INFINITY : high);
  }
  const complete = (): boolean => [...ends].every(([partition, end]) => (next.get(partition) ?? 0) >= end);
  const aborted = (): boolean => signal?.aborted ?? false;
  if (complete()) return;

  const chunks: Chunk[] = [];
  let ended = false;
  let failure: unknown;
  let wake = (): void => undefined;
  let latest = chunkOf([]);
  latest.taken();
  const advance = (partition: number, position: number): void => {
    next.set(partition, Math.max(next.get(partition) ?? 0, position));
    wake();
  };
  const untilTaken = async (chunk: Chunk, heartbeat: () => Promise<void>): Promise<void> => {
    while (!chunk.isTaken) {
      await Promise.race([chunk.gone, delay(heartbeatEveryMs, undefined, { ref: false })]);
      if (!chunk.isTaken) await heartbeat();
    }
  };
  const handOver = async (partition: number, records: ConsumedRecord[], heartbeat: () => Promise<void>) => {
    // One of a membership that has ended may wait still.
    await untilTaken(latest, heartbeat);
    if (ended) return;
    latest = chunkOf(records);
    chunks.push(latest);
    // It will be read whatever becomes of the membership: the next one begins behind it.
    advance(partition, (records.at(-1)?.offset ?? -1) + 1);
    await untilTaken(latest, heartbeat);
  };
  const eachBatch = async (fetched: FetchedBatch): Promise<void> => {
    const { partition, messages } = fetched;
    for (let at = 0; at < messages.length && !ended; at += defaultMaxRecordsPerBatch) {
      const slice = messages.slice(at, at + defaultMaxRecordsPerBatch);
      const records = slice
        .map((message) => toConsumedRecord(topic, partition, message))
        .filter(({ offset }) => offset >= (next.get(partition) ?? 0) && offset < (ends.get(partition) ?? 0));
      if (records.length > 0) await handOver(partition, records, fetched.heartbeat);
      const last = slice.at(-1);
      if (ended || last === undefined) return;
      const offset = safeOffset(last.offset);
      fetched.resolveOffset(offset);
      advance(partition, offset + 1);
    }
    await fetched.heartbeat();
  };

  const settings = {
    group: `gaitkeeper.read.${randomUUID()}`,
    topic,
    sessionTimeoutMs: defaultSessionTimeoutMs,
    maxBytesPerPartition: defaultMaxBytesPerPartition,
  };
  const events = {
    joined: () => {
      for (const [partition, offset] of next) client?.seek(partition, offset);
      failure = undefined;
      wake();
    },
    rebalancing: () => undefined,
    heard: () => undefined,
    passed: (partition: number, lastOffset: number) => advance(partition, lastOffset + 1),
    crashed: (error: unknown) => {
      failure = error;
      wake();
    },
  };
  let client: ConsumerClient | undefined;
  const start = async (): Promise<void> => {
    failure = undefined;
    client = options.createConsumer(settings, events);
    await client.connect();
    await client.subscribe(topic);
    client.run(1, eachBatch).catch(events.crashed);
  };
  const onAbort = (): void => wake();
  signal?.addEventListener('abort', onAbort);
  let newsAtMs = now();
  try {
    await start();
    while (!aborted()) {
      const { promise: news, resolve } = settleable();
      wake = resolve;
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        for (const record of chunk.records) {
          if (aborted()) return;
          yield record;
        }
        newsAtMs = now();
        chunk.taken();
        continue;
      }
      if (complete()) return;
      if (failure !== undefined) {
        if (now() - newsAtMs > options.idleTimeoutMs) throw failure;
        await client?.disconnect().catch(() => undefined);
        await delay(restartPauseMs);
        await start().catch(events.crashed);
        continue;
      }
      if (until === 'forever') {
        await news;
        newsAtMs = now();
        continue;
      }
      const heard = await Promise.race([news, timeout(options.idleTimeoutMs)]);
      if (heard === 'timeout') {
        throw new BrokerUnavailable(`read: no news of topic ${topic} for ${options.idleTimeoutMs} ms`);
      }
    }
  } finally {
    ended = true;
    signal?.removeEventListener('abort', onAbort);
    latest.taken();
    await client?.disconnect().catch(() => undefined);
  }
}

async function timeout(ms: number): Promise<'timeout'> {
  await delay(ms, undefined, { ref: false });
  return 'timeout';
}
