import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import type { BatchClient } from './batch-client.ts';

/** Where a spool sends, and how much it holds. */
export interface DeviceSpoolOptions {
  client: Pick<BatchClient, 'send'>;
  /** Batches that wait at most, the one under way included; at least 2. */
  maxBatches?: number;
  /** Pause after the client has given a batch up for now; it honours Retry-After between its own tries. */
  pauseMs?: number;
  /** Resolves after `ms`. */
  wait?: (ms: number) => Promise<void>;
}

/** Two thousand batches: half a working day of one person, some megabytes. */
const defaultMaxBatches = 2_000;
const defaultPauseMs = 10_000;

/** What became of the batches of a spool. */
export interface SpoolCounts {
  waiting: number;
  /** Recorded, now or before. */
  sent: number;
  /** Will never be taken: a defect of the collector or its token. */
  refused: number;
  /** Dropped unsent, as the spool was full. */
  dropped: number;
}

/** What a collector does while the gateway is away or asks it to wait: it keeps batches, in order, up to a bound. */
export interface DeviceSpool {
  /** Takes a batch of the device. In a full spool it replaces the oldest one that waits. */
  offer(batch: BehaviourBatch): void;
  /** Resolves when nothing waits, or the spool was closed. */
  drained(): Promise<void>;
  counts(): SpoolCounts;
  /** Sends nothing more after the batch under way. */
  close(): void;
}

/**
 * The spool of one device. What is newest says most about who sits there now, so a full spool drops its oldest. The loss is told by
 * what is missing: batches are numbered before they are spooled, so whoever reads the verdicts of a device sees the gap.
 */
export function createDeviceSpool(options: DeviceSpoolOptions): DeviceSpool {
  const { client, maxBatches = defaultMaxBatches, pauseMs = defaultPauseMs } = options;
  const { wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) } = options;
  const waiting: BehaviourBatch[] = [];
  const counts = { sent: 0, refused: 0, dropped: 0 };
  let running: Promise<void> | undefined;
  let closed = false;

  async function sendAll(): Promise<void> {
    for (let first = waiting[0]; first !== undefined && !closed; first = waiting[0]) {
      const outcome = await client.send(first);
      if (!outcome.ok && outcome.reason === 'unavailable') {
        if (!closed) await wait(pauseMs);
        continue;
      }
      waiting.shift();
      counts[outcome.ok ? 'sent' : 'refused'] += 1;
    }
  }

  function run(): void {
    running ??= sendAll().finally(() => {
      running = undefined;
      if (waiting.length > 0 && !closed) run();
    });
  }

  return {
    offer(batch) {
      if (closed) throw new Error('the spool was closed: a batch offered now would never be sent');
      if (waiting.length >= Math.max(2, maxBatches)) {
        // The first may be recorded already, for all we know: it is under way.
        waiting.splice(1, 1);
        counts.dropped += 1;
      }
      waiting.push(batch);
      run();
    },
    async drained() {
      while (running !== undefined) await running;
    },
    counts: () => ({ waiting: waiting.length, ...counts }),
    close() {
      closed = true;
    },
  };
}
