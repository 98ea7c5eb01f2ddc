import { defaultMaxBytesPerPartition, defaultMaxRecordsPerBatch, defaultSessionTimeoutMs } from './batch-limits.ts';
import type { BatchHandler, BatchOutcome, Consumption, ConsumptionHealth, Subscription } from './broker.ts';
import type { CreateConsumer, FetchedBatch } from './consumer-client.ts';
import { createCrashWatch } from './crash-watch.ts';
import type { BrokerLog } from './kafka-log.ts';
import { safeOffset, toConsumedRecord } from './kafka-record.ts';
import { createOffsetCommitter } from './offset-committer.ts';
import { createPartitionClaims } from './partition-claims.ts';
import { createRevivedClient } from './revived-client.ts';
import { within } from './within.ts';

/** What one member of a group is made of. */
export interface KafkaConsumptionOptions {
  subscription: Subscription;
  handler: BatchHandler;
  createConsumer: CreateConsumer;
  /** Commits are gathered for this long. */
  commitIntervalMs: number;
  /** How long `close` waits for work in hand. */
  closeTimeoutMs: number;
  now: () => number;
  log: BrokerLog;
}

/**
 * A member of a Kafka consumer group that survives the crashes of its client. Resolves once the client is connected;
 * joining goes on behind it. Rejects as the client does when the cluster cannot be reached.
 */
export async function startKafkaConsumption(options: KafkaConsumptionOptions): Promise<Consumption> {
  const { subscription, handler, now, log } = options;
  const { topic, group } = subscription;
  const sessionTimeoutMs = subscription.sessionTimeoutMs ?? defaultSessionTimeoutMs;
  const maxRecords = subscription.maxRecordsPerBatch ?? defaultMaxRecordsPerBatch;
  const concurrency = subscription.partitionsConcurrently ?? 1;

  let state: ConsumptionHealth['state'] = 'joining';
  let lastProgressAtMs = now();
  let lastHeardAtMs = now();
  let lastError: string | undefined;
  let closing: Promise<void> | undefined;
  let heartbeatFailed = false;
  const working = new Map<number, Promise<void>>();
  const claims = createPartitionClaims({
    pause: (partition) => revived.current().pause(partition),
    seek: (partition, offset) => revived.current().seek(partition, offset),
    resume: (partition) => revived.current().resume(partition),
  });
  let commitFailure: string | undefined;
  const committer = createOffsetCommitter(options.commitIntervalMs, (error) => {
    const cause = message(error);
    subscription.onCommitFailure?.(error);
    // One line per cause, not one per attempt: what is not committed is worked through again at worst.
    if (cause !== commitFailure) log.warn({ topic, group, error: cause }, 'commit failed, and is tried again');
    commitFailure = cause;
  });

  const loseAll = (): void => {
    claims.revoke();
    committer.clear();
  };
  const crashes = createCrashWatch({ sessionTimeoutMs, now, onLasted: () => revived.hasProved() });
  const progress = (): void => {
    if (!crashes.fallsOver()) lastProgressAtMs = now();
  };

  const isUnheard = (): boolean => now() - lastHeardAtMs > sessionTimeoutMs;

  const beat = async (fetched: FetchedBatch): Promise<void> => {
    try {
      await fetched.heartbeat();
      heartbeatFailed = false;
    } catch (error) {
      heartbeatFailed = true;
      throw error;
    }
  };

  /** One handler call. Resolves with whether the next records of the fetch may follow. */
  const handle = async (fetched: FetchedBatch, messages: FetchedBatch['messages']): Promise<boolean> => {
    const { partition } = fetched;
    const claim = claims.of(partition);
    const records = messages.map((each) => toConsumedRecord(topic, partition, each));
    const [first] = records;
    const last = messages.at(-1);
    if (claim === undefined || first === undefined || last === undefined) return false;
    let lostMembership: { cause: unknown } | undefined;
    const isStale = (): boolean => claim.revoked || lostMembership !== undefined || isUnheard();
    let outcome: BatchOutcome;
    try {
      outcome = await handler({
        topic,
        partition,
        records,
        highWatermark: safeOffset(fetched.highWatermark),
        assignment: claim.assignment,
        heartbeat: async () => {
          if (claim.revoked) throw new Error('the group is rebalancing');
          try {
            await beat(fetched);
          } catch (error) {
            lostMembership = { cause: error };
            throw error;
          }
        },
        isStale,
      });
    } catch (error) {
      if (claim.revoked) return false;
      // The client has to hear of it, to join again; it is no defect of the handler.
      if (lostMembership !== undefined) throw lostMembership.cause;
      lastError = message(error);
      const restsMs = claims.restart(partition, first.offset);
      log.error({ topic, partition, offset: first.offset, restsMs, error: lastError }, 'batch handler failed');
      return false;
    }
    // Who only sends reading back does nothing, however often.
    if (outcome.kind !== 'seek') progress();
    if (claim.revoked) return false;
    claim.failures = 0;
    if (outcome.kind === 'pause') {
      log.info({ topic, partition, reason: outcome.reason, restsMs: outcome.resumeAfterMs }, 'partition rests');
      claims.rest(partition, outcome.offset, outcome.resumeAfterMs);
      return false;
    }
    if (outcome.kind === 'seek') {
      revived.current().seek(partition, outcome.offset);
      return false;
    }
    committer.note(partition, outcome.nextOffset, async (offsets) => {
      await fetched.commit(offsets);
      commitFailure = undefined;
    });
    if (outcome.nextOffset !== safeOffset(last.offset) + 1) {
      revived.current().seek(partition, outcome.nextOffset);
      return false;
    }
    fetched.resolveOffset(safeOffset(last.offset));
    return true;
  };
  const workThrough = async (fetched: FetchedBatch): Promise<void> => {
    try {
      // The client still hands out what it has fetched before it joins again: none of it is taken up. Nor is anything of a
      // coordinator that has been silent for too long: without this, the same records would be fetched and left over and over.
      if (heartbeatFailed || isUnheard()) await beat(fetched);
      for (let at = 0; at < fetched.messages.length; at += maxRecords) {
        if (closing !== undefined || !fetched.isRunning()) break;
        if (!(await handle(fetched, fetched.messages.slice(at, at + maxRecords)))) break;
        await beat(fetched);
      }
    } catch (error) {
      // Kafka still takes the commits of a membership that is about to end: what is done need not be repeated.
      await committer.flush();
      throw error;
    }
    if (closing !== undefined) await committer.flush();
  };
  const eachBatch = async (fetched: FetchedBatch): Promise<void> => {
    const { partition } = fetched;
    const born = claims.of(partition);
    // A handler of an earlier membership may still be at work on the same partition.
    for (let earlier = working.get(partition); earlier !== undefined; earlier = working.get(partition)) await earlier;
    if (closing !== undefined || born === undefined || born.revoked || born.resting) return;
    const work = workThrough(fetched);
    const settled = work.catch(() => undefined);
    working.set(partition, settled);
    try {
      await work;
    } finally {
      if (working.get(partition) === settled) working.delete(partition);
    }
  };

  const events = {
    joined: (partitions: readonly number[]) => {
      loseAll();
      claims.assign(partitions);
      state = 'running';
      heartbeatFailed = false;
      lastHeardAtMs = now();
      crashes.joined();
      progress();
    },
    rebalancing: () => {
      loseAll();
      state = 'joining';
    },
    heard: () => {
      lastHeardAtMs = now();
      // A member that is still joining gets nowhere, however often Kafka hears of it.
      if (state !== 'running') return;
      crashes.heard();
      progress();
    },
    passed: () => undefined,
    crashed: (error: Error) => {
      loseAll();
      state = 'crashed';
      lastError = error.message;
      crashes.crashed();
    },
    startsAgain: () => {
      state = 'joining';
    },
  };
  const revived = createRevivedClient({
    settings: {
      group,
      topic,
      sessionTimeoutMs,
      maxBytesPerPartition: subscription.maxBytesPerPartition ?? defaultMaxBytesPerPartition,
    },
    createConsumer: options.createConsumer,
    events,
    run: (client) => client.run(concurrency, eachBatch),
    log,
  });
  const drain = async (): Promise<void> => {
    await revived.end();
    await Promise.all(working.values());
    await committer.flush();
    await revived.current().stop();
  };
  const close = async (): Promise<void> => {
    try {
      await within(drain(), options.closeTimeoutMs, () => new Error('work in hand did not end in time'));
    } catch (error) {
      log.warn({ topic, group, error: message(error) }, 'consumer is cut off');
    }
    loseAll();
    state = 'stopped';
    await within(revived.current().disconnect(), options.closeTimeoutMs, () => new Error('no disconnect')).catch(
      () => undefined,
    );
  };

  await revived.start();
  return {
    health: () => ({
      state: state === 'running' && crashes.fallsOver() ? 'crashed' : state,
      assignedPartitions: claims.assigned(),
      lastProgressAtMs,
      ...(lastError === undefined ? {} : { lastError }),
    }),
    reread: (partition, offset) => {
      const claim = claims.of(partition);
      if (closing !== undefined || claim === undefined || claim.resting || working.has(partition)) return;
      // A rest, if only of a moment: what the client has fetched already is not handed out before its turn.
      claims.rest(partition, offset, 0);
    },
    close: () => {
      // Set before `close` runs: nothing new is taken up from here on.
      closing ??= Promise.resolve().then(close);
      return closing;
    },
  };
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
