import { setTimeout as delay } from 'node:timers/promises';
import type { Base, Broker, ConnectionPool } from '@platformatic/kafka';
import type { ConsumerClient, ConsumerEvents, ConsumerSettings, FetchedBatch } from '../consumer-client.ts';
import { fetchWaitMs } from '../kafka-clients.ts';
import { isPassing } from '../kafka-error.ts';
import { safeOffset } from '../kafka-record.ts';
import { settleable } from '../settleable.ts';
import { createSlots } from '../slots.ts';
import { within } from '../within.ts';
import type { PlatformaticConnections } from './connections.ts';
import { type FetchedPartition, fetchFrom, findEarliest } from './fetches.ts';
import {
  createMemberships,
  endsMembership,
  type Membership,
  type Memberships,
  rebalanceTimeoutMs,
} from './membership.ts';
import { findPlaces, type TopicPlaces } from './requests.ts';

/** Fetches that failed in a row before the consumer gives up; in between, leaders are looked up anew. */
const mostFetchFailures = 5;
const failurePauseMs = 100;
/** A consumer that gives up says goodbye to the group, if that is quickly done. */
const goodbyeTimeoutMs = 1_000;

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

/** What fetches go by until a leader has moved. */
interface Course {
  places: TopicPlaces;
  over: boolean;
}

/**
 * A consumer over the library's requests, with a loop of our own: fetch from a leader, hand over, tell the coordinator
 * that we live, again. A fetch waits until what the last one brought is worked through, so what lies in memory is bounded by
 * one fetch for each leader, and a member that hangs stops its heartbeats and loses its partitions.
 */
export function createPlatformaticConsumer(
  connections: PlatformaticConnections,
  requestTimeoutMs: number,
  settings: ConsumerSettings,
  events: ConsumerEvents,
): ConsumerClient {
  const { topic, sessionTimeoutMs, maxBytesPerPartition } = settings;
  const heartbeatEveryMs = Math.ceil(sessionTimeoutMs / 10);
  let client: Base;
  let pool: ConnectionPool;
  let memberships: Memberships;
  let membership: Membership | undefined;
  let running = false;
  let ended: Promise<void> = Promise.resolve();
  let news = settleable();
  let fetchFailures = 0;
  let beatAtMs = 0;
  let beating: Promise<void> | undefined;
  /** Why the membership has ended: everybody who asks is told. */
  let lost: { cause: unknown } | undefined;
  const positions = new Map<number, bigint>();
  const paused = new Set<number>();

  const announce = (): void => {
    news.resolve();
    news = settleable();
  };
  const heartbeat = async (of: Membership): Promise<void> => {
    try {
      await memberships.heartbeat(of);
      beatAtMs = Date.now();
      events.heard();
    } catch (error) {
      lost ??= { cause: error };
      throw error;
    }
  };
  const beat = async (of: Membership): Promise<void> => {
    if (lost !== undefined) throw lost.cause;
    if (Date.now() - beatAtMs < heartbeatEveryMs) return;
    beating ??= heartbeat(of).finally(() => {
      beating = undefined;
    });
    await beating;
  };

  const handOver = async (
    of: Membership,
    { partition, highWatermark, messages, nextOffset }: FetchedPartition,
    eachBatch: (fetched: FetchedBatch) => Promise<void>,
  ): Promise<void> => {
    const last = messages.at(-1);
    if (last !== undefined) {
      await eachBatch({
        ...{ partition, highWatermark, messages },
        resolveOffset: (offset) => positions.set(partition, BigInt(offset) + 1n),
        heartbeat: () => beat(of),
        commit: async (offsets) => {
          await memberships.commit(of, offsets);
          events.heard();
        },
        isRunning: () => running && lost === undefined,
      });
    }
    const end = last === undefined ? positions.get(partition) : BigInt(last.offset) + 1n;
    // Also behind what holds no messages, unless somebody wants to read elsewhere.
    if (positions.get(partition) === end) positions.set(partition, nextOffset);
    const position = positions.get(partition);
    if (position !== undefined && position > 0n) events.passed(partition, safeOffset(position) - 1);
  };
  const take = async (
    of: Membership,
    found: FetchedPartition,
    asked: bigint | undefined,
    course: Course,
    broker: Broker,
    eachBatch: (fetched: FetchedBatch) => Promise<void>,
  ): Promise<void> => {
    const { partition, failure } = found;
    const unwanted = (): boolean =>
      !running || lost !== undefined || paused.has(partition) || positions.get(partition) !== asked;
    if (unwanted()) return;
    if (failure === undefined) return handOver(of, found, eachBatch);
    if (failure.apiId === 'OFFSET_OUT_OF_RANGE') {
      const earliest = await findEarliest(client, broker, topic, [partition]);
      if (!unwanted()) positions.set(partition, earliest.get(partition) ?? 0n);
      return;
    }
    if (!movesPartition.has(failure.apiId)) throw failure;
    course.over = true;
    await delay(failurePauseMs);
  };

  /** Works through the partitions that one broker leads. Resolves when the course is over, rejects when the membership is. */
  const serve = async (
    of: Membership,
    course: Course,
    broker: Broker,
    partitions: readonly number[],
    eachBatch: (fetched: FetchedBatch) => Promise<void>,
  ): Promise<void> => {
    while (running && !course.over) {
      const wanted = new Map<number, bigint>();
      for (const partition of partitions) {
        const position = positions.get(partition);
        if (position !== undefined && !paused.has(partition)) wanted.set(partition, position);
      }
      if (wanted.size === 0) {
        await Promise.race([news.promise, delay(fetchWaitMs)]);
      } else {
        const fetching = fetchFrom(client, pool, broker, course.places, wanted, maxBytesPerPartition);
        const found = await fetching.catch((error: unknown) => {
          fetchFailures += 1;
          course.over = true;
          if (fetchFailures >= mostFetchFailures) throw error;
        });
        if (found === undefined) {
          await delay(failurePauseMs);
        } else {
          fetchFailures = 0;
          events.fetched();
          await settleAll(found.map((each) => take(of, each, wanted.get(each.partition), course, broker, eachBatch)));
        }
      }
      await beat(of);
    }
  };
  const startingPositions = async (of: Membership, { partitions: places, brokers }: TopicPlaces): Promise<void> => {
    const open = (): number[] => of.partitions.filter((partition) => !positions.has(partition));
    if (open().length === 0) return;
    const committed = await memberships.committed(of);
    for (const partition of open()) {
      const offset = committed.get(partition);
      if (offset !== undefined) positions.set(partition, offset);
    }
    for (const [leader, partitions] of byLeader(open(), places)) {
      const broker = brokers.get(leader);
      if (broker === undefined) continue;
      for (const [partition, offset] of await findEarliest(client, broker, topic, partitions)) {
        if (!positions.has(partition)) positions.set(partition, offset);
      }
    }
  };
  const work = async (of: Membership, eachBatch: (fetched: FetchedBatch) => Promise<void>): Promise<void> => {
    while (running) {
      const course: Course = { places: await findPlaces(client, topic), over: false };
      await startingPositions(of, course.places);
      const servings = [...byLeader(of.partitions, course.places.partitions)].map(async ([leader, partitions]) => {
        const broker = course.places.brokers.get(leader);
        try {
          if (broker !== undefined) return await serve(of, course, broker, partitions, eachBatch);
          await delay(failurePauseMs);
          await beat(of);
        } finally {
          course.over = true;
        }
      });
      // A member without a partition has nothing to do but to live.
      if (servings.length === 0) servings.push(serve(of, course, { host: '', port: 0 }, [], eachBatch));
      await settleAll(servings);
    }
  };
  const takePart = async (eachBatch: (fetched: FetchedBatch) => Promise<void>): Promise<void> => {
    while (running) {
      const joined = await memberships.join(membership);
      membership = joined;
      lost = undefined;
      beatAtMs = Date.now();
      positions.clear();
      events.joined(joined.partitions);
      try {
        await work(joined, eachBatch);
      } catch (error) {
        if (!endsMembership(error) && !isPassing(error)) throw error;
        if (running) events.rebalancing();
      }
    }
  };
  const leave = async (): Promise<void> => {
    const last = membership;
    membership = undefined;
    if (last !== undefined) await memberships.leave(last);
  };
  const disconnect = async (): Promise<void> => {
    running = false;
    announce();
    await Promise.all([client?.close(), pool?.close()]);
  };

  return {
    connect: async () => {
      // An answer to a member that joins may take as long as the others need.
      client = await connections.client(rebalanceTimeoutMs(settings) + requestTimeoutMs);
      pool = await connections.pool(requestTimeoutMs);
      memberships = createMemberships(client, settings, requestTimeoutMs);
    },
    subscribe: async () => {
      await findPlaces(client, topic);
    },
    run: async (partitionsConcurrently, eachBatch) => {
      const slots = createSlots(partitionsConcurrently);
      running = true;
      ended = takePart((fetched) => slots.use(() => eachBatch(fetched))).catch(async (error: unknown) => {
        if (!running) return;
        running = false;
        await within(leave(), goodbyeTimeoutMs, () => new Error('no goodbye')).catch(() => undefined);
        await disconnect().catch(() => undefined);
        events.crashed(error instanceof Error ? error : new Error(String(error)));
      });
    },
    seek: (partition, offset) => {
      positions.set(partition, BigInt(offset));
      announce();
    },
    pause: (partition) => paused.add(partition),
    resume: (partition) => {
      paused.delete(partition);
      announce();
    },
    stop: async () => {
      running = false;
      announce();
      await ended;
      await leave();
    },
    disconnect,
  };
}

function byLeader(partitions: readonly number[], places: TopicPlaces['partitions']): Map<number, number[]> {
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
