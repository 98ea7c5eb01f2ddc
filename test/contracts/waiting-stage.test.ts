import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Broker, BrokerUnavailable, type OutgoingRecord } from '../../platform/broker/broker.ts';
import { createManualClock } from '../../platform/clock.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { watchStage } from '../../platform/watchdog/stage-watchdog.ts';
import { createCapturedLog } from '../fixtures/captured-log.ts';
import { outputTopic } from './counting-stage.ts';
import { createFaultyStateStore, type FaultyStateStore } from './faulty-state-store.ts';
import { createStagedRun, type Input, type StagedRun, until } from './staged-run.ts';

const sessionTimeoutMs = 50;
const inputs: Input[] = Array.from({ length: 40 }, (_, i) => [`k${i % 4}`, `value ${i}`]);

let store: FaultyStateStore;
let run: StagedRun;

beforeEach(async () => {
  store = createFaultyStateStore(new MemoryStateStore());
  run = await createStagedRun(store);
});
afterEach(() => run.stopAll());

/** The broker, with a `produce` of the test's. */
function producing(produce: (records: readonly OutgoingRecord[]) => ReturnType<Broker['produce']>): Broker {
  return { ...run.broker, produce };
}

describe('a stage whose outputs are not acknowledged', () => {
  it('stays in its group while Kafka answers everything but writes, rests for it, and is not restarted', async () => {
    const clock = createManualClock(1_000_000);
    let fills = true;
    let waits = 0;
    const broker = producing((records) => {
      if (!fills) return run.broker.produce(records);
      waits += 1;
      // Longer than the watchdog bears a silent consumer.
      return new Promise((_, reject) => clock.after(6 * sessionTimeoutMs, () => reject(new BrokerUnavailable('full'))));
    });
    let beats = 0;
    let progressAtMs = clock.nowMs();
    const beating: Broker = {
      ...broker,
      async consume(subscription, handler) {
        const consumption = await broker.consume(subscription, (batch) =>
          handler({
            ...batch,
            async heartbeat() {
              await batch.heartbeat();
              beats += 1;
              progressAtMs = clock.nowMs();
            },
          }),
        );
        const health = () => ({ ...consumption.health(), lastProgressAtMs: progressAtMs });
        return { ...consumption, health };
      },
    };
    const { log } = createCapturedLog();
    let runners = 0;
    const runner = await run.start({ broker: beating, clock, options: { sessionTimeoutMs, patienceMs: 1 } });
    const stage = watchStage({
      ...{ name: 'counting', sessionTimeoutMs, clock, log, metrics: run.metrics },
      createRunner() {
        runners += 1;
        return { ...runner, start: () => Promise.resolve() };
      },
      ping: () => run.broker.ping(),
    });
    await stage.start();
    await run.put(inputs);
    const told = () => run.metrics.exposition();
    for (let waited = 1; waited <= 5; waited++) {
      await until(() => waits === waited);
      const before = beats;
      for (let passed = 0; passed < 48; passed++) {
        clock.advance(sessionTimeoutMs / 8);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(beats - before).toBeGreaterThanOrEqual(20);
      await until(() => runner.health().paused[0]?.reason === 'broker');
      await until(async () => (await told()).includes(`pauses_total{stage="counting",reason="broker"} ${waited}`));
    }
    expect(await told()).not.toContain('gaitkeeper_stage_restarts_total{');
    expect(runners).toBe(1);
    expect(store.calls.apply).toBe(0);
    fills = false;
    clock.advance(sessionTimeoutMs * 6);
    await run.untilDone();
    expect(await run.expectOnce()).toBe(0);
    stage.cut();
  });

  it('gives up at once what waits when its partition is taken away; a late acknowledgement is a repeat and no more', async () => {
    let writeLate = async (): Promise<void> => undefined;
    let asked = false;
    let isWritten = false;
    const broker = producing((records) => {
      asked = true;
      return new Promise((resolve, reject) => {
        writeLate = () =>
          run.broker.produce(records).then((positions) => {
            isWritten = true;
            resolve(positions);
          }, reject);
      });
    });
    await run.put(inputs);
    const waiting = await run.start({ broker });
    await until(() => asked);
    await waiting.stop(); // its partition is taken away, and the question still open
    await run.start();
    await run.untilDone();
    const applied = store.calls.apply;
    await writeLate();
    await until(() => isWritten);
    expect(store.calls.apply).toBe(applied);
    expect((await run.outputs()).filter(({ topic }) => topic === outputTopic)).toHaveLength(2 * inputs.length);
    expect(await run.expectOnce()).toBe(inputs.length);
    await run.expectStates(store);
  });
});
