import {
  type BatchOutcome,
  type Broker,
  BrokerUnavailable,
  type ConsumedRecord,
  type Consumption,
  type RecordBatch,
} from '../../platform/broker/broker.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { KeyedStageHealth, KeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import { createDeadLetterCodec, deadLetterOf } from '../../schemas/dead-letter.ts';
import { createCircuit, defaultCircuitOptions } from './circuit.ts';
import { readResponseRequest } from './response-request.ts';
import type { Attempt, SendWebhook } from './send-webhook.ts';
import { createWebhookMetrics } from './webhook-metrics.ts';

/** What the member works with; whoever made it closes it. */
export interface WebhookMemberDependencies {
  broker: Pick<Broker, 'consume' | 'produce'>;
  topics: { responseRequests: string; deadLetters: string };
  group: string;
  send: SendWebhook;
  clock: Clock;
  /** In [0, 1), for how long to wait. */
  random: () => number;
  log: Logger;
  metrics: Metrics;
  /** How often one request is tried before it is set aside. */
  maxAttempts: number;
  sessionTimeoutMs?: number;
}

/** Name of the member in health, metrics and dead letters. */
export const webhooksName = 'alerting-webhooks';
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** Few, as each may take a whole timeout, and the others of the partition wait for it. */
const maxRecordsPerBatch = 16;

/** What stands first in a partition and could not be delivered yet. */
interface Waiting {
  offset: number;
  attempts: number;
  notBeforeMs: number;
}

/** What became of one record. */
type Handled = { kind: 'done' } | { kind: 'rest'; ms: number; reason: string };

/**
 * Delivers requests to the identity system, in the order of each subject: the offset is committed once a request was
 * delivered, has expired or was set aside, so that one may arrive twice, under the same idempotency key, and none is lost
 * unsaid. What cannot be delivered rests with its partition, longer each time; no more is asked while the circuit is open.
 */
export function createWebhookMember(dependencies: WebhookMemberDependencies): KeyedStageRunner {
  const { broker, topics, group, send, clock, random, log, maxAttempts } = dependencies;
  const metrics = createWebhookMetrics(dependencies.metrics);
  const circuit = createCircuit(defaultCircuitOptions);
  const deadLetters = createDeadLetterCodec();
  const waiting = new Map<number, Waiting>();
  const inHandSinceMs = new Map<number, number>();
  const ended = new AbortController();
  let consumption: Consumption | undefined;
  metrics.circuitOpen.set(0);

  async function setAside(record: ConsumedRecord, reason: string, detail: string, tenant: string | null) {
    const letter = deadLetterOf(record, { stage: webhooksName, reason, detail, tenant });
    const value = deadLetters.encode(letter);
    await broker.produce([{ topic: topics.deadLetters, key: record.key, value }]);
    log.warn({ reason, detail }, 'request to the identity system set aside');
  }

  async function deliver(record: ConsumedRecord): Promise<Handled> {
    const { partition, offset } = record;
    const read = readResponseRequest(record.value);
    if (!read.ok) {
      await setAside(record, read.reason, read.detail, null);
      metrics.requests.inc({ outcome: 'malformed' });
      return { kind: 'done' };
    }
    const { requestId, tenant, expiresAtMs } = read.value;
    const nowMs = clock.nowMs();
    if (nowMs >= expiresAtMs) {
      metrics.requests.inc({ outcome: 'expired' });
      log.warn({ requestId }, 'request to the identity system expired before it was delivered');
      return { kind: 'done' };
    }
    const known = waiting.get(partition);
    const before = known?.offset === offset ? known : { offset, attempts: 0, notBeforeMs: 0 };
    if (nowMs < before.notBeforeMs) {
      return { kind: 'rest', ms: Math.min(longestPauseMs, before.notBeforeMs - nowMs), reason: 'webhook' };
    }
    const decision = circuit.mayTry(nowMs);
    if (!decision.ok) return { kind: 'rest', ms: decision.afterMs, reason: 'webhook' };
    const attempt = await send(record.value ?? Buffer.alloc(0), requestId, ended.signal);
    if (attempt.outcome === 'cut') return { kind: 'rest', ms: 0, reason: 'cut' };
    tell(attempt);
    if (attempt.outcome === 'delivered') {
      metrics.requests.inc({ outcome: 'delivered' });
      return { kind: 'done' };
    }
    const attempts = before.attempts + 1;
    log.warn({ requestId, attempts, ...attempt }, 'the identity system did not take a request');
    if (attempts >= maxAttempts) {
      await setAside(record, 'webhook-failed', `${attempt.outcome} ${attempt.detail}`.trim(), tenant);
      metrics.requests.inc({ outcome: 'failed' });
      return { kind: 'done' };
    }
    const ms = pauseMs(attempts, random());
    waiting.set(partition, { offset, attempts, notBeforeMs: clock.nowMs() + ms });
    return { kind: 'rest', ms, reason: 'webhook' };
  }

  /** A receiver that refuses a request is there: others may fare better. */
  function tell({ outcome }: Attempt): void {
    metrics.attempts.inc({ outcome });
    if (outcome === 'delivered' || outcome === 'refused') circuit.succeeded();
    else circuit.failed(clock.nowMs());
    metrics.circuitOpen.set(circuit.isOpen() ? 1 : 0);
  }

  async function handle(batch: RecordBatch): Promise<BatchOutcome> {
    const { partition, records } = batch;
    const first = records[0]?.offset ?? 0;
    for (const record of records) {
      const { offset } = record;
      if (ended.signal.aborted || batch.isStale()) return { kind: 'seek', offset };
      inHandSinceMs.set(partition, clock.nowMs());
      const handled = await deliver(record).catch((error: unknown): Handled => {
        if (!(error instanceof BrokerUnavailable)) throw error;
        return { kind: 'rest', ms: firstPauseMs, reason: 'broker' };
      });
      if (handled.kind === 'rest') {
        // What was delivered before is committed first: the partition comes back to this record, and rests then.
        if (offset > first) return { kind: 'done', nextOffset: offset };
        return { kind: 'pause', offset, resumeAfterMs: handled.ms, reason: handled.reason };
      }
      waiting.delete(partition);
      // Where the group is rebalancing, the next turn of the loop sees it.
      await batch.heartbeat().catch(() => undefined);
    }
    return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? first) + 1 };
  }

  async function inHand(batch: RecordBatch): Promise<BatchOutcome> {
    try {
      return await handle(batch);
    } finally {
      inHandSinceMs.delete(batch.partition);
    }
  }

  return {
    async start() {
      const { sessionTimeoutMs } = dependencies;
      const session = sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs };
      const subscription = { group, topic: topics.responseRequests, maxRecordsPerBatch, ...session };
      consumption = await broker.consume(subscription, inHand);
    },
    async stop() {
      await consumption?.close();
    },
    cut() {
      ended.abort();
    },
    health(): KeyedStageHealth {
      const notStarted = { state: 'stopped' as const, assignedPartitions: [], lastProgressAtMs: 0 };
      const since = Math.min(clock.nowMs(), ...inHandSinceMs.values());
      return {
        consumption: consumption?.health() ?? notStarted,
        // A receiver that is away makes nobody else unready; the gauge of the circuit tells of it.
        paused: [],
        lagRecords: 0,
        inHandMs: clock.nowMs() - since,
      };
    },
  };
}

/** Doubled each time up to a bound, and between half and all of that: those that failed together do not come back together. */
function pauseMs(attempts: number, chance: number): number {
  const full = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1));
  return Math.round(full * (0.5 + chance / 2));
}
