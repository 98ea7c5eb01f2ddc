import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from '../../platform/broker/broker.ts';
import { BrokerUnavailable } from '../../platform/broker/broker.ts';
import type { Clock } from '../../platform/clock.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { batchName } from './acked-log.ts';

/** A subscriber that reads every verdict meanwhile and notes when it came. */
export interface VerdictWatch {
  /** When the first verdict of a batch was read; `undefined` while there is none. */
  arrivedAtMs(name: string): number | undefined;
  /** When the first verdict on a partition of the input was read, later than `atMs`. */
  nextArrivalMs(inputPartition: number, atMs: number): number | undefined;
  /** ms between two moments that lie in pauses without any verdict, of pauses longer than `longerThanMs`. */
  standstillMs(fromMs: number, toMs: number, longerThanMs: number): number;
  /** By how many templates the verdicts read so far were judged. */
  templateVersions(): number;
  /** Verdict records read, repeated ones too. */
  records(): number;
  stop(): Promise<void>;
}

const againAfterMs = 250;

/** Begins at the start of the topic, and goes on through every outage. */
export function watchVerdicts(broker: Broker, topic: string, clock: Clock): VerdictWatch {
  const codec = createVerdictCodec();
  const arrivals = new Map<string, number>();
  const byPartition = new Map<number, number[]>();
  const versions = new Set<string>();
  const next = new Map<number, number>();
  const ended = new AbortController();
  let records = 0;

  async function readOn(): Promise<void> {
    for await (const { partition, offset, value } of broker.read({
      ...{ topic, from: 'earliest', until: 'forever', signal: ended.signal },
    })) {
      if (offset < (next.get(partition) ?? 0)) continue; // after an outage the topic is read from its start again
      next.set(partition, offset + 1);
      records += 1;
      const decoded = codec.decode(value);
      if (!decoded.ok) throw new Error(`a verdict cannot be read: ${decoded.detail}`);
      const name = batchName(decoded.value);
      const { partition: input } = decoded.value.source;
      const own = byPartition.get(input);
      if (own === undefined) byPartition.set(input, [clock.nowMs()]);
      else own.push(clock.nowMs());
      versions.add(decoded.value.templateVersion);
      if (!arrivals.has(name)) arrivals.set(name, clock.nowMs());
    }
  }

  const reading = (async () => {
    while (!ended.signal.aborted) {
      try {
        await readOn();
      } catch (error) {
        if (!(error instanceof BrokerUnavailable)) throw error;
        await delay(againAfterMs);
      }
    }
  })();
  let failure: unknown;
  reading.catch((error: unknown) => {
    failure = error;
  });

  return {
    arrivedAtMs(name) {
      if (failure !== undefined) throw failure;
      return arrivals.get(name);
    },
    nextArrivalMs: (inputPartition, atMs) => byPartition.get(inputPartition)?.find((arrivalMs) => arrivalMs > atMs),
    standstillMs(fromMs, toMs, longerThanMs) {
      const within = [...byPartition.values()].flat().filter((atMs) => atMs > fromMs && atMs < toMs);
      const moments = [fromMs, ...within.sort((a, b) => a - b), toMs];
      const pauses = moments.slice(1).map((atMs, index) => atMs - (moments[index] ?? atMs));
      return pauses.filter((ms) => ms > longerThanMs).reduce((sum, ms) => sum + ms, 0);
    },
    templateVersions: () => versions.size,
    records: () => records,
    async stop() {
      ended.abort();
      await reading;
    },
  };
}
