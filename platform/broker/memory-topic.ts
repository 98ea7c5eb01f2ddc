import { BrokerUnavailable, type TopicDefinition } from './broker.ts';
import { createMemoryLog, type MemoryLog } from './memory-log.ts';

/** A group's place in a topic, as far as room is concerned. */
export interface MemoryTopicReader {
  readonly name: string;
  /** The next offset the group would read; -1 where it has committed none. */
  committed(partition: number): number;
}

/** A topic of a `MemoryBroker`: its partitions, and a bound on what they hold together. */
export interface MemoryTopic {
  readonly definition: TopicDefinition;
  readonly logs: readonly MemoryLog[];
  /** Sees to it that `count` more records fit. Throws {@link BrokerUnavailable} when a group has not read enough. */
  makeRoom(count: number): void;
  /** Forgets what a partition holds below `offset`. */
  dropBelow(partition: number, offset: number): void;
  append(partition: number, record: Parameters<MemoryLog['append']>[0]): number;
  /** Calls `listener` after appends, with the partition, until the returned function is called. */
  onAppend(listener: (partition: number) => void): () => void;
}

/**
 * `maxRecords` bounds the records of all partitions together. When it is reached, the oldest records that every group has
 * committed give way, at most half of a partition at a time; where no group reads, the oldest give way.
 */
export function createMemoryTopic(
  definition: TopicDefinition,
  maxRecords: number,
  readers: () => readonly MemoryTopicReader[],
): MemoryTopic {
  const logs = Array.from({ length: definition.partitions }, createMemoryLog);
  const listeners = new Set<(partition: number) => void>();
  let held = 0;

  const droppable = (log: MemoryLog, partition: number): number => {
    const half = log.low() + Math.ceil((log.high() - log.low()) / 2);
    return readers().reduce((floor, reader) => Math.min(floor, reader.committed(partition)), half);
  };
  return {
    definition,
    logs,
    makeRoom: (count) => {
      while (held + count > maxRecords) {
        const dropped = logs.reduce((sum, log, partition) => sum + log.dropBelow(droppable(log, partition)), 0);
        held -= dropped;
        if (dropped > 0) continue;
        const groups = readers().map(({ name }) => name);
        const why =
          groups.length > 0 ? `its groups (${groups.join(', ')}) lag behind` : `${count} records come at once`;
        throw new BrokerUnavailable(
          `topic ${definition.name} is full: it holds ${held} of maxRecordsPerTopic = ${maxRecords} records and ${why}; let the groups catch up, or raise the limit`,
        );
      }
    },
    dropBelow: (partition, offset) => {
      held -= logs[partition]?.dropBelow(offset) ?? 0;
    },
    append: (partition, record) => {
      const offset = (logs[partition] as MemoryLog).append(record);
      held += 1;
      for (const listener of listeners) listener(partition);
      return offset;
    },
    onAppend: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
