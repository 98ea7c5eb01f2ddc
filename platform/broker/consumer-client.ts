import type { KafkaMessage, KafkaNumber } from './kafka-record.ts';

/** The part of a Kafka client's consumer that is used. Commits and restarts are ours: the client does neither. */
export interface ConsumerClient {
  connect(): Promise<void>;
  /** Where the group has committed nothing, reading begins at the oldest record. */
  subscribe(topic: string): Promise<void>;
  run(partitionsConcurrently: number, eachBatch: (fetched: FetchedBatch) => Promise<void>): Promise<void>;
  /** The next fetch of the partition begins at `offset`. */
  seek(partition: number, offset: number): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** Ends fetching, waits for batches in work, leaves the group. */
  stop(): Promise<void>;
  disconnect(): Promise<void>;
}

/** What one fetch brought of one partition. Never empty. */
export interface FetchedBatch {
  partition: number;
  highWatermark: KafkaNumber;
  messages: readonly KafkaMessage[];
  /** The next fetch begins behind `offset`. */
  resolveOffset(offset: number): void;
  /** Tells the coordinator that we live, at most once per heartbeat interval. Rejects when the group is rebalancing. */
  heartbeat(): Promise<void>;
  commit(offsets: readonly { partition: number; offset: number }[]): Promise<void>;
  isRunning(): boolean;
}

/** What happens to a consumer, told as it happens. */
export interface ConsumerEvents {
  joined(partitions: readonly number[]): void;
  rebalancing(): void;
  /** The coordinator has heard from us. */
  heard(): void;
  /** Everything up to `lastOffset` has been looked at, also what holds no records. */
  passed(partition: number, lastOffset: number): void;
  /** The consumer has stopped for good; a new one is needed. */
  crashed(error: Error): void;
}

/** Which group and topic a consumer joins, and within which bounds. */
export interface ConsumerSettings {
  group: string;
  topic: string;
  sessionTimeoutMs: number;
  maxBytesPerPartition: number;
}

/** Makes a consumer that is not connected yet; a crashed one is replaced by another. */
export type CreateConsumer = (settings: ConsumerSettings, events: ConsumerEvents) => ConsumerClient;
