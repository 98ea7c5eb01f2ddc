import { setTimeout as delay } from 'node:timers/promises';
import type { Base, Broker, ConnectionPool } from '@platformatic/kafka';
import type { ConsumerSettings } from '../consumer-client.ts';
import { fetchWaitMs } from '../kafka-clients.ts';
import { isPassing } from '../kafka-error.ts';
import { settleable } from '../settleable.ts';
import { type FetchedPartition, fetchFrom, findEarliest } from './fetches.ts';
import { findPlaces, isBroken, type PartitionPlace, type TopicPlaces } from './requests.ts';

/** One membership's reading. */
export interface Reading {
  partitions: readonly number[];
  /** Where the group stands; partitions without a commit are left out. */
  committed(): Promise<Map<number, bigint>>;
  /** Keeps the membership alive, at its own pace. Rejects when it is over. */
  beat(): Promise<void>;
  goesOn(): boolean;
  /** Works through what a fetch brought; {@link PartitionReader.seek} says how far it came. Never empty. */
  take(found: FetchedPartition): Promise<void>;
  /** Everything below `offset` has been looked at, also what holds no messages. */
  passed(partition: number, offset: bigint): void;
}

/** Reads partitions from their leaders, each from where it stands. */
export interface PartitionReader {
  seek(partition: number, offset: bigint): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** Forgets where the partitions stand. */
  forget(): void;
  /** Looks again at once whether reading goes on. */
  wake(): void;
  /** Resolves when reading does not go on, and rejects when the membership is over or a fetch cannot be helped. */
  read(reading: Reading): Promise<void>;
}

/** Failures in a row before reading gives up, about half a minute; in between, leaders are looked up anew. */
const mostFailures = 36;
const failurePauseMs = 100;
const longestFailurePauseMs = 1_000;

/** After these the partition is elsewhere, or its leader is too new to know it. */
const movesPartition = new Set([
  'NOT_LEADER_OR_FOLLOWER',
  'LEADER_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_ID',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'OFFSET_NOT_AVAILABLE',
]);

/** What is read by until a leader has moved. */
interface Course {
  places: TopicPlaces;
  over: boolean;
}

/**
 * A fetch from a leader waits until what the last one brought is worked through: what lies in memory is bounded by one
 * fetch for each leader, and where the work hangs, so do the heartbeats.
 */
export function createPartitionReader(
  client: Base,
  pool: ConnectionPool,
  { topic, maxBytesPerPartition }: ConsumerSettings,
): PartitionReader {
  const positions = new Map<number, bigint>();
  const paused = new Set<number>();
  let news = settleable();
  let failures = 0;

  const wake = (): void => {
    news.resolve();
    news = settleable();
  };
  /** A broker is away: the coordinator says whether we live on without it. Throws what does not pass. */
  const endure = async (error: unknown): Promise<void> => {
    failures += 1;
    if (failures > mostFailures || !(isPassing(error) || isBroken(error))) throw error;
    await delay(Math.min(failurePauseMs * failures, longestFailurePauseMs));
  };
  const take = async (reading: Reading, found: FetchedPartition, asked: bigint | undefined): Promise<void> => {
    const { partition, messages, nextOffset } = found;
    const last = messages.at(-1);
    if (last !== undefined) await reading.take(found);
    const end = last === undefined ? asked : BigInt(last.offset) + 1n;
    // Also behind what holds no messages, unless reading is to go on elsewhere.
    if (positions.get(partition) === end) positions.set(partition, nextOffset);
    const position = positions.get(partition);
    if (position !== undefined) reading.passed(partition, position);
  };
  const receive = async (
    reading: Reading,
    course: Course,
    broker: Broker,
    found: FetchedPartition,
    asked: bigint | undefined,
  ): Promise<void> => {
    const { partition, failure } = found;
    const wanted = (): boolean => reading.goesOn() && !paused.has(partition) && positions.get(partition) === asked;
    if (!wanted()) return;
    if (failure === undefined) {
      await take(reading, found, asked);
    } else if (failure.apiId === 'OFFSET_OUT_OF_RANGE') {
      const earliest = await findEarliest(client, broker, topic, [partition]);
      if (wanted()) positions.set(partition, earliest.get(partition) ?? 0n);
    } else if (movesPartition.has(failure.apiId)) {
      course.over = true;
      await delay(failurePauseMs);
    } else {
      throw failure;
    }
  };
  /** One fetch of those partitions that are to be read now, and the work on what it brought. */
  const fetchOnce = async (reading: Reading, course: Course, broker: Broker, partitions: readonly number[]) => {
    const from = new Map<number, bigint>();
    for (const partition of partitions) {
      const position = positions.get(partition);
      if (position !== undefined && !paused.has(partition)) from.set(partition, position);
    }
    if (from.size === 0) {
      await Promise.race([news.promise, delay(fetchWaitMs)]);
      return;
    }
    let found: FetchedPartition[];
    try {
      found = await fetchFrom(client, pool, broker, course.places, from, maxBytesPerPartition);
    } catch (error) {
      course.over = true;
      await endure(error);
      return;
    }
    failures = 0;
    await settleAll(found.map((each) => receive(reading, course, broker, each, from.get(each.partition))));
  };
  /** Reads the partitions that one broker leads until the course is over. */
  const serve = async (reading: Reading, course: Course, broker: Broker | undefined, partitions: readonly number[]) => {
    try {
      while (reading.goesOn() && !course.over) {
        if (broker !== undefined) {
          await fetchOnce(reading, course, broker, partitions);
        } else {
          // No leader now: the others' course ends with ours, and all are looked up anew.
          await delay(failurePauseMs);
          course.over = true;
        }
        await reading.beat();
      }
    } finally {
      course.over = true;
    }
  };
  const findStart = async (reading: Reading, { partitions: places, brokers }: TopicPlaces): Promise<void> => {
    const unknown = (): number[] => reading.partitions.filter((partition) => !positions.has(partition));
    if (unknown().length === 0) return;
    const committed = await reading.committed();
    for (const partition of unknown()) {
      const offset = committed.get(partition);
      if (offset !== undefined) positions.set(partition, offset);
    }
    for (const [leader, partitions] of byLeader(unknown(), places)) {
      const broker = brokers.get(leader);
      if (broker === undefined) continue;
      for (const [partition, offset] of await findEarliest(client, broker, topic, partitions)) {
        if (!positions.has(partition)) positions.set(partition, offset);
      }
    }
  };

  return {
    seek: (partition, offset) => {
      positions.set(partition, offset);
      wake();
    },
    pause: (partition) => {
      paused.add(partition);
    },
    resume: (partition) => {
      paused.delete(partition);
      wake();
    },
    forget: () => positions.clear(),
    wake,
    read: async (reading) => {
      while (reading.goesOn()) {
        let course: Course;
        try {
          course = { places: await findPlaces(client, topic), over: false };
          await findStart(reading, course.places);
        } catch (error) {
          await endure(error);
          await reading.beat();
          continue;
        }
        const led = [...byLeader(reading.partitions, course.places.partitions)];
        // A member without a partition has nothing to do but to live.
        if (led.length === 0) led.push([anyBroker(course.places), []]);
        await settleAll(
          led.map(([leader, partitions]) => serve(reading, course, course.places.brokers.get(leader), partitions)),
        );
      }
    },
  };
}

function anyBroker({ brokers }: TopicPlaces): number {
  return [...brokers.keys()][0] ?? -1;
}

function byLeader(partitions: readonly number[], places: readonly PartitionPlace[]): Map<number, number[]> {
  const led = new Map<number, number[]>();
  for (const partition of partitions) {
    const leader = places[partition]?.leader ?? -1;
    led.set(leader, [...(led.get(leader) ?? []), partition]);
  }
  return led;
}

/** Waits for all of them, also where one has failed; then rejects with the first failure. */
async function settleAll(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
