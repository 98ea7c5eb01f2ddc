import type { OutgoingRecord } from './broker.ts';
import { murmur2 } from './murmur2.ts';

/** The partition that Kafka's default partitioner puts a key in. */
export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount;
}

/**
 * Chooses partitions as every Kafka client's default does: the named one, else by key, else in turn.
 * Throws for a named partition that the topic does not have.
 */
export function createPartitionChooser(): (record: OutgoingRecord, partitionCount: number) => number {
  let turn = 0;
  return (record, partitionCount) => {
    const named = record.partition;
    if (named !== undefined) {
      if (Number.isInteger(named) && named >= 0 && named < partitionCount) return named;
      throw new RangeError(`topic ${record.topic} has ${partitionCount} partitions, and none is numbered ${named}`);
    }
    if (record.key !== null) return partitionOfKey(record.key, partitionCount);
    turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
    return turn % partitionCount;
  };
}
