import type { Clock } from '../clock.ts';
import type { LifecyclePart } from '../lifecycle.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';

/** What the watch over the event loop needs. */
export interface LoopWatchOptions {
  /** Blocks longer than this are said and counted. */
  boundMs: number;
  log: Logger;
  metrics: Metrics;
  clock: Pick<Clock, 'after'>;
  /** A clock that is never set, in ms. */
  nowMs?: () => number;
}

const mostBetweenChecksMs = 250;
const blockBuckets = [0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * Says when the event loop stood still: nothing was read, written or told to Kafka meanwhile, so a long block costs the
 * partitions. A timer that comes late measures it, whatever the libraries do. A process that was suspended looks the same.
 */
export function createLoopWatch({
  boundMs,
  log,
  metrics,
  clock,
  nowMs = () => performance.now(),
}: LoopWatchOptions): LifecyclePart {
  const everyMs = Math.min(mostBetweenChecksMs, boundMs / 4);
  const blocks = metrics.histogram({
    name: 'gaitkeeper_event_loop_block_seconds',
    help: 'How long the event loop stood still, of blocks above a third of the session timeout.',
    buckets: blockBuckets,
  });
  let cancel = () => {};

  function check(dueAtMs: number): void {
    const atMs = nowMs();
    const blockedMs = Math.round(atMs - dueAtMs);
    if (blockedMs > boundMs) {
      blocks.observe(blockedMs / 1000);
      log.warn({ blockedMs, boundMs }, 'event loop was blocked, or the process suspended');
    }
    cancel = clock.after(everyMs, () => check(atMs + everyMs));
  }
  const stop = () => cancel();
  return {
    name: 'loop watch',
    start() {
      const dueAtMs = nowMs() + everyMs;
      cancel = clock.after(everyMs, () => check(dueAtMs));
    },
    stop,
    cut: stop,
  };
}
