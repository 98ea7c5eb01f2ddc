import { defaultMaxBytesPerPartition, defaultMaxRecordsPerBatch } from './batch-limits.ts';
import type { BatchHandler, BatchOutcome, ConsumptionHealth, RecordBatch, Subscription } from './broker.ts';
import type { MemoryTopic } from './memory-topic.ts';

/** One partition in a member's hands, from its assignment to the next rebalance. */
interface Claim {
  readonly partition: number;
  position: number;
  assignment: number;
  busy: boolean;
  /** The group is rebalancing: the work in hand may still be finished. */
  revoked: boolean;
  /** Another member may have the partition: nothing that comes back counts any more. */
  lost: boolean;
  resume: NodeJS.Timeout | undefined;
  failures: number;
}

/** What a member reads, and whom it tells what it has done. */
export interface MemoryMemberOptions {
  topic: MemoryTopic;
  subscription: Subscription;
  handler: BatchHandler;
  now: () => number;
  /** Where the group stands in a partition; -1 where it has committed nothing. */
  committed(partition: number): number;
  commit(partition: number, offset: number): void;
  /** A number that the group has not given to this partition before. */
  nextAssignment(partition: number): number;
}

/** A member of a group of a `MemoryBroker`: hands the records of its partitions to the handler. */
export interface MemoryMember {
  assign(partitions: readonly number[]): void;
  revoke(): void;
  /** Gives up what is still in work. */
  lose(): void;
  /** Resolves when no handler is at work. */
  idle(): Promise<void>;
  wake(partition: number): void;
  health(): ConsumptionHealth;
  /** See `Consumption.reread`. */
  reread(partition: number, offset: number): void;
  /** Takes nothing up any more. */
  end(): void;
}

const firstRestartDelayMs = 50;
const longestRestartDelayMs = 5_000;

/** A member that holds no partition yet. */
export function createMemoryMember(options: MemoryMemberOptions): MemoryMember {
  const { topic, subscription, handler, now } = options;
  const maxRecords = subscription.maxRecordsPerBatch ?? defaultMaxRecordsPerBatch;
  const maxBytes = subscription.maxBytesPerPartition ?? defaultMaxBytesPerPartition;
  const concurrency = subscription.partitionsConcurrently ?? 1;
  const claims = new Map<number, Claim>();
  const waiting = new Set<Claim>();
  let idleWaiters: (() => void)[] = [];
  let active = 0;
  let state: ConsumptionHealth['state'] = 'joining';
  let lastProgressAtMs = now();
  let lastError: string | undefined;

  const wakeClaim = (claim: Claim): void => {
    const log = topic.logs[claim.partition];
    if (log === undefined || claim.revoked || claim.busy || claim.resume !== undefined) return;
    if (claim.position < log.high()) waiting.add(claim);
    schedule();
  };
  const schedule = (): void => {
    for (const claim of waiting) {
      if (active >= concurrency) return;
      waiting.delete(claim);
      claim.busy = true;
      active += 1;
      // A turn of the event loop between handler calls, so that a busy topic does not starve sockets and timers.
      setImmediate(() => void work(claim));
    }
  };
  const finish = (claim: Claim): void => {
    claim.busy = false;
    active -= 1;
    if (active === 0) {
      for (const done of idleWaiters) done();
      idleWaiters = [];
    }
    wakeClaim(claim);
    schedule();
  };
  const rest = (claim: Claim, forMs: number): void => {
    claim.resume = setTimeout(() => {
      claim.resume = undefined;
      wakeClaim(claim);
    }, forMs);
  };

  const work = async (claim: Claim): Promise<void> => {
    const log = topic.logs[claim.partition];
    if (log === undefined || claim.revoked) return finish(claim);
    // What gave way to the bound is skipped, as after Kafka's retention.
    claim.position = Math.max(claim.position, log.low());
    const records = log.slice(claim.position, maxRecords, maxBytes);
    if (records.length === 0) return finish(claim);
    const batch: RecordBatch = {
      topic: topic.definition.name,
      partition: claim.partition,
      records,
      highWatermark: log.high(),
      assignment: claim.assignment,
      heartbeat: async () => {
        if (claim.revoked) throw new Error('the group is rebalancing');
        lastProgressAtMs = now();
      },
      isStale: () => claim.revoked,
    };
    try {
      apply(claim, await handler(batch));
    } catch (error) {
      fail(claim, error);
    }
    lastProgressAtMs = now();
    finish(claim);
  };
  const apply = (claim: Claim, outcome: BatchOutcome): void => {
    if (claim.lost) return;
    claim.failures = 0;
    if (outcome.kind === 'done') {
      options.commit(claim.partition, outcome.nextOffset);
      claim.position = outcome.nextOffset;
    } else {
      claim.position = outcome.offset;
      if (outcome.kind === 'pause' && !claim.revoked) rest(claim, outcome.resumeAfterMs);
    }
  };
  const fail = (claim: Claim, error: unknown): void => {
    if (claim.revoked) return;
    lastError = error instanceof Error ? error.message : String(error);
    claim.position = Math.max(options.committed(claim.partition), 0);
    claim.assignment = options.nextAssignment(claim.partition);
    rest(claim, Math.min(firstRestartDelayMs * 2 ** claim.failures, longestRestartDelayMs));
    claim.failures += 1;
  };
  const drop = (): void => {
    for (const claim of claims.values()) {
      clearTimeout(claim.resume);
      claim.revoked = true;
    }
    waiting.clear();
  };

  return {
    assign: (partitions) => {
      claims.clear();
      state = 'running';
      lastProgressAtMs = now();
      for (const partition of partitions) {
        const position = Math.max(options.committed(partition), topic.logs[partition]?.low() ?? 0);
        const assignment = options.nextAssignment(partition);
        const claim = { partition, position, assignment, busy: false, revoked: false, lost: false, failures: 0 };
        claims.set(partition, { ...claim, resume: undefined });
      }
      for (const claim of claims.values()) wakeClaim(claim);
    },
    revoke: drop,
    lose: () => {
      for (const claim of claims.values()) claim.lost = true;
    },
    idle: () => (active === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
    wake: (partition) => {
      const claim = claims.get(partition);
      if (claim !== undefined) wakeClaim(claim);
    },
    reread: (partition, offset) => {
      const claim = claims.get(partition);
      if (claim === undefined || claim.busy || claim.revoked || claim.resume !== undefined) return;
      claim.position = offset;
      wakeClaim(claim);
    },
    health: () => ({
      state,
      assignedPartitions: state === 'running' ? [...claims.keys()].sort((a, b) => a - b) : [],
      lastProgressAtMs,
      ...(lastError === undefined ? {} : { lastError }),
    }),
    end: () => {
      drop();
      state = 'stopped';
    },
  };
}
