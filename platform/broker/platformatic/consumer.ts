import type { Base, ConnectionPool } from '@platformatic/kafka';
import { steadyNowMs } from '../../clock.ts';
import type { ConsumerClient, ConsumerEvents, ConsumerSettings, FetchedBatch } from '../consumer-client.ts';
import { isPassing } from '../kafka-error.ts';
import { safeOffset } from '../kafka-record.ts';
import { createSlots } from '../slots.ts';
import { within } from '../within.ts';
import type { PlatformaticConnections } from './connections.ts';
import type { FetchedPartition } from './fetches.ts';
import {
  createMemberships,
  endsMembership,
  type Membership,
  type Memberships,
  rebalanceTimeoutMs,
} from './membership.ts';
import { createPartitionReader, type PartitionReader } from './partition-reader.ts';
import { findPlaces, isBroken } from './requests.ts';

/** A consumer that gives up says goodbye to the group, if that is quickly done. */
const goodbyeTimeoutMs = 1_000;

/** What is made when the consumer connects. */
interface Connected {
  client: Base;
  pools: ConnectionPool[];
  memberships: Memberships;
  reader: PartitionReader;
}

/** A consumer over the library's requests: joins, reads until the group changes, joins again. */
export function createPlatformaticConsumer(
  connections: PlatformaticConnections,
  requestTimeoutMs: number,
  settings: ConsumerSettings,
  events: ConsumerEvents,
): ConsumerClient {
  const heartbeatEveryMs = Math.ceil(settings.sessionTimeoutMs / 10);
  let connected: Connected | undefined;
  let membership: Membership | undefined;
  let running = false;
  let ended: Promise<void> = Promise.resolve();
  let beatAtMs = 0;
  let beating: Promise<void> | undefined;
  /** Why the membership has ended: everybody who asks is told. */
  let lost: { cause: unknown } | undefined;

  const parts = (): Connected => {
    if (connected === undefined) throw new Error('this consumer is not connected');
    return connected;
  };
  const heartbeat = async (of: Membership): Promise<void> => {
    try {
      await parts().memberships.heartbeat(of);
      beatAtMs = steadyNowMs();
      events.heard();
    } catch (error) {
      lost ??= { cause: error };
      throw error;
    }
  };
  const beat = async (of: Membership): Promise<void> => {
    if (lost !== undefined) throw lost.cause;
    if (steadyNowMs() - beatAtMs < heartbeatEveryMs) return;
    beating ??= heartbeat(of).finally(() => {
      beating = undefined;
    });
    await beating;
  };
  const goesOn = (): boolean => running && lost === undefined;

  const handOver = async (
    of: Membership,
    { partition, highWatermark, messages }: FetchedPartition,
    eachBatch: (fetched: FetchedBatch) => Promise<void>,
  ): Promise<void> => {
    const { memberships, reader } = parts();
    await eachBatch({
      ...{ partition, highWatermark, messages },
      resolveOffset: (offset) => reader.seek(partition, BigInt(offset) + 1n),
      heartbeat: () => beat(of),
      // In the name of the membership that the records were read in: under a later one it is refused.
      commit: async (offsets) => {
        await memberships.commit(of, offsets);
        events.heard();
      },
      isRunning: goesOn,
    });
  };
  const takePart = async (eachBatch: (fetched: FetchedBatch) => Promise<void>): Promise<void> => {
    const { memberships, reader } = parts();
    while (running) {
      const joined = await memberships.join(membership);
      membership = joined;
      lost = undefined;
      beatAtMs = steadyNowMs();
      reader.forget();
      events.joined(joined.partitions);
      try {
        await reader.read({
          partitions: joined.partitions,
          committed: () => memberships.committed(joined),
          beat: () => beat(joined),
          goesOn,
          take: (found) => handOver(joined, found, eachBatch),
          passed: (partition, offset) => events.passed(partition, safeOffset(offset) - 1),
        });
        // Reading ends without a word when somebody else has heard of the end first.
        await beat(joined);
      } catch (error) {
        if (!endsMembership(error) && !isPassing(error) && !isBroken(error)) throw error;
        if (running) events.rebalancing();
      }
    }
  };
  const leave = async (): Promise<void> => {
    const last = membership;
    membership = undefined;
    if (last !== undefined) await parts().memberships.leave(last);
  };
  const disconnect = async (): Promise<void> => {
    running = false;
    connected?.reader.wake();
    await Promise.all([connected?.client.close(), ...(connected?.pools ?? []).map((pool) => pool.close())]);
  };

  return {
    connect: async () => {
      const client = await connections.client(requestTimeoutMs);
      const pool = await connections.pool(requestTimeoutMs);
      // An answer to a member that joins may take as long as the others need.
      const joins = await connections.pool(rebalanceTimeoutMs(settings) + requestTimeoutMs);
      const memberships = createMemberships(client, joins, settings);
      connected = { client, pools: [pool, joins], memberships, reader: createPartitionReader(client, pool, settings) };
    },
    subscribe: async (topic) => {
      await findPlaces(parts().client, topic);
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
    seek: (partition, offset) => parts().reader.seek(partition, BigInt(offset)),
    pause: (partition) => parts().reader.pause(partition),
    resume: (partition) => parts().reader.resume(partition),
    stop: async () => {
      running = false;
      connected?.reader.wake();
      await ended;
      await leave();
    },
    disconnect,
  };
}
