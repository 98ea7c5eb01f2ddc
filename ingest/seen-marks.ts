import { LRUCache } from 'lru-cache';
import type { Clock } from '../platform/clock.ts';
import type { KeyValueStore } from '../platform/store/key-value-store.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import { createMicroBatcher } from './micro-batcher.ts';

/**
 * What the marks know of a batch: `same` and `different` were acknowledged before, with this content or another.
 * `unknown` is the honest answer while the store is away.
 */
export type SeenState = 'absent' | 'same' | 'different' | 'unknown';

/** The memory of which batches were acknowledged. */
export interface SeenMarks {
  look(mark: SeenMark): Promise<SeenState>;
  /** Remembers an acknowledged batch: at once in this process, soon in the store. Never rejects. */
  remember(mark: SeenMark): void;
  /** Resolves when every mark that was begun has been written or given up. */
  flush(): Promise<void>;
}

/** One batch's identity in the store and a digest of its content, hexadecimal. */
export interface SeenMark {
  key: string;
  digest: string;
}

/** Where marks are kept, and for how long. */
export interface SeenMarksOptions {
  store: KeyValueStore;
  clock: Clock;
  metrics: IngestMetrics;
  /** How long a mark is kept. Longer than a token lives, so that a captured request cannot be played back as new. */
  keepForMs: number;
}

/** Marks remembered in this process: what a resend after a lost answer needs, without asking the store. */
export const maxMarksInProcess = 100_000;
/** Marks on their way to the store. Beyond it a mark is lost: the resend is then recorded again, which the scorer recognises. */
const maxMarksUnwritten = 5_000;
const maxKeysPerLookup = 512;
/** After a failed look-up the store is left alone, or each batch would pay its time limit. */
const storeRestMs = 1_000;

/**
 * Which batches were acknowledged before. Marks are written only behind the broker's acknowledgement, so a mark never
 * stands for a batch that was lost. A store that is away makes nothing a duplicate and refuses nothing.
 */
export function createSeenMarks({ store, clock, metrics, keepForMs }: SeenMarksOptions): SeenMarks {
  const inProcess = new LRUCache<string, string>({ max: maxMarksInProcess });
  const unwritten = new Set<Promise<void>>();
  let restUntilMs = Number.NEGATIVE_INFINITY;

  const lookups = createMicroBatcher<string, Buffer | undefined>({
    run: (keys) => store.getMany(keys),
    maxItemsPerRun: maxKeysPerLookup,
    maxWaitMs: 0,
    clock,
  });

  return {
    async look({ key, digest }) {
      const near = inProcess.get(key);
      if (near !== undefined) return near === digest ? 'same' : 'different';
      const restsForMs = restUntilMs - clock.nowMs();
      // A longer rest than was meant is a clock that was set back.
      if (restsForMs > 0 && restsForMs <= storeRestMs) {
        metrics.duplicateChecksSkipped.inc();
        return 'unknown';
      }
      try {
        const stored = await lookups.submit(key);
        if (stored === undefined) return 'absent';
        return stored.toString('hex') === digest ? 'same' : 'different';
      } catch {
        restUntilMs = clock.nowMs() + storeRestMs;
        metrics.duplicateChecksSkipped.inc();
        return 'unknown';
      }
    },

    remember({ key, digest }) {
      inProcess.set(key, digest);
      if (unwritten.size >= maxMarksUnwritten) {
        metrics.marksLost.inc();
        return;
      }
      const write = store
        .put(key, Buffer.from(digest, 'hex'), { expiresAfterMs: keepForMs })
        .catch(() => metrics.marksLost.inc())
        .finally(() => unwritten.delete(write));
      unwritten.add(write);
    },

    async flush() {
      await Promise.all(unwritten);
    },
  };
}
