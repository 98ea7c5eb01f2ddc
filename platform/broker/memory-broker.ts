import { type Broker, BrokerUnavailable, type Consumption, type OutgoingRecord } from './broker.ts';
import { createMemoryGroup, type MemoryGroup } from './memory-group.ts';
import { readMemoryTopic } from './memory-read.ts';
import { createMemoryTopic, type MemoryTopic } from './memory-topic.ts';
import { missingTopic } from './missing-topic.ts';
import { createPartitionChooser } from './partition-chooser.ts';
import { trackConsumption } from './tracked-consumption.ts';

/** Bounds and clock of a broker in memory. */
export interface MemoryBrokerOptions {
  /** Most records that one topic holds. Default: 1,000,000. See {@link createMemoryTopic} for what happens then. */
  maxRecordsPerTopic?: number;
  /** The clock of record timestamps and of health, in ms since 1970. */
  now?: () => number;
}

/** A Kafka in this process: partitions, groups, offsets, rebalances. For the demo, for trials and for tests. */
export function createMemoryBroker(options: MemoryBrokerOptions = {}): Broker {
  const { maxRecordsPerTopic = 1_000_000, now = Date.now } = options;
  const topics = new Map<string, MemoryTopic>();
  const groups = new Map<string, Map<string, MemoryGroup>>();
  const consumptions = new Set<Consumption>();
  const choosePartition = createPartitionChooser();
  let closed = false;

  const open = (doing: string): void => {
    if (closed) throw new BrokerUnavailable(`${doing}: this broker has been closed`);
  };
  const topicOf = (name: string, doing: string): MemoryTopic => {
    open(doing);
    const topic = topics.get(name);
    if (topic === undefined) throw missingTopic(name, doing);
    return topic;
  };
  const groupOf = (name: string, topic: MemoryTopic): MemoryGroup => {
    const ofTopic = groups.get(topic.definition.name) ?? new Map<string, MemoryGroup>();
    groups.set(topic.definition.name, ofTopic);
    const group = ofTopic.get(name) ?? createMemoryGroup(name, topic, now);
    ofTopic.set(name, group);
    return group;
  };

  return {
    connect: async () => open('connect'),
    ping: async () => open('ping'),
    close: async () => {
      closed = true;
      await Promise.all([...consumptions].map((consumption) => consumption.close()));
    },
    produce: async (records) => {
      open('produce');
      const wanted = new Map<MemoryTopic, number>();
      const placed = records.map((record) => {
        const topic = topicOf(record.topic, 'produce');
        wanted.set(topic, (wanted.get(topic) ?? 0) + 1);
        return { record, topic, partition: choosePartition(record, topic.definition.partitions) };
      });
      // All or nothing: no record is kept of a call that is refused.
      for (const [topic, count] of wanted) topic.makeRoom(count);
      return placed.map(({ record, topic, partition }) => ({
        topic: record.topic,
        partition,
        offset: topic.append(partition, kept(record, partition, now())),
      }));
    },
    consume: async (subscription, handler) => {
      const topic = topicOf(subscription.topic, 'consume');
      const consumption = groupOf(subscription.group, topic).join(subscription, handler);
      return trackConsumption(consumption, consumptions);
    },
    read: async function* (readOptions) {
      yield* readMemoryTopic(topicOf(readOptions.topic, 'read'), readOptions);
    },
    describeTopics: async (names) => {
      open('describe topics');
      return names.flatMap((name) => topics.get(name)?.definition ?? []);
    },
    createTopics: async (definitions) => {
      open('create topics');
      for (const definition of definitions) {
        const { name } = definition;
        if (topics.has(name)) continue;
        const readers = (): MemoryGroup[] => [...(groups.get(name)?.values() ?? [])];
        topics.set(name, createMemoryTopic(structuredClone(definition), maxRecordsPerTopic, readers));
      }
    },
    offsets: async (name) =>
      topicOf(name, 'offsets').logs.map((log, partition) => ({ partition, low: log.low(), high: log.high() })),
    deleteRecords: async (name, partition, below) => {
      topicOf(name, 'delete records').dropBelow(partition, below);
    },
    committedOffsets: async (group, name) => {
      const topic = topicOf(name, 'committed offsets');
      const known = groups.get(name)?.get(group);
      return topic.logs.map((_, partition) => ({ partition, offset: known?.committed(partition) ?? -1 }));
    },
  };
}

/** What the log keeps: copies, as a producer may reuse its buffers once it has its acknowledgement. */
function kept(record: OutgoingRecord, partition: number, timestampMs: number) {
  const { topic, key, value, headers = {} } = record;
  return {
    topic,
    partition,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: { ...headers },
    timestampMs,
  };
}
