import { describe, expect, it } from '@jest/globals';
import { type Broker, BrokerUnavailable } from '../../platform/broker/broker.ts';
import { partitionOfKey } from '../../platform/broker/partition-chooser.ts';
import { createManualClock } from '../../platform/clock.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import { createIngestMetrics } from '../ingest-metrics.ts';
import { createLagWatch } from './lag-watch.ts';

const partitions = 3;
const pollMs = 1_000;
const keyIn = (partition: number): Buffer => {
  for (let tried = 0; ; tried++) {
    const key = Buffer.from(`key ${tried}`);
    if (partitionOfKey(key, partitions) === partition) return key;
  }
};

/** A topic of three partitions; what comes in and what is committed is told to it. */
function watched() {
  const ends = [0, 0, 0];
  const committed = [0, 0, 0];
  let isAway = false;
  let asked = 0;
  const answer = <T>(value: T): Promise<T> =>
    isAway ? Promise.reject(new BrokerUnavailable('as told')) : Promise.resolve(value);
  const broker: Pick<Broker, 'offsets' | 'committedOffsets'> = {
    offsets: () => {
      asked += 1;
      return answer(ends.map((high, partition) => ({ partition, low: 0, high })));
    },
    committedOffsets: () => answer(committed.map((offset, partition) => ({ partition, offset }))),
  };
  const clock = createManualClock(1_790_000_000_000);
  const registry = createMetrics();
  const { log, lines } = createCapturedLog();
  const watch = createLagWatch({
    broker,
    clock,
    pollMs,
    topic: 'behaviour',
    group: 'scorers',
    log,
    metrics: createIngestMetrics(registry),
    limits: { degradedAfterMs: 10_000, shedAfterMs: 60_000, refusedAfterMs: 600_000, refusedAwayAfterMs: 900_000 },
  });
  return {
    ends,
    committed,
    watch,
    lines,
    exposition: () => registry.exposition(),
    asked: () => asked,
    setAway: (value: boolean) => {
      isAway = value;
    },
    async pass(seconds: number, each: () => void = () => undefined) {
      for (let second = 0; second < seconds; second++) {
        each();
        clock.advance(pollMs);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

describe('the watch over the lag', () => {
  it('gives each key the level of its own partition, tells each change in one line, and shows it', async () => {
    const { ends, committed, watch, pass, lines, exposition } = watched();
    expect(watch.levelOf(keyIn(1))).toBe('full');
    watch.start();
    await pass(90, () => {
      ends[1] = (ends[1] ?? 0) + 1_000;
      committed[1] = (committed[1] ?? 0) + 100;
      ends[2] = (ends[2] ?? 0) + 10;
      committed[2] = ends[2];
    });
    watch.stop();
    expect([0, 1, 2].map((partition) => watch.levelOf(keyIn(partition)))).toEqual(['full', 'shed', 'full']);
    const told = lines.map((line) => JSON.parse(line) as { from: string; level: string; partition: number });
    expect(told.map(({ partition, from, level }) => [partition, from, level])).toHaveLength(2);
    expect(lines.join('')).toMatch(/"from":"full".*\n.*"from":"degraded"/);
    expect(await exposition()).toContain('gaitkeeper_ingest_handling_level{partition="1"} 2');
    expect(await exposition()).toMatch(/gaitkeeper_ingest_scorer_lag_seconds\{partition="1"\} [78]\d/);
    expect(await exposition()).toContain('gaitkeeper_ingest_scorer_lag_seconds{partition="2"} 0');
  });

  it('refuses, tells and shows it when scorers never commit, as with the name of another group', async () => {
    const { ends, committed, watch, pass, lines, exposition } = watched();
    committed[1] = -1;
    watch.start();
    await pass(890, () => {
      ends[1] = (ends[1] ?? 0) + 1;
    });
    expect(watch.levelOf(keyIn(1))).toBe('full');
    expect(await exposition()).toMatch(/gaitkeeper_ingest_scorer_lag_seconds\{partition="1"\} 8\d\d/);
    await pass(20);
    watch.stop();
    expect([0, 1, 2].map((partition) => watch.levelOf(keyIn(partition)))).toEqual(['full', 'refused', 'full']);
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ partition: 1, group: 'scorers', from: 'full', level: 'refused', scorers: 'unknown' }),
    ]);
    expect(await exposition()).toContain('gaitkeeper_ingest_handling_level{partition="1"} 3');
  });

  it('does not go on with old news while the broker is away, and learns anew', async () => {
    const { ends, committed, watch, pass, setAway, lines } = watched();
    const overload = () => {
      ends[1] = (ends[1] ?? 0) + 1_000;
      committed[1] = (committed[1] ?? 0) + 100;
    };
    watch.start();
    await pass(30, overload);
    expect(watch.levelOf(keyIn(1))).toBe('degraded');
    setAway(true);
    await pass(9, overload);
    expect(watch.levelOf(keyIn(1))).toBe('degraded');
    await pass(3, overload);
    expect(watch.levelOf(keyIn(1))).toBe('full');
    expect(lines.filter((line) => line.includes('is not known'))).toHaveLength(1);
    setAway(false);
    await pass(20, overload);
    expect(watch.levelOf(keyIn(1))).toBe('degraded');
    watch.stop();
  });

  it('asks once at a time, and no more once it is stopped', async () => {
    const { watch, pass, asked } = watched();
    await pass(3);
    expect(asked()).toBe(0);
    watch.start();
    watch.start();
    await pass(5);
    expect(asked()).toBeLessThanOrEqual(6);
    watch.stop();
    const before = asked();
    await pass(5);
    expect(asked()).toBe(before);
  });
});
