import { setTimeout as delay } from 'node:timers/promises';
import { defaultSessionTimeoutMs } from './batch-limits.ts';
import type { BatchHandler, Consumption, Subscription } from './broker.ts';
import { createMemoryMember, type MemoryMember } from './memory-member.ts';
import type { MemoryTopic } from './memory-topic.ts';

/** A consumer group on one topic of a `MemoryBroker`. */
export interface MemoryGroup {
  readonly name: string;
  /** The next offset the group would read; -1 where it has committed none. */
  committed(partition: number): number;
  join(subscription: Subscription, handler: BatchHandler): Consumption;
}

/**
 * Rebalances as Kafka's eager protocol does: whenever a member comes or goes, every member stops taking up records, and
 * the partitions are dealt out anew once the work in hand is finished, or when the session timeout has passed.
 */
export function createMemoryGroup(name: string, topic: MemoryTopic, now: () => number): MemoryGroup {
  const offsets = new Map<number, number>();
  const assignments = new Map<number, number>();
  const members = new Map<MemoryMember, Subscription>();
  /** Those of them that take nothing up any more, and finish what is in hand. */
  const leaving = new Set<MemoryMember>();
  let generation = 0;

  const committed = (partition: number): number => offsets.get(partition) ?? -1;
  topic.onAppend((partition) => {
    for (const member of members.keys()) member.wake(partition);
  });

  /** Resolves when the members have finished what is in hand, or have had their session timeout for it. */
  const idleInTime = async (waitedFor: ReadonlyMap<MemoryMember, Subscription>): Promise<void> => {
    const timeouts = [...waitedFor.values()].map((each) => each.sessionTimeoutMs ?? defaultSessionTimeoutMs);
    const patience = new AbortController();
    await Promise.race([
      Promise.all([...waitedFor.keys()].map((member) => member.idle())),
      delay(Math.max(0, ...timeouts), undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  };

  const rebalance = async (): Promise<void> => {
    generation += 1;
    const mine = generation;
    for (const member of members.keys()) member.revoke();
    await idleInTime(members);
    if (mine !== generation) return;
    for (const member of members.keys()) member.lose();
    const dealt = [...members.keys()].filter((member) => !leaving.has(member));
    dealt.forEach((member, turn) => {
      member.assign(topic.logs.flatMap((_, partition) => (partition % dealt.length === turn ? [partition] : [])));
    });
  };

  return {
    name,
    committed,
    join: (subscription, handler) => {
      const member = createMemoryMember({
        topic,
        subscription,
        handler,
        now,
        committed,
        commit: (partition, offset) => {
          offsets.set(partition, offset);
        },
        nextAssignment: (partition) => {
          const next = (assignments.get(partition) ?? 0) + 1;
          assignments.set(partition, next);
          return next;
        },
      });
      members.set(member, subscription);
      void rebalance();
      let closing: Promise<void> | undefined;
      const leave = async (): Promise<void> => {
        leaving.add(member);
        member.end();
        // A handler that never returns keeps its own member from closing, not the others from its partitions.
        await idleInTime(new Map([[member, subscription]]));
        members.delete(member);
        leaving.delete(member);
        member.lose();
        void rebalance();
        await member.idle();
      };
      return {
        health: member.health,
        reread: member.reread,
        close: () => {
          closing ??= leave();
          return closing;
        },
      };
    },
  };
}
