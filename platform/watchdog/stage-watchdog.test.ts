import { describe, expect, it } from '@jest/globals';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import type { ConsumptionHealth } from '../broker/broker.ts';
import { createManualClock } from '../clock.ts';
import { createMetrics } from '../metrics.ts';
import type { KeyedStageRunner } from '../stage/run-keyed-stage.ts';
import { watchStage } from './stage-watchdog.ts';

const sessionTimeoutMs = 1_000;

/** A runner that does what it is told. */
interface ToldRunner extends KeyedStageRunner {
  state: ConsumptionHealth['state'];
  progressAtMs: number | 'now';
  inHandMs: number;
  calls: string[];
  leaves: boolean;
}

function watched({ fails = 0 } = {}) {
  const clock = createManualClock(1_000_000);
  const { log, lines } = createCapturedLog();
  const metrics = createMetrics();
  const runners: ToldRunner[] = [];
  const kafka = { away: false };
  function createRunner(): ToldRunner {
    const isBad = runners.length > 0 && runners.length <= fails;
    const runner: ToldRunner = {
      ...{ state: 'running', progressAtMs: isBad ? clock.nowMs() : 'now', inHandMs: 0, calls: [], leaves: true },
      start: async () => void runner.calls.push('start'),
      async stop() {
        runner.calls.push('stop');
        if (!runner.leaves) await new Promise(() => {});
      },
      cut: () => void runner.calls.push('cut'),
      health: () => ({
        consumption: {
          state: runner.state,
          assignedPartitions: [],
          lastProgressAtMs: runner.progressAtMs === 'now' ? clock.nowMs() : runner.progressAtMs,
        },
        ...{ paused: [], lagRecords: 0, inHandMs: runner.inHandMs },
      }),
    };
    runners.push(runner);
    return runner;
  }
  const stage = watchStage({
    ...{ name: 'scorer', createRunner, sessionTimeoutMs, clock, log, metrics },
    ping: () => (kafka.away ? Promise.reject(new Error('away')) : Promise.resolve()),
  });
  const gaveUp: Error[] = [];
  void stage.gaveUp.then((why) => gaveUp.push(why));
  /** Lets time pass in small steps, and after each whatever it made happen. */
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    }
  }
  const first = () => runners[0] as ToldRunner;
  return { stage, runners, first, kafka, lines, metrics, clock, pass, gaveUp };
}

describe('the watchdog of a stage', () => {
  it('leaves a stage alone that makes progress', async () => {
    const { stage, runners, pass } = watched();
    await stage.start();
    await pass(20_000);
    expect(runners).toHaveLength(1);
    await stage.stop();
    expect(runners[0]?.calls).toEqual(['start', 'stop']);
  });

  it.each<[string, (runner: ToldRunner, nowMs: number) => void, number]>([
    ['is stopped', (runner) => Object.assign(runner, { state: 'stopped' }), 500],
    [
      'has crashed for good',
      (runner, nowMs) => Object.assign(runner, { state: 'crashed', progressAtMs: nowMs }),
      3_500,
    ],
    ['hangs', (runner, nowMs) => Object.assign(runner, { progressAtMs: nowMs }), 3_500],
    ['waits for ever for one answer', (runner) => Object.assign(runner, { inHandMs: 18_001 }), 500],
  ])('replaces a consumer that %s, once, and says why', async (_, happen, withinMs) => {
    const { stage, runners, first, clock, pass, lines, metrics, gaveUp } = watched();
    await stage.start();
    await pass(10_000);
    happen(first(), clock.nowMs());
    await pass(withinMs);
    expect(runners.map(({ calls }) => calls)).toEqual([['start', 'cut', 'stop'], ['start']]);
    expect(lines.join('')).toContain('the stage has stopped, and is started again');
    expect(await metrics.exposition()).toContain('gaitkeeper_stage_restarts_total{stage="scorer"} 1');
    await pass(20_000);
    expect(runners).toHaveLength(2);
    expect(gaveUp).toEqual([]);
    await stage.stop();
  });

  it('waits while Kafka does not answer, says so once, and replaces nothing that comes back', async () => {
    const { stage, runners, first, clock, pass, kafka, lines } = watched();
    await stage.start();
    kafka.away = true;
    Object.assign(first(), { state: 'crashed', progressAtMs: clock.nowMs() });
    await pass(30_000);
    expect(runners).toHaveLength(1);
    expect(lines).toHaveLength(1);
    Object.assign(first(), { state: 'running', progressAtMs: 'now' });
    kafka.away = false;
    await pass(20_000);
    expect(runners).toHaveLength(1);
    await stage.stop();
  });

  it('gives a consumer the time to come back with Kafka, and replaces one that does not', async () => {
    const { stage, runners, first, clock, pass, kafka } = watched();
    await stage.start();
    kafka.away = true;
    Object.assign(first(), { state: 'crashed', progressAtMs: clock.nowMs() });
    await pass(20_000);
    kafka.away = false;
    await pass(2_900);
    expect(runners).toHaveLength(1);
    await pass(1_500);
    expect(runners).toHaveLength(2);
    await stage.stop();
  });

  it('gives up with the reason when three restarts in a row did not help', async () => {
    const { stage, runners, first, clock, pass, gaveUp } = watched({ fails: 3 });
    await stage.start();
    Object.assign(first(), { progressAtMs: clock.nowMs() });
    await pass(20_000);
    expect(runners).toHaveLength(4);
    expect(gaveUp.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the stage scorer has stopped: .* no progress for 4 s; 3 restarts did not help$/),
    ]);
    await stage.stop();
  });

  it('counts restarts anew once one has helped', async () => {
    const { stage, runners, pass, gaveUp } = watched();
    await stage.start();
    for (let time = 0; time < 6; time++) {
      Object.assign(runners.at(-1) as ToldRunner, { state: 'stopped' });
      await pass(10_000);
    }
    expect(runners).toHaveLength(7);
    expect(gaveUp).toEqual([]);
    await stage.stop();
  });

  it('does not wait for an old consumer that never leaves, and starts none once it is told to stop', async () => {
    const { stage, runners, first, pass } = watched();
    await stage.start();
    Object.assign(first(), { state: 'stopped', leaves: false });
    await pass(3_000);
    expect(runners).toHaveLength(2);
    Object.assign(runners[1] as ToldRunner, { state: 'stopped', leaves: false });
    await pass(1_000);
    stage.cut();
    await pass(20_000);
    expect(runners).toHaveLength(2);
  });
});
