/**
 * The way of sharing partitions that every member of our groups names. It is kafkajs's name for its own, and the bytes are
 * those of Kafka's consumer protocol, so that members with different client libraries share a group.
 */
export const assignorName = 'RoundRobinAssigner';

const version = 0;
/** User data: none, written as kafkajs writes it. */
const noBytes = 0;

/** What a member tells the group when it joins: the topic it reads. */
export function encodeSubscription(topic: string): Buffer {
  return Buffer.concat([int16(version), int32(1), text(topic), int32(noBytes)]);
}

/** What the leader of a group tells a member: its partitions of the topic. */
export function encodeAssignment(topic: string, partitions: readonly number[]): Buffer {
  const body = partitions.length === 0 ? [int32(0)] : [int32(1), text(topic), int32(partitions.length)];
  return Buffer.concat([int16(version), ...body, ...partitions.map(int32), int32(noBytes)]);
}

/** The partitions of the topic that a member has been given; none for an empty answer. Throws a RangeError for cut-off bytes. */
export function decodeAssignment(bytes: Buffer, topic: string): number[] {
  if (bytes.length < 6) return [];
  const found: number[] = [];
  let at = 2;
  const next = (): number => {
    at += 4;
    return bytes.readInt32BE(at - 4);
  };
  for (let topics = next(); topics > 0; topics--) {
    const nameEnd = at + 2 + bytes.readInt16BE(at);
    const name = bytes.toString('utf8', at + 2, nameEnd);
    at = nameEnd;
    for (let partitions = next(); partitions > 0; partitions--) {
      const partition = next();
      if (name === topic) found.push(partition);
    }
  }
  return found;
}

/** Partitions dealt out in turn to the members in the order of their ids, as kafkajs does it: whoever leads, the shares are the same. */
export function dealPartitions(memberIds: readonly string[], partitionCount: number): Map<string, number[]> {
  const shares = new Map([...memberIds].sort().map((memberId): [string, number[]] => [memberId, []]));
  const inTurn = [...shares.values()];
  for (let partition = 0; partition < partitionCount; partition++) {
    inTurn[partition % inTurn.length]?.push(partition);
  }
  return shares;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}
