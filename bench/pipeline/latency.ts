import { setTimeout as delay } from 'node:timers/promises';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import type { Installation, RunTopics } from './installation.ts';
import type { Load } from './load.ts';

export interface LatencyFigures {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  verdicts: number;
}

export interface LatencyOptions {
  batchesPerSecond: number;
  seconds: number;
}

/** Not counted: until the reader has seen verdicts for so long. */
const settleMs = 1_000;
const lastAnswersWithinMs = 15_000;

/**
 * Sends batches at a fixed pace, whatever becomes of them, and reads the verdict topic. A verdict's time counts from
 * when its batch was *due*, so a pause of the worker, the broker or ourselves lengthens every batch that fell into it.
 */
export async function measureLatency(
  { broker }: Installation,
  topics: RunTopics,
  load: Load,
  { batchesPerSecond, seconds }: LatencyOptions,
): Promise<LatencyFigures> {
  const behaviour = createBehaviourTopicCodec();
  const verdicts = createVerdictCodec();
  const due = new Map<string, number>();
  const latenciesMs: number[] = [];
  const nameOf = ({ device, sequence }: { device: string; sequence: number }) => `${device}:${sequence}`;
  let countFromMs = Number.POSITIVE_INFINITY;
  const ended = new AbortController();
  const reading = (async () => {
    for await (const { value } of broker.read({
      topic: topics.verdicts,
      from: 'latest',
      until: 'forever',
      signal: ended.signal,
    })) {
      const readAtMs = performance.now();
      const read = verdicts.decode(value);
      if (!read.ok) throw new Error(`a verdict cannot be read: ${read.detail}`);
      const name = nameOf(read.value);
      const dueAtMs = due.get(name);
      if (dueAtMs === undefined) continue;
      due.delete(name);
      if (countFromMs === Number.POSITIVE_INFINITY) countFromMs = readAtMs + settleMs;
      if (dueAtMs >= countFromMs) latenciesMs.push(readAtMs - dueAtMs);
    }
  })();
  const failed = new Promise<never>((_, reject) => reading.catch(reject));

  const sends: Promise<unknown>[] = [];
  const send = async () => {
    let nextDueMs = performance.now();
    const intervalMs = 1000 / batchesPerSecond;
    while (performance.now() < countFromMs + seconds * 1000) {
      const records = [];
      for (; nextDueMs <= performance.now(); nextDueMs += intervalMs) {
        const batch = load.next(Date.now());
        due.set(nameOf(batch), nextDueMs);
        const value = behaviour.encode({ kind: 'batch', value: batch });
        records.push({ topic: topics.behaviour, key: Buffer.from(batch.subject), value });
      }
      if (records.length > 0) sends.push(broker.produce(records));
      await delay(1);
    }
    await Promise.all(sends);
    // What was sent before the reader had its place may have been answered before it, too.
    for (const [name, dueAtMs] of due) if (dueAtMs < countFromMs) due.delete(name);
    const untilMs = performance.now() + lastAnswersWithinMs;
    while (due.size > 0 && performance.now() < untilMs) await delay(20);
  };
  await Promise.race([send(), failed]);
  ended.abort();
  await reading;
  if (due.size > 0) throw new Error(`${due.size} batches got no verdict within ${lastAnswersWithinMs} ms`);
  latenciesMs.sort((a, b) => a - b);
  const quantile = (q: number) =>
    latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(q * latenciesMs.length))] ?? 0;
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1), verdicts: latenciesMs.length };
}
