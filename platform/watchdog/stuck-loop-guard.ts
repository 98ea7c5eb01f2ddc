import { Worker } from 'node:worker_threads';
import type { LifecyclePart } from '../lifecycle.ts';

/** When a process is given up. */
export interface StuckLoopGuardOptions {
  /** The process, as its log calls it. */
  name: string;
  /** Blocked for so long, the process is killed. */
  limitMs: number;
}

/** How often in a limit the guard looks. It counts its own looks, not time: a process that was suspended is not stuck. */
const looksPerLimit = 12;
const mostBetweenBeatsMs = 250;

// As text: a file of its own would have another name when built than when run from its sources.
const guard = `
  const { workerData } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  const { beats, everyMs, looks, name, limitMs } = workerData;
  let seen = -1;
  let still = 0;
  const say = (level, msg) => {
    const line = { level, time: new Date().toISOString(), name, blockedMs: still * everyMs, limitMs, msg };
    try { writeSync(2, JSON.stringify(line) + '\\n'); } catch {}
  };
  setInterval(() => {
    const beat = Atomics.load(beats, 0);
    still = beat === seen ? still + 1 : 0;
    seen = beat;
    if (still === Math.ceil(looks / 2)) say('error', 'event loop is blocked');
    if (still < looks) return;
    say('fatal', 'event loop is blocked for too long: the process is killed, its supervisor starts it again');
    process.kill(process.pid, 'SIGKILL');
  }, everyMs);
`;

/**
 * Kills the process when its event loop has stood still for `limitMs`, as no timer of the loop itself could: a thread
 * watches a number that the loop counts up. It ends by SIGKILL, as everything else would wait for the loop.
 */
export function createStuckLoopGuard({ name, limitMs }: StuckLoopGuardOptions): LifecyclePart {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const everyMs = Math.max(1, Math.round(limitMs / looksPerLimit));
  let worker: Worker | undefined;
  let beating: NodeJS.Timeout | undefined;
  function stop(): void {
    clearInterval(beating);
    void worker?.terminate();
    worker = undefined;
  }
  return {
    name: 'stuck loop guard',
    start() {
      beating = setInterval(
        () => Atomics.add(beats, 0, 1),
        Math.min(mostBetweenBeatsMs, Math.max(1, everyMs / 2)),
      ).unref();
      worker = new Worker(guard, {
        eval: true,
        // Nothing of how the process was started: the guard needs no loader, and must not read its settings.
        ...{ env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 16 } },
        workerData: { beats, everyMs, looks: looksPerLimit, name, limitMs },
      });
      worker.unref();
    },
    stop,
    cut: stop,
  };
}
