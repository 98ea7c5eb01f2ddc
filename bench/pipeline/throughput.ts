import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from '../../platform/broker/broker.ts';
import type { ScorerWorker, WorkerUse } from './scorer-worker.ts';

export interface ThroughputFigures {
  perSecond: number;
  cpuMicrosPerRecord: number;
}

const pollMs = 40;
const stuckAfterMs = 60_000;

/**
 * Watches the worker's group until it has committed everything that the topic holds, from the first `warmUpRecords` on.
 * A commit comes last, behind acknowledged verdicts and stored states, so what is counted is durable.
 */
export async function measureThroughput(
  broker: Broker,
  worker: ScorerWorker,
  topic: string,
  warmUpRecords: number,
): Promise<ThroughputFigures> {
  const records = (await broker.offsets(topic)).reduce((sum, { high }) => sum + high, 0);
  let start: { at: number; use: WorkerUse; committed: number } | undefined;
  let last = { at: performance.now(), committed: 0 };
  for (;;) {
    const offsets = await broker.committedOffsets(worker.group, topic);
    const at = performance.now();
    const committed = offsets.reduce((sum, { offset }) => sum + Math.max(0, offset), 0);
    if (committed > last.committed) last = { at, committed };
    else if (at - last.at > stuckAfterMs) throw new Error(`the scorer is stuck at ${committed} of ${records} records`);
    if (start === undefined && committed >= warmUpRecords) start = { at, use: await worker.use(), committed };
    if (committed >= records && start !== undefined) {
      const use = await worker.use();
      const counted = committed - start.committed;
      return {
        perSecond: counted / ((at - start.at) / 1000),
        cpuMicrosPerRecord: ((use.cpuSeconds - start.use.cpuSeconds) * 1e6) / counted,
      };
    }
    worker.assertRunning();
    await delay(pollMs);
  }
}
