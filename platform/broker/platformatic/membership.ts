import { setTimeout as delay } from 'node:timers/promises';
import type {
  Base,
  Broker,
  ConnectionPool,
  findCoordinatorV6,
  heartbeatV4,
  joinGroupV9,
  leaveGroupV5,
  offsetCommitV9,
  offsetFetchV9,
  syncGroupV5,
} from '@platformatic/kafka';
import type { ConsumerSettings } from '../consumer-client.ts';
import {
  assignorName,
  dealPartitions,
  decodeAssignment,
  encodeAssignment,
  encodeSubscription,
} from '../consumer-protocol.ts';
import { isPassing, kafkaErrorTypes } from '../kafka-error.ts';
import { ask, askAny, findPlaces, isBroken, type RequestArguments } from './requests.ts';

/** One generation of a group with us in it. What is done in its name is refused once the next has begun. */
export interface Membership {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly number[];
  readonly coordinator: Broker;
}

/** The way into a group, and what a member says to its coordinator. All of it rejects as the library does. */
export interface Memberships {
  /** Waits for the others, up to the rebalance timeout. `before` is the membership that has ended, where there was one. */
  join(before: Membership | undefined): Promise<Membership>;
  heartbeat(membership: Membership): Promise<void>;
  commit(membership: Membership, offsets: readonly { partition: number; offset: number }[]): Promise<void>;
  /** Where the group stands in the member's partitions; those without a commit are left out. */
  committed(membership: Membership): Promise<Map<number, bigint>>;
  leave(membership: Membership): Promise<void>;
}

/** The group goes on without this membership: it has to join again. */
export function endsMembership(error: unknown): boolean {
  return kafkaErrorTypes(error).some((type) => ended.has(type));
}

const ended = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'MEMBER_ID_REQUIRED']);
const groupKey = 0;
const protocolType = 'consumer';
const joinPauseMs = 250;
/** How often a join begins anew, for a group that changes meanwhile or a coordinator that moves, before the caller judges. */
const mostAttempts = 40;

/** How long a group waits for its members to join again. */
export function rebalanceTimeoutMs({ sessionTimeoutMs }: ConsumerSettings): number {
  return sessionTimeoutMs * 2;
}

/**
 * Membership by Kafka's classic protocol over `client`, and over `joins` for what may take a rebalance. The library's own
 * consumer is not used: its heartbeats come from a timer, so that a member that hangs keeps its partitions, and its commits
 * are repeated under the next membership.
 */
export function createMemberships(client: Base, joins: ConnectionPool, settings: ConsumerSettings): Memberships {
  const { group, topic, sessionTimeoutMs } = settings;
  const tell = <Request>(broker: Broker, name: string, ...given: RequestArguments<Request>) =>
    ask<Request>(client, client.connections, broker, name, ...given);

  const findCoordinator = async (): Promise<Broker> => {
    const { coordinators } = await askAny<typeof findCoordinatorV6.api>(client, 'FindCoordinator', groupKey, [group]);
    const found = coordinators.find(({ key }) => key === group);
    if (found === undefined) throw new Error(`no coordinator for group ${group}`);
    return { host: found.host, port: found.port };
  };
  const share = async ({ members, leader, memberId }: joinGroupV9.JoinGroupResponse) => {
    if (leader !== memberId) return [];
    const { partitions: all } = await findPlaces(client, topic);
    const ids = members.map((member) => member.memberId);
    const shares = dealPartitions(ids, all.length);
    return [...shares].map(([id, partitions]) => ({ memberId: id, assignment: encodeAssignment(topic, partitions) }));
  };
  const enter = async (coordinator: Broker, knownAs: string): Promise<Membership> => {
    const joined = await ask<typeof joinGroupV9.api>(
      client,
      joins,
      coordinator,
      'JoinGroup',
      group,
      sessionTimeoutMs,
      rebalanceTimeoutMs(settings),
      knownAs,
      null,
      protocolType,
      [{ name: assignorName, metadata: encodeSubscription(topic) }],
      null,
    );
    const memberId = joined.memberId ?? knownAs;
    const { assignment } = await ask<typeof syncGroupV5.api>(
      client,
      joins,
      coordinator,
      'SyncGroup',
      group,
      joined.generationId,
      memberId,
      null,
      protocolType,
      joined.protocolName,
      await share(joined),
    );
    return { memberId, generation: joined.generationId, partitions: decodeAssignment(assignment, topic), coordinator };
  };

  return {
    join: async (before) => {
      let memberId = before?.memberId ?? '';
      for (let attempt = 1; ; attempt++) {
        try {
          return await enter(await findCoordinator(), memberId);
        } catch (error) {
          const waits = isPassing(error) || isBroken(error);
          if (attempt === mostAttempts || !(endsMembership(error) || waits)) throw error;
          const types = kafkaErrorTypes(error);
          // A newcomer is told its name with a refusal.
          if (types.includes('MEMBER_ID_REQUIRED')) memberId = nameIn(error);
          else if (types.includes('UNKNOWN_MEMBER_ID')) memberId = '';
          if (waits) await delay(joinPauseMs);
        }
      }
    },
    heartbeat: async ({ coordinator, generation, memberId }) => {
      await tell<typeof heartbeatV4.api>(coordinator, 'Heartbeat', group, generation, memberId, null);
    },
    commit: async ({ coordinator, generation, memberId }, offsets) => {
      const partitions = offsets.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: BigInt(offset),
        committedLeaderEpoch: -1,
        committedMetadata: null,
      }));
      await tell<typeof offsetCommitV9.api>(coordinator, 'OffsetCommit', group, generation, memberId, null, [
        { name: topic, partitions },
      ]);
    },
    committed: async ({ coordinator, partitions }) => {
      const topics = [{ name: topic, partitionIndexes: [...partitions] }];
      const { groups } = await tell<typeof offsetFetchV9.api>(
        coordinator,
        'OffsetFetch',
        [{ groupId: group, memberId: null, memberEpoch: -1, topics }],
        false,
      );
      const found = groups.flatMap((each) => each.topics.flatMap((of) => of.partitions));
      return new Map(
        found
          .filter(({ committedOffset }) => committedOffset >= 0n)
          .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
      );
    },
    leave: async ({ coordinator, memberId }) => {
      await tell<typeof leaveGroupV5.api>(coordinator, 'LeaveGroup', group, [{ memberId }]);
    },
  };
}

function nameIn(error: unknown): string {
  return (error as { response?: { memberId?: string | null } }).response?.memberId ?? '';
}
