import { setTimeout as delay } from 'node:timers/promises';
import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import type { Clock } from '../../platform/clock.ts';
import type { People } from './people.ts';

/** Brings batches to where they are acknowledged, and tries a refused one again until it is. */
export interface BatchSender {
  /** Resolves when all of them are acknowledged. */
  send(batches: readonly BehaviourBatch[]): Promise<void>;
}

/** People at their keyboards. */
export interface Load {
  /** So many batches a second from now on. */
  start(batchesPerSecond: number): void;
  /** So many at once, as after a network's return. */
  burst(batches: number): void;
  /** Nothing new is made; resolves when all that was made is acknowledged. Idempotent. */
  stop(): Promise<void>;
}

/** What a load is made of. */
export interface LoadOptions {
  people: Pick<People, 'next'>;
  sender: BatchSender;
  clock: Clock;
  /** Who may type now. */
  free?: (subject: string) => boolean;
  /** What was made for this many batches is kept back while the way is blocked; beyond, nobody types. Default: 3,000. */
  maxOwed?: number;
}

const batchesPerSend = 256;
const tickMs = 10;

/** One send at a time, so that each subject's batches are recorded in their order. */
export function createLoad({ people, sender, clock, free, maxOwed = 3_000 }: LoadOptions): Load {
  let rate = 0;
  let owed = 0;
  let lastMs = 0;
  let stopping = false;
  let running: Promise<void> | undefined;

  async function pump(): Promise<void> {
    while (!(stopping && owed < 1)) {
      const nowMs = clock.nowMs();
      if (!stopping) owed = Math.min(maxOwed, owed + (rate * (nowMs - lastMs)) / 1000);
      lastMs = nowMs;
      const count = Math.min(batchesPerSend, Math.floor(owed));
      if (count === 0) {
        await delay(tickMs);
        continue;
      }
      owed -= count;
      const batches = Array.from({ length: count }, () => people.next(nowMs, free));
      await sender.send(batches.filter((batch) => batch !== undefined));
    }
  }

  function run(): void {
    if (running !== undefined) return;
    lastMs = clock.nowMs();
    running = pump();
    // Told by stop(); until then it must not end the process.
    running.catch(() => undefined);
  }

  return {
    start(batchesPerSecond) {
      rate = batchesPerSecond;
      run();
    },
    burst(batches) {
      owed = Math.min(maxOwed, owed + batches);
      run();
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
}
