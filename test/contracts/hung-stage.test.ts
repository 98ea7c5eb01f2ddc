import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker, ConsumedRecord } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createManualClock, type ManualClock } from '../../platform/clock.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { createLifecycle } from '../../platform/lifecycle.ts';
import type { Logger } from '../../platform/log.ts';
import { createMetrics, type MetricsRegistry } from '../../platform/metrics.ts';
import { runUntilSignal } from '../../platform/run-until-signal.ts';
import type { KeyedStage } from '../../platform/stage/keyed-stage.ts';
import { createKeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { type WatchedStage, watchStage } from '../../platform/watchdog/stage-watchdog.ts';
import { createCapturedLog } from '../fixtures/captured-log.ts';
import { recordsIn } from '../fixtures/records-in.ts';
import { createCountingStage, deadLetterTopic, inputTopic, outputTopic, type Tally } from './counting-stage.ts';
import { quickOptions, until } from './staged-run.ts';

const sessionTimeoutMs = 50;
const hungPartition = 0;
const otherPartition = 1;

let broker: Broker;
let clock: ManualClock;
let metrics: MetricsRegistry;
let log: Logger;
let lines: string[];
/** Lets a step go on that hangs; one a step. */
let hanging: (() => void)[];
let runners: number;

beforeEach(async () => {
  clock = createManualClock(1_000_000);
  broker = createMemoryBroker({ now: clock.nowMs });
  metrics = createMetrics();
  ({ log, lines } = createCapturedLog());
  hanging = [];
  runners = 0;
  await broker.connect();
  const definition = { partitions: 2, replicationFactor: 1, config: {} };
  await broker.createTopics([inputTopic, outputTopic, deadLetterTopic].map((name) => ({ name, ...definition })));
});
afterEach(async () => {
  for (const goOn of hanging) goOn();
  await broker.close();
});

/** A stage on a real consumer whose steps of one partition wait, the first `times` of them, until they are let go. */
function watched(times: number): WatchedStage {
  const counting = createCountingStage();
  const stage: KeyedStage<Tally> = {
    ...counting,
    async step(record: ConsumedRecord, states) {
      if (record.partition === hungPartition && hanging.length < times) {
        await new Promise<void>((goOn) => hanging.push(goOn));
      }
      return await counting.step(record, states);
    },
  };
  const store = new MemoryStateStore();
  const options = { ...quickOptions, sessionTimeoutMs };
  return watchStage({
    ...{ name: 'counting', sessionTimeoutMs, clock, log, metrics },
    createRunner() {
      runners += 1;
      return createKeyedStageRunner({ stage, broker, store, log, metrics, options, clock });
    },
    ping: () => broker.ping(),
  });
}

async function put(partition: number): Promise<void> {
  await broker.produce([{ topic: inputTopic, partition, key: Buffer.from(`k${partition}`), value: Buffer.from('v') }]);
}
async function isDone(partition: number): Promise<boolean> {
  const [end, done] = [await broker.offsets(inputTopic), await broker.committedOffsets('counting', inputTopic)];
  return end[partition]?.high === done[partition]?.offset;
}
async function restarts(): Promise<number> {
  const [, told = '0'] = /^gaitkeeper_stage_restarts_total\{.*\} (\d+)/m.exec(await metrics.exposition()) ?? [];
  return Number(told);
}
/** Time goes on, and the other partition with it, until `isTrue`; not while a member joins, which takes the time of the computer. */
async function pass(stage: WatchedStage, isTrue: () => boolean): Promise<void> {
  const state = () => stage.health().consumption.state;
  await until(async () => {
    if (state() === 'running') {
      await put(otherPartition);
      await until(async () => (await isDone(otherPartition)) || state() !== 'running');
    }
    if (state() !== 'joining') clock.advance(sessionTimeoutMs / 2);
    return isTrue();
  });
}

describe('a stage whose consumer hangs', () => {
  it('is cut and replaced, and what the old one still does takes no effect', async () => {
    const stage = watched(1);
    await put(hungPartition);
    await stage.start();
    await until(() => hanging.length === 1);
    await until(() => {
      clock.advance(sessionTimeoutMs / 2);
      return runners === 2;
    });
    expect(await restarts()).toBe(1);
    await put(hungPartition);
    await until(() => isDone(hungPartition));
    hanging[0]?.();
    await stage.stop();
    const outputs = await recordsIn(broker, outputTopic);
    expect(outputs.map(({ headers }) => headers['id'])).toEqual(['0-0', '0-1']);
    expect(JSON.parse(outputs[1]?.value?.toString() ?? '')).toMatchObject({ count: 2 });
    expect(await restarts()).toBe(1);
    expect(lines.join('')).toMatch(/made no progress for .*is started again/s);
  });

  it('again after each of three restarts, while its other partitions go on, ends its process with 70', async () => {
    const stage = watched(Number.POSITIVE_INFINITY);
    const part = { name: 'counting', start: () => stage.start(), stop: () => stage.stop(), cut: () => stage.cut() };
    const run = { signals: new EventEmitter(), log, drainTimeoutMs: 100, crashed: stage.gaveUp };
    let code: number | undefined;
    await put(hungPartition);
    void runUntilSignal(createLifecycle([part], { clock }), run).then((ended) => {
      code = ended;
    });
    for (let restart = 0; restart <= 3; restart++) {
      await pass(stage, () => hanging.length > restart);
      expect(await restarts()).toBe(restart);
    }
    await pass(stage, () => lines.some((line) => line.includes('cannot go on')));
    expect(hanging).toHaveLength(4);
    await until(() => {
      clock.advance(sessionTimeoutMs);
      return code !== undefined;
    });
    expect(code).toBe(exitCodes.software);
    expect(lines.join('')).toMatch(/a batch has been in hand for .*3 restarts did not help/s);
  });
});
