/** A record on its way to a topic. Its partition follows from the key as in Kafka's default partitioner (murmur2), unless named. */
export interface OutgoingRecord {
  topic: string;
  key: Buffer | null;
  /** `null` is a tombstone. */
  value: Buffer | null;
  headers?: Record<string, string>;
  partition?: number;
}

/** Where an acknowledged record stands. */
export interface RecordPosition {
  topic: string;
  partition: number;
  offset: number;
}

/** A record as read. Offsets are safe integers; an adapter refuses others. */
export interface ConsumedRecord extends RecordPosition {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
  timestampMs: number;
}

/** Consecutive records of one partition, oldest first, as one handler call gets them. Never empty. */
export interface RecordBatch {
  topic: string;
  partition: number;
  records: readonly ConsumedRecord[];
  /** The offset that the next produced record will get. */
  highWatermark: number;
  /** Grows whenever the partition is assigned anew, also to the same member: what was known about its state is void. */
  assignment: number;
  /** Keeps the membership alive during long work. Rejects when the group is rebalancing. */
  heartbeat(): Promise<void>;
  /** True once the partition may belong to another member: drop the work, write nothing. */
  isStale(): boolean;
}

/**
 * What a handler made of a batch. Throwing is for defects: the member restarts from the committed offsets.
 * - `done`: everything below `nextOffset` is durable elsewhere; it is committed.
 * - `seek`: nothing is committed; reading goes on at `offset`.
 * - `pause`: nothing is committed; the partition rests for `resumeAfterMs`, then reading goes on at `offset`.
 */
export type BatchOutcome =
  | { kind: 'done'; nextOffset: number }
  | { kind: 'seek'; offset: number }
  | { kind: 'pause'; offset: number; resumeAfterMs: number; reason: string };

/**
 * Works through one batch of one partition; never called twice at once for the same one. While it is at work, the member may
 * get nothing of other partitions either, where Kafka gave it their records in the same answer: what takes long should `pause`.
 */
export type BatchHandler = (batch: RecordBatch) => Promise<BatchOutcome>;

/** What a member of a group reads, and within which bounds. */
export interface Subscription {
  group: string;
  topic: string;
  /** Partitions handled at once by this member. */
  partitionsConcurrently?: number;
  /** Most bytes fetched for one partition at a time. */
  maxBytesPerPartition?: number;
  /** Most records in one handler call. Default: 512. */
  maxRecordsPerBatch?: number;
  sessionTimeoutMs?: number;
  /** Told of each commit that failed. It is tried again; what it covers may be handed out once more. */
  onCommitFailure?: (error: unknown) => void;
}

/** What a consumption is doing, for readiness. */
export interface ConsumptionHealth {
  state: 'joining' | 'running' | 'stopped' | 'crashed';
  assignedPartitions: readonly number[];
  /** When a heartbeat, commit or handled batch last succeeded, by a clock that nobody sets. A fetch tells nothing. */
  lastProgressAtMs: number;
  /** Why it crashed or restarted last. */
  lastError?: string;
}

/** One member of a group at work. */
export interface Consumption {
  health(): ConsumptionHealth;
  /**
   * Reading of an assigned partition goes on at `offset`, below what is committed or not. For a partition that nobody is at
   * work on: one that has a batch in hand, rests or is not assigned is left as it is.
   */
  reread(partition: number, offset: number): void;
  /** Lets batches in work finish, commits them, leaves the group. Idempotent. */
  close(): Promise<void>;
}

/** A topic as it is to be, or as it was found. */
export interface TopicDefinition {
  name: string;
  partitions: number;
  replicationFactor: number;
  /** Topic configuration in Kafka's own keys, for example `retention.ms`. */
  config: Record<string, string>;
}

/** What a partition holds now. */
export interface PartitionOffsets {
  partition: number;
  /** Oldest offset still kept. */
  low: number;
  /** The offset that the next produced record will get. */
  high: number;
}

/** Reading without a group: training, `tail`, checks. Commits nothing. */
export interface ReadOptions {
  topic: string;
  /** Only this one. Default: all. */
  partition?: number;
  /** A number is an offset of the named partition; what is no longer kept is passed over. */
  from: 'earliest' | 'latest' | number;
  /** `end`: up to the end of the topic as it was at the call; `forever`: until `signal` aborts. */
  until: 'end' | 'forever';
  signal?: AbortSignal;
}

/** The log between the processes. Adapters: `KafkaBroker`, `MemoryBroker`; one contract suite runs on both. */
export interface Broker {
  connect(): Promise<void>;
  /** Closes every consumption and the producer. Idempotent. */
  close(): Promise<void>;
  /** Resolves when the cluster answers; rejects with {@link BrokerUnavailable}. */
  ping(): Promise<void>;
  /** Resolves, in the order given, once all in-sync replicas have acknowledged. Rejects with {@link BrokerUnavailable}. */
  produce(records: readonly OutgoingRecord[]): Promise<RecordPosition[]>;
  consume(subscription: Subscription, handler: BatchHandler): Promise<Consumption>;
  read(options: ReadOptions): AsyncIterable<ConsumedRecord>;
  /** The named topics that exist, with partitions and configuration. */
  describeTopics(names: readonly string[]): Promise<TopicDefinition[]>;
  /** Creates what is missing and waits until it can be used; an existing topic is left as it is. */
  createTopics(definitions: readonly TopicDefinition[]): Promise<void>;
  offsets(topic: string): Promise<PartitionOffsets[]>;
  /** Forgets the records of a partition below an offset, as retention does; the low offset is then at least that. */
  deleteRecords(topic: string, partition: number, below: number): Promise<void>;
  /** The next offset each partition's group member would read; -1 where the group has committed none. */
  committedOffsets(group: string, topic: string): Promise<{ partition: number; offset: number }[]>;
}

/** The cluster did not acknowledge in time, or cannot be reached. Nothing is known about the records. */
export class BrokerUnavailable extends Error {
  override readonly name = 'BrokerUnavailable';
}
