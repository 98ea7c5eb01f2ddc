import type { Base, Broker, ConnectionPool, fetchV17, listOffsetsV9, RecordsBatch } from '@platformatic/kafka';
import { fetchWaitMs, maxFetchBytes } from '../kafka-clients.ts';
import type { KafkaMessage } from '../kafka-record.ts';
import { ask, partialAnswer, protocolError, type TopicPlaces } from './requests.ts';

/** What one fetch brought of one partition. */
export interface FetchedPartition {
  partition: number;
  highWatermark: bigint;
  /** From the offset asked for on; without control records, and without those of aborted transactions. */
  messages: KafkaMessage[];
  /** Where reading goes on, also behind what holds no messages. */
  nextOffset: bigint;
  /** Why there is nothing. */
  failure?: Error & { apiId: string };
}

const minBytes = 1;
const readCommitted = 1;
const noSession = { id: 0, epoch: -1 };
const earliest = -2n;
const batchIsTransactional = 1 << 4;
const batchIsControl = 1 << 5;
const timeIsTheBrokers = 1 << 3;
/** The second number in the key of a control record. */
const abortMarker = 0;

/** Fetches from one broker, each partition from its offset on, and waits a little where there is nothing. */
export async function fetchFrom(
  client: Base,
  pool: ConnectionPool,
  broker: Broker,
  { id, partitions }: TopicPlaces,
  positions: ReadonlyMap<number, bigint>,
  maxBytesPerPartition: number,
): Promise<FetchedPartition[]> {
  const wanted = [...positions].map(([partition, fetchOffset]) => ({
    partition,
    currentLeaderEpoch: partitions[partition]?.leaderEpoch ?? -1,
    fetchOffset,
    lastFetchedEpoch: -1,
    partitionMaxBytes: maxBytesPerPartition,
  }));
  const { responses } = await ask<typeof fetchV17.api>(
    client,
    pool,
    broker,
    'Fetch',
    fetchWaitMs,
    minBytes,
    maxFetchBytes,
    readCommitted,
    noSession.id,
    noSession.epoch,
    [{ topicId: id, partitions: wanted }],
    [],
    '',
  ).catch((error: unknown) => {
    // Where some partitions failed, the others are in the same answer.
    const partial = partialAnswer<fetchV17.FetchResponse>(error);
    if (partial.errorCode !== 0) throw error;
    return partial;
  });
  const fetched = responses.flatMap((each) => each.partitions);
  return Promise.all(
    fetched.map(async (found) => {
      const { partitionIndex: partition, errorCode, highWatermark } = found;
      const from = positions.get(partition) ?? 0n;
      if (errorCode === 0) return { partition, highWatermark, ...readBatches(found, from) };
      const failure = await protocolError(`fetch of partition ${partition}`, errorCode);
      return { partition, highWatermark, messages: [], nextOffset: from, failure };
    }),
  );
}

/** The oldest offsets of partitions that one broker leads. */
export async function findEarliest(
  client: Base,
  broker: Broker,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, bigint>> {
  const wanted = partitions.map((partitionIndex) => ({ partitionIndex, currentLeaderEpoch: -1, timestamp: earliest }));
  const { topics } = await ask<typeof listOffsetsV9.api>(
    client,
    client.connections,
    broker,
    'ListOffsets',
    -1,
    readCommitted,
    [{ name: topic, partitions: wanted }],
  );
  return new Map(
    topics.flatMap((each) => each.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset] as const)),
  );
}

/**
 * The messages of record batches. What aborted transactions wrote is told by the aborted transactions' first offsets and
 * ends, for each producer, with its abort marker.
 */
export function readBatches(
  found: Pick<fetchV17.FetchResponsePartition, 'records' | 'abortedTransactions'>,
  from: bigint,
): Pick<FetchedPartition, 'messages' | 'nextOffset'> {
  const toAbort = [...(found.abortedTransactions ?? [])].sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborting = new Set<bigint>();
  const messages: KafkaMessage[] = [];
  let nextOffset = from;
  for (const batch of found.records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (toAbort[0] !== undefined && toAbort[0].firstOffset <= last) {
      aborting.add(toAbort[0].producerId);
      toAbort.shift();
    }
    if ((batch.attributes & batchIsControl) !== 0) {
      if (batch.records[0]?.key?.readInt16BE(2) === abortMarker) aborting.delete(batch.producerId);
    } else if ((batch.attributes & batchIsTransactional) === 0 || !aborting.has(batch.producerId)) {
      messages.push(...readRecords(batch, from));
    }
    nextOffset = last >= nextOffset ? last + 1n : nextOffset;
  }
  return { messages, nextOffset };
}

/** A batch is handed out whole, also where only its end was asked for. */
function readRecords(batch: RecordsBatch, from: bigint): KafkaMessage[] {
  const isBrokers = (batch.attributes & timeIsTheBrokers) !== 0;
  return batch.records
    .map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
      offset: batch.firstOffset + BigInt(offsetDelta),
      timestamp: isBrokers ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta,
      key,
      value,
      headers: readHeaders(headers),
    }))
    .filter(({ offset }) => offset >= from);
}

function readHeaders(headers: readonly [Buffer | null, Buffer | null][]): Record<string, Buffer> {
  const read: Record<string, Buffer> = {};
  for (const [name, value] of headers) if (name !== null && value !== null) read[name.toString()] = value;
  return read;
}
