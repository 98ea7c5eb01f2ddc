import type { PartitionAcknowledgement, TopicMessages } from './kafka-producer.ts';

/** Where sends go, in a client library's terms. */
export interface LeaderSends<Leader> {
  /** The leaders of a topic's partitions, in order; none for a partition that has none now. */
  findLeaders(topic: string): Promise<(Leader | undefined)[]>;
  /** The same for the same leader, also when that has been found again. */
  keyOf(leader: Leader): string;
  /** Resolves with what has been acknowledged, be it a part; rejects where nothing has. */
  sendTo(leader: Leader, topics: TopicMessages[]): Promise<PartitionAcknowledgement[]>;
  now: () => number;
}

/** Leaders are looked up anew after this long, and after every failure. */
const rememberForMs = 60_000;

/**
 * Sends to each leader by itself, so that the failure of one does not take the others' acknowledgements with it: repeated
 * under new sequence numbers, their records would stand in the log twice. Resolves with what has been acknowledged, and
 * rejects where nothing has.
 */
export function createSendByLeader<Leader>({ findLeaders, keyOf, sendTo, now }: LeaderSends<Leader>) {
  const known = new Map<string, { leaders: (Leader | undefined)[]; askedAtMs: number }>();

  const leadersOf = async (topic: string): Promise<(Leader | undefined)[]> => {
    const remembered = known.get(topic);
    if (remembered !== undefined && now() - remembered.askedAtMs <= rememberForMs) return remembered.leaders;
    const leaders = await findLeaders(topic);
    known.set(topic, { leaders, askedAtMs: now() });
    return leaders;
  };
  const split = async (topics: readonly TopicMessages[]) => {
    const byLeader = new Map<string, { leader: Leader; topics: Map<string, TopicMessages> }>();
    for (const { topic, messages } of topics) {
      const leaders = await leadersOf(topic);
      for (const message of messages) {
        const leader = leaders[message.partition];
        if (leader === undefined) throw leaderless(topic, message.partition);
        const group = byLeader.get(keyOf(leader)) ?? { leader, topics: new Map<string, TopicMessages>() };
        byLeader.set(keyOf(leader), group);
        const together = group.topics.get(topic) ?? { topic, messages: [] };
        group.topics.set(topic, together);
        together.messages.push(message);
      }
    }
    return [...byLeader.values()];
  };

  return async (topics: readonly TopicMessages[]): Promise<PartitionAcknowledgement[]> => {
    try {
      const groups = await split(topics);
      const sent = await Promise.allSettled(groups.map((group) => sendTo(group.leader, [...group.topics.values()])));
      const acknowledged = sent.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
      const failed = sent.find((each) => each.status === 'rejected');
      if (acknowledged.length < placesIn(topics)) known.clear();
      // What is missing is asked for again, and its failure will come back alone.
      if (acknowledged.length === 0 && failed !== undefined) throw failed.reason;
      return acknowledged;
    } catch (error) {
      known.clear();
      throw error;
    }
  };
}

function placesIn(topics: readonly TopicMessages[]): number {
  return topics.reduce((sum, { messages }) => sum + new Set(messages.map(({ partition }) => partition)).size, 0);
}

/** In the protocol's own word, which says that asking again helps. */
function leaderless(topic: string, partition: number): Error {
  return Object.assign(new Error(`partition ${partition} of topic ${topic} has no leader now`), {
    type: 'LEADER_NOT_AVAILABLE',
  });
}
