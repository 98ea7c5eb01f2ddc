import { type DeadLetterLimit, defaultDeadLetterLimit } from './dead-letter-limit.ts';

/** How a stage works through its partitions. */
export interface StageOptions {
  /** Most records between two writes to the store. */
  maxRecordsPerMicroBatch?: number;
  /** Most bytes of record values between two writes to the store; a single larger record goes alone. */
  maxBytesPerMicroBatch?: number;
  /** Stepping ends after so long, so that the membership is kept alive and verdicts do not wait for slow neighbours. */
  maxSteppingMs?: number;
  /** Most decoded states kept in memory, over all partitions. */
  maxCachedStates?: number;
  /** Most bytes of states kept in memory, in their encoded size. */
  maxCachedStateBytes?: number;
  /** How often a dependency that is away is asked before the partition rests. */
  attempts?: number;
  /** Wait before the second attempt; it doubles from attempt to attempt. */
  firstRetryDelayMs?: number;
  /** One that was away for so long is not asked again before the partition rests, however few the attempts were. */
  patienceMs?: number;
  /** First rest of a partition; it doubles from rest to rest. */
  firstPauseMs?: number;
  longestPauseMs?: number;
  /** Partitions handled at once by this member. One that takes long holds up the others with the same leader; one that rests does not. */
  partitionsConcurrently?: number;
  /** Most bytes fetched for one partition at a time. */
  maxBytesPerPartition?: number;
  /** Most records in one handler call; the offset is committed after each. */
  maxRecordsPerBatch?: number;
  /** After this long without a sign of life the group gives the member's partitions to others. */
  sessionTimeoutMs?: number;
  /** After so long without a batch the store is asked whether it still knows the owner of a partition. */
  idleAfterMs?: number;
  /** How much is set aside before the stage stops. */
  deadLetterLimit?: DeadLetterLimit;
}

/** What holds where a stage is told nothing else. */
export const defaultStageOptions = {
  maxRecordsPerMicroBatch: 256,
  maxBytesPerMicroBatch: 1_048_576,
  maxSteppingMs: 50,
  maxCachedStates: 50_000,
  maxCachedStateBytes: 268_435_456,
  attempts: 3,
  firstRetryDelayMs: 100,
  patienceMs: 10_000,
  firstPauseMs: 1_000,
  longestPauseMs: 10_000,
  partitionsConcurrently: 24,
  maxBytesPerPartition: 262_144,
  maxRecordsPerBatch: 512,
  sessionTimeoutMs: 10_000,
  idleAfterMs: 10_000,
  deadLetterLimit: defaultDeadLetterLimit,
} satisfies Required<StageOptions>;
