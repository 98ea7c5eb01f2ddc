import { LRUCache } from 'lru-cache';
import type { Clock } from '../platform/clock.ts';

/** The size and the flow of every bucket. */
export interface SubjectRateOptions {
  clock: Pick<Clock, 'nowMs'>;
  /** Batches that a subject may send at once after a pause, for example a collector's spool. */
  burst: number;
  batchesPerSecond: number;
  /** Subjects remembered at most; a forgotten one starts with a full bucket. */
  maxSubjects: number;
}

/** Whether a batch may pass now, or when it may. */
export type RateDecision = { ok: true } | { ok: false; retryAfterSeconds: number };

/** Takes one batch from the bucket of `subject`, a pseudonym. */
export type SubjectRate = (subject: string) => RateDecision;

/** A token bucket per subject: one key of the topic is one partition's order, so one flooded subject delays others. */
export function createSubjectRate({ clock, burst, batchesPerSecond, maxSubjects }: SubjectRateOptions): SubjectRate {
  const buckets = new LRUCache<string, { tokens: number; refilledAtMs: number }>({ max: maxSubjects });

  return function takeOne(subject) {
    const nowMs = clock.nowMs();
    let bucket = buckets.get(subject);
    if (bucket === undefined) {
      bucket = { tokens: burst, refilledAtMs: nowMs };
      buckets.set(subject, bucket);
    }
    // A clock that steps back refills nothing and takes nothing away.
    const elapsedMs = Math.max(0, nowMs - bucket.refilledAtMs);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs / 1000) * batchesPerSecond);
    bucket.refilledAtMs = nowMs;
    if (bucket.tokens < 1) return { ok: false, retryAfterSeconds: (1 - bucket.tokens) / batchesPerSecond };
    bucket.tokens -= 1;
    return { ok: true };
  };
}
