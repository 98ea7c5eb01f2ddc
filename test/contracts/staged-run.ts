import { expect } from '@jest/globals';
import type { Broker, ConsumedRecord } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import type { Clock } from '../../platform/clock.ts';
import { createMetrics, type MetricsRegistry } from '../../platform/metrics.ts';
import type { KeyedStage } from '../../platform/stage/keyed-stage.ts';
import type { StagePoint } from '../../platform/stage/partition-work.ts';
import { createKeyedStageRunner, type KeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import type { StageOptions } from '../../platform/stage/stage-options.ts';
import type { StateScope, StateStore } from '../../platform/store/state-store.ts';
import { createCapturedLog } from '../fixtures/captured-log.ts';
import { recordsIn } from '../fixtures/records-in.ts';
import {
  type CountingStageOptions,
  createCountingStage,
  deadLetterTopic,
  inputTopic,
  outputTopic,
  replayReference,
  snapshotTopic,
  type Tally,
} from './counting-stage.ts';

/** A record to put in, as key and value. */
export type Input = readonly [key: string, value: string];

export interface RunnerSettings extends CountingStageOptions {
  store?: StateStore;
  broker?: Broker;
  options?: StageOptions;
  onPoint?: (point: StagePoint) => void;
  clock?: Clock;
  /** How often snapshots are written. Not given: none, and none are read. */
  snapshotIntervalMs?: number;
}

/** A broker with a counting stage's topics, and runners that come and go. */
export interface StagedRun {
  broker: Broker;
  metrics: MetricsRegistry;
  /** Lines of the runners' log. */
  lines: string[];
  /** Starts a runner; `stopAll` stops it if nobody did before. */
  start(settings?: RunnerSettings): Promise<KeyedStageRunner>;
  put(inputs: readonly Input[]): Promise<void>;
  inputs(): Promise<ConsumedRecord[]>;
  /** Outputs and dead letters, in the order of their topics. */
  outputs(): Promise<ConsumedRecord[]>;
  /** Whether the group has committed every input. */
  isDone(group?: string): Promise<boolean>;
  untilDone(group?: string): Promise<void>;
  /** Until the store holds what every input led to: a runner that stops leaves a write alone that is under way. */
  untilApplied(store: StateStore): Promise<void>;
  /**
   * Every input has an output; repeated ids have identical bytes, and all are those of a run in which nothing failed; the
   * first of each id are in order per key. Returns how many outputs were repeated.
   */
  expectOnce(): Promise<number>;
  /** What the store holds is what a run without failure leaves. */
  expectStates(store: StateStore): Promise<void>;
  stopAll(): Promise<void>;
}

/** Quick retries, so that tests wait for nothing. */
export const quickOptions: StageOptions = {
  firstRetryDelayMs: 1,
  firstPauseMs: 1,
  longestPauseMs: 2,
  sessionTimeoutMs: 50,
};

/** Lets everything that is ready happen, until `isTrue`. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve));
}

export async function createStagedRun(store: StateStore, partitions = 1): Promise<StagedRun> {
  const broker = createMemoryBroker();
  await broker.connect();
  const definition = { partitions, replicationFactor: 1, config: {} };
  await broker.createTopics(
    [inputTopic, outputTopic, deadLetterTopic, snapshotTopic].map((name) => ({ name, ...definition })),
  );
  const { log, lines } = createCapturedLog();
  const metrics = createMetrics();
  const runners: KeyedStageRunner[] = [];

  const all = (topic: string) => recordsIn(broker, topic);
  async function isDone(group = 'counting'): Promise<boolean> {
    const ends = await broker.offsets(inputTopic);
    const done = await broker.committedOffsets(group, inputTopic);
    return ends.every(({ high, partition }) => high === 0 || done[partition]?.offset === high);
  }
  const scopeOf = (partition: number): StateScope => ({ stage: 'counting', topic: inputTopic, partition });
  const idOf = (record: ConsumedRecord): string => record.headers['id'] ?? '';

  return {
    broker,
    metrics,
    lines,
    async start({ options, onPoint, clock, snapshotIntervalMs, ...settings } = {}) {
      const stage: KeyedStage<Tally> = createCountingStage(settings);
      const runner = createKeyedStageRunner({
        stage,
        broker: settings.broker ?? broker,
        store: settings.store ?? store,
        log,
        metrics,
        options: { ...quickOptions, ...options },
        ...(snapshotIntervalMs === undefined
          ? {}
          : { snapshots: { topic: snapshotTopic, intervalMs: snapshotIntervalMs } }),
        ...(onPoint === undefined ? {} : { onPoint }),
        ...(clock === undefined ? {} : { clock }),
      });
      runners.push(runner);
      await runner.start();
      return runner;
    },
    async put(inputs) {
      await broker.produce(
        inputs.map(([key, value]) => ({ topic: inputTopic, key: Buffer.from(key), value: Buffer.from(value) })),
      );
    },
    inputs: () => all(inputTopic),
    outputs: async () => [...(await all(outputTopic)), ...(await all(deadLetterTopic))],
    isDone,
    untilDone: (group) => until(() => isDone(group)),
    untilApplied: (held) =>
      until(async () => {
        const ends = await broker.offsets(inputTopic);
        const reached = await Promise.all(ends.map(({ partition }) => held.appliedOffset(scopeOf(partition))));
        return ends.every(({ high, partition }) => high === 0 || reached[partition] === high - 1);
      }),
    async expectOnce() {
      const inputs = await all(inputTopic);
      const { outputs: wanted } = replayReference(inputs);
      const found = new Map<string, string>();
      let repeated = 0;
      const lastFirst = new Map<string, number>();
      for (const output of [...(await all(outputTopic)), ...(await all(deadLetterTopic))]) {
        const id = idOf(output);
        const text = `${output.topic} ${output.value?.toString()}`;
        const before = found.get(id);
        expect({ id, text }).toEqual({ id, text: wanted.get(id) });
        if (before !== undefined) {
          repeated += 1;
          continue;
        }
        found.set(id, text);
        const line = `${output.topic}/${output.key?.toString()}`;
        const offset = Number(id.split('-')[1]);
        expect(offset).toBeGreaterThan(lastFirst.get(line) ?? -1);
        lastFirst.set(line, offset);
      }
      expect([...wanted.keys()].filter((id) => !found.has(id))).toEqual([]);
      return repeated;
    },
    async expectStates(held) {
      const { tallies } = replayReference(await all(inputTopic));
      for (const [name, tally] of tallies) {
        const [partition, key] = name.split('/') as [string, string];
        const scope = scopeOf(Number(partition));
        const { epoch } = await held.acquire(scope);
        const outcome = await held.load(scope, epoch, [key]);
        const state = outcome.kind === 'loaded' ? outcome.states[0] : undefined;
        expect({ name, state: state?.bytes.toString() }).toEqual({ name, state: JSON.stringify(tally) });
      }
    },
    async stopAll() {
      await Promise.all(runners.map((runner) => runner.stop()));
      await broker.close();
    },
  };
}
