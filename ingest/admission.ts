import type { Broker, OutgoingRecord } from '../platform/broker/broker.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import { createMicroBatcher } from './micro-batcher.ts';
import { type AnswerCode, type Refusal, refuse } from './outcomes.ts';
import type { SeenMark, SeenMarks } from './seen-marks.ts';

/** A batch ready for the topic, with its identity. */
export interface Candidate {
  record: OutgoingRecord;
  mark: SeenMark;
}

/** What became of a candidate: recorded now or before, or refused. */
export type Admission = { ok: true; answer: AnswerCode } | Refusal;

/** Decides about candidates, one by one, and keeps count of those that wait for the broker. */
export interface AdmissionDesk {
  /** Resolves when the outcome is known: `accepted` only after the broker's acknowledgement. Never rejects. */
  admit(candidate: Candidate): Promise<Admission>;
  /** Resolves when nothing is pending and every mark has been written or given up. */
  drain(): Promise<void>;
}

/** What the desk works with, and its bounds. */
export interface AdmissionOptions {
  broker: Pick<Broker, 'produce'>;
  seen: SeenMarks;
  clock: Clock;
  log: Logger;
  metrics: IngestMetrics;
  /** Batches that may wait for the broker at once. */
  maxPendingBatches: number;
  /** Bytes of records that may wait for the broker at once; a single batch always may. */
  maxPendingBytes: number;
  maxRecordsPerProduce: number;
  /** How long a lone batch waits for company before it is produced. */
  maxWaitMs: number;
  /** How long a request waits for the broker's acknowledgement. */
  acknowledgeTimeoutMs: number;
}

interface Pending {
  digest: string;
  outcome: Promise<Admission>;
}

/**
 * Records each batch of a device once: joins concurrent twins, looks for marks of earlier ones, produces many batches in
 * one call, and marks only what was acknowledged.
 */
export function createAdmissionDesk(options: AdmissionOptions): AdmissionDesk {
  const { broker, seen, clock, log, metrics, maxPendingBatches, maxPendingBytes, acknowledgeTimeoutMs } = options;
  const pending = new Map<string, Pending>();
  let pendingBytes = 0;

  const produce = createMicroBatcher<OutgoingRecord, unknown>({
    async run(records) {
      try {
        return await broker.produce(records);
      } catch (error) {
        log.warn({ err: error, batches: records.length }, 'the broker did not acknowledge');
        throw error;
      }
    },
    maxItemsPerRun: options.maxRecordsPerProduce,
    maxWaitMs: options.maxWaitMs,
    clock,
  });

  async function record({ record, mark }: Candidate): Promise<Admission> {
    const state = await seen.look(mark);
    if (state === 'same') return { ok: true, answer: 'duplicate' };
    if (state === 'different') return refuse('sequence-reused');
    try {
      await produce.submit(record);
    } catch {
      return refuse('broker-unavailable');
    }
    seen.remember(mark);
    return { ok: true, answer: 'accepted' };
  }

  function begin(candidate: Candidate): Promise<Admission> {
    const { key, digest } = candidate.mark;
    const bytes = candidate.record.value?.length ?? 0;
    pendingBytes += bytes;
    const outcome = record(candidate).finally(() => {
      pending.delete(key);
      pendingBytes -= bytes;
      metrics.pending.set(pending.size);
    });
    pending.set(key, { digest, outcome });
    metrics.pending.set(pending.size);
    return outcome;
  }

  /** The request gives up waiting; the batch does not: an acknowledgement that comes later still leaves its mark. */
  function withinTime(outcome: Promise<Admission>): Promise<Admission> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(acknowledgeTimeoutMs, () => resolve(refuse('broker-unavailable')));
      outcome.finally(cancel).then(resolve, reject);
    });
  }

  return {
    async admit(candidate) {
      const twin = pending.get(candidate.mark.key);
      if (twin !== undefined) {
        if (twin.digest !== candidate.mark.digest) return refuse('sequence-reused');
        const outcome = await withinTime(twin.outcome);
        return outcome.ok ? { ok: true, answer: 'duplicate' } : outcome;
      }
      if (pending.size >= maxPendingBatches || pendingBytes >= maxPendingBytes) return refuse('queue-full');
      return withinTime(begin(candidate));
    },

    async drain() {
      while (pending.size > 0) await Promise.all([...pending.values()].map(({ outcome }) => outcome));
      await seen.flush();
    },
  };
}
