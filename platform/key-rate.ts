import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.ts';

/** The size and the flow of every bucket. */
export interface KeyRateOptions {
  clock: Pick<Clock, 'nowMs'>;
  /** What a key may send at once after a pause, for example a collector's spool. */
  burst: number;
  perSecond: number;
  /** Keys remembered at most; a forgotten one starts with a full bucket. */
  maxKeys: number;
}

/** Whether one more may pass now, or when it may. */
export type RateDecision = { ok: true } | { ok: false; retryAfterSeconds: number };

/** Takes one from the bucket of `key`: a device, or a subject's pseudonym. */
export type KeyRate = (key: string) => RateDecision;

/** A token bucket a key. A clock that is set neither fills a bucket nor holds one empty. */
export function createKeyRate({ clock, burst, perSecond, maxKeys }: KeyRateOptions): KeyRate {
  const buckets = new LRUCache<string, { tokens: number; refilledAtMs: number }>({ max: maxKeys });

  return function takeOne(key) {
    const nowMs = clock.nowMs();
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = { tokens: burst, refilledAtMs: nowMs };
      buckets.set(key, bucket);
    }
    // A clock that steps back refills nothing and takes nothing away.
    const elapsedMs = Math.max(0, nowMs - bucket.refilledAtMs);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs / 1000) * perSecond);
    bucket.refilledAtMs = nowMs;
    if (bucket.tokens < 1) return { ok: false, retryAfterSeconds: (1 - bucket.tokens) / perSecond };
    bucket.tokens -= 1;
    return { ok: true };
  };
}
