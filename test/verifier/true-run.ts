import { createAlertingMetrics } from '../../alerting/alerting-metrics.ts';
import { createAlertingStage } from '../../alerting/alerting-stage.ts';
import type { Broker, ConsumedRecord, OutgoingRecord } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createLogger } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import type { KeyedStage } from '../../platform/stage/keyed-stage.ts';
import type { StagePoint } from '../../platform/stage/partition-work.ts';
import { createKeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import type { StateWrite } from '../../platform/store/state-store.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import { createScorerMetrics } from '../../scorer/scorer-metrics.ts';
import { createScorerStage } from '../../scorer/scorer-stage.ts';
import { createTemplateCache } from '../../templates/template-cache.ts';
import { createTemplateStore, type TemplateStore } from '../../templates/template-store.ts';
import { scorerScope } from '../../verifier/system-marks.ts';
import { quickOptions, until } from '../contracts/staged-run.ts';
import { recordsIn } from '../fixtures/records-in.ts';

export const topics: TopicNames = {
  behaviour: 'behaviour',
  verdicts: 'verdicts',
  alerts: 'alerts',
  deadLetters: 'dead-letters',
};
export const groups = { scorer: 'scorer', alerting: 'alerting' };
export const version = '0.1.0';

/** The states of one partition. */
export interface KeptStates {
  applied: number | undefined;
  states: StateWrite[];
}

/** Everything that a run left behind, to be looked at or tampered with. */
export interface RunRecords {
  /** By topic, partition and offset. */
  logs: Record<keyof TopicNames, ConsumedRecord[]>;
  partitions: number;
  /** By partition. */
  states: KeptStates[];
  templates: TemplateStore;
}

/** A broker, a store and a template store, and the real stages on top. */
export interface TrueRun {
  broker: Broker;
  states: MemoryStateStore;
  templates: TemplateStore;
  put(records: readonly OutgoingRecord[]): Promise<void>;
  /** Scorer and alerting until all is done; `crashes`: chance of a crash at each point of the protocol. */
  work(crashes?: number, seed?: number): Promise<void>;
  records(): Promise<RunRecords>;
}

/** `templateCacheBytes`: of the scorer; with 1 it reads every template anew for every batch. */
export async function createTrueRun(
  partitions: number,
  templates = newTemplates(),
  templateCacheBytes = 10_000_000,
): Promise<TrueRun> {
  const broker = createMemoryBroker({ now: () => 1_790_000_000_000 });
  await broker.connect();
  const definition = { partitions, replicationFactor: 1, config: {} };
  await broker.createTopics(Object.values(topics).map((name: string) => ({ name, ...definition })));
  const store = new MemoryStateStore();
  const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

  async function workOn<State>(stage: KeyedStage<State>, onPoint: (point: StagePoint) => void): Promise<void> {
    const options = { ...quickOptions, maxRecordsPerMicroBatch: 5, maxRecordsPerBatch: 9 };
    const runner = createKeyedStageRunner({ stage, broker, store, log, metrics: createMetrics(), options, onPoint });
    await runner.start();
    await until(async () => {
      const ends = await broker.offsets(stage.inputTopic);
      const done = await broker.committedOffsets(stage.group, stage.inputTopic);
      return ends.every(({ high, partition }) => high === 0 || done[partition]?.offset === high);
    });
    await runner.stop();
  }

  return {
    broker,
    states: store,
    templates,
    put: async (records) => {
      await broker.produce(records);
    },
    async work(crashes = 0, seed = 1) {
      const chance = createSeededRandom(`crashes ${seed}`);
      const onPoint = () => {
        if (crashes > 0 && chance.chance(crashes)) throw new Error('a crash, as told');
      };
      const metrics = createMetrics();
      const cache = createTemplateCache({ store: templates, options: { maxBytes: templateCacheBytes } });
      const scorer = { topics, group: groups.scorer, templates: cache, metrics: createScorerMetrics(metrics), log };
      await workOn(createScorerStage(scorer), onPoint);
      const alerting = { topics, group: groups.alerting, version, metrics: createAlertingMetrics(metrics), log };
      await workOn(createAlertingStage(alerting), onPoint);
    },
    async records() {
      const logs = {
        behaviour: await recordsIn(broker, topics.behaviour),
        verdicts: await recordsIn(broker, topics.verdicts),
        alerts: await recordsIn(broker, topics.alerts),
        deadLetters: await recordsIn(broker, topics.deadLetters),
      };
      const states: KeptStates[] = [];
      for (let partition = 0; partition < partitions; partition++) {
        const scope = scorerScope(topics.behaviour, partition);
        const kept: KeptStates = { applied: await store.appliedOffset(scope), states: [] };
        for await (const state of store.states(scope)) if (state.kind === 'state') kept.states.push(state);
        states.push(kept);
      }
      return { logs, partitions, states, templates };
    },
  };
}

function newTemplates(): TemplateStore {
  return createTemplateStore({ values: new MemoryKeyValueStore() });
}
