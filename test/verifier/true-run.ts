import { noDirectory } from '../../alerting/directory/directory.ts';
import { writerOf } from '../../alerting/formats/writer-of.ts';
import { createIncidentMetrics } from '../../alerting/incidents/incident-metrics.ts';
import { createIncidentsStage } from '../../alerting/incidents/incidents-stage.ts';
import { createPublishingMetrics } from '../../alerting/publishing/publishing-metrics.ts';
import { createPublishingStage } from '../../alerting/publishing/publishing-stage.ts';
import { alertingGroupOf } from '../../alerting/stage-groups.ts';
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
import type { StateScope, StateWrite } from '../../platform/store/state-store.ts';
import { type TopicNames, topicNames } from '../../schemas/topic-names.ts';
import { createScorerMetrics } from '../../scorer/scorer-metrics.ts';
import { createScorerStage } from '../../scorer/scorer-stage.ts';
import { createTemplateCache } from '../../templates/template-cache.ts';
import { createTemplateStore, type TemplateStore } from '../../templates/template-store.ts';
import { alertingScope, publishingScope, scorerScope } from '../../verifier/system-marks.ts';
import { quickOptions, until } from '../contracts/staged-run.ts';
import { recordsIn } from '../fixtures/records-in.ts';

export const topics: TopicNames = {
  ...topicNames('test.'),
  behaviour: 'behaviour',
  verdicts: 'verdicts',
  incidents: 'incidents',
  alerts: 'alerts',
  deadLetters: 'dead-letters',
  templates: 'templates',
  snapshots: 'snapshots',
};
export const groups = { scorer: 'scorer', alerting: 'alerting' };
/** One for each tenant and partition: a seeded run has more to tell. */
export const hourlyLimit = 2;

/** The states of one partition. */
export interface KeptStates {
  applied: number | undefined;
  states: StateWrite[];
}

/** Everything that a run left behind, to be looked at or tampered with. */
export interface RunRecords {
  /** By topic, partition and offset. */
  logs: Record<'behaviour' | 'verdicts' | 'incidents' | 'alerts' | 'deadLetters' | 'snapshots', ConsumedRecord[]>;
  partitions: number;
  /** Of the scorer, by partition. */
  states: KeptStates[];
  /** Of incidents, by partition; `undefined`: they, and what follows from them, are to be those of these verdicts. */
  alertingStates: KeptStates[] | undefined;
  /** Of publishing, by partition; `undefined`: they and the alerts are to be those of these incidents. */
  publishingStates: KeptStates[] | undefined;
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
  /** Incidents and publishing alone. */
  alert(crashes?: number, seed?: number): Promise<void>;
  /** Publishing alone. */
  publish(crashes?: number, seed?: number): Promise<void>;
  records(): Promise<RunRecords>;
}

/**
 * `templateCacheBytes`: of the scorer; with 1 it reads every template anew for every batch. `withSnapshots`: one at the end of
 * every work.
 */
export async function createTrueRun(
  partitions: number,
  templates = newTemplates(),
  templateCacheBytes = 10_000_000,
  withSnapshots = false,
): Promise<TrueRun> {
  const broker = createMemoryBroker({ now: () => 1_790_000_000_000 });
  await broker.connect();
  const definition = { partitions, replicationFactor: 1, config: {} };
  await broker.createTopics(Object.values(topics).map((name: string) => ({ name, ...definition })));
  const store = new MemoryStateStore();
  const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

  async function workOn<State>(stage: KeyedStage<State>, onPoint: (point: StagePoint) => void): Promise<void> {
    const options = { ...quickOptions, maxRecordsPerMicroBatch: 5, maxRecordsPerBatch: 9 };
    const parts = { stage, broker, store, log, metrics: createMetrics(), options, onPoint };
    const snapshots = withSnapshots ? { snapshots: { topic: topics.snapshots, intervalMs: 3_600_000 } } : {};
    const runner = createKeyedStageRunner({ ...parts, ...snapshots });
    await runner.start();
    await until(async () => {
      const ends = await broker.offsets(stage.inputTopic);
      const done = await broker.committedOffsets(stage.group, stage.inputTopic);
      return ends.every(({ high, partition }) => high === 0 || done[partition]?.offset === high);
    });
    await runner.stop();
  }

  async function alert(crashes = 0, seed = 1): Promise<void> {
    const metrics = createMetrics();
    const alerting = { topics, group: groups.alerting, metrics: createIncidentMetrics(metrics), log };
    await workOn(createIncidentsStage(alerting), crashing(crashes, `alerting crashes ${seed}`));
    await publish(crashes, seed);
  }

  async function publish(crashes = 0, seed = 1): Promise<void> {
    const publishing = createPublishingStage({
      topics: { incidents: topics.incidents, deadLetters: topics.deadLetters },
      group: alertingGroupOf(groups.alerting, 'publishing'),
      outputs: [{ topic: topics.alerts, write: writerOf('ecs') }],
      directory: noDirectory,
      hourlyLimit,
      partitionCount: async () => partitions,
      metrics: createPublishingMetrics(createMetrics()),
      log,
    });
    await workOn(publishing, crashing(crashes, `publishing crashes ${seed}`));
  }

  return {
    broker,
    states: store,
    templates,
    put: async (records) => {
      await broker.produce(records);
    },
    async work(crashes = 0, seed = 1) {
      const metrics = createMetrics();
      const cache = createTemplateCache({ store: templates, options: { maxBytes: templateCacheBytes } });
      const scorer = { topics, group: groups.scorer, templates: cache, metrics: createScorerMetrics(metrics), log };
      await workOn(createScorerStage(scorer), crashing(crashes, `crashes ${seed}`));
      await alert(crashes, seed);
    },
    alert,
    publish,
    async records() {
      const logs = {
        behaviour: await recordsIn(broker, topics.behaviour),
        verdicts: await recordsIn(broker, topics.verdicts),
        incidents: await recordsIn(broker, topics.incidents),
        alerts: await recordsIn(broker, topics.alerts),
        deadLetters: await recordsIn(broker, topics.deadLetters),
        snapshots: await recordsIn(broker, topics.snapshots),
      };
      const keptIn = async (scope: StateScope) => {
        const kept: KeptStates = { applied: await store.appliedOffset(scope), states: [] };
        for await (const state of store.states(scope)) if (state.kind === 'state') kept.states.push(state);
        return kept;
      };
      const states: KeptStates[] = [];
      const alertingStates: KeptStates[] = [];
      const publishingStates: KeptStates[] = [];
      for (let partition = 0; partition < partitions; partition++) {
        states.push(await keptIn(scorerScope(topics.behaviour, partition)));
        alertingStates.push(await keptIn(alertingScope(topics.verdicts, partition)));
        publishingStates.push(await keptIn(publishingScope(topics.incidents, partition)));
      }
      return { logs, partitions, states, alertingStates, publishingStates, templates };
    },
  };
}

function crashing(crashes: number, seed: string): () => void {
  const chance = createSeededRandom(seed);
  return () => {
    if (crashes > 0 && chance.chance(crashes)) throw new Error('a crash, as told');
  };
}

/** The run as alerting leaves it that had just these verdicts before it. */
export async function withAlertingAnew(run: RunRecords): Promise<RunRecords> {
  const anew = await createTrueRun(run.partitions, run.templates);
  await anew.put(run.logs.verdicts);
  await anew.alert();
  const { logs, alertingStates, publishingStates } = await anew.records();
  const { incidents, alerts } = logs;
  return { ...run, alertingStates, publishingStates, logs: { ...run.logs, incidents, alerts } };
}

/** The run as publishing leaves it that had just these incidents before it. */
export async function withPublishingAnew(run: RunRecords): Promise<RunRecords> {
  const anew = await createTrueRun(run.partitions, run.templates);
  await anew.put(run.logs.incidents);
  await anew.publish();
  const { logs, publishingStates } = await anew.records();
  return { ...run, publishingStates, logs: { ...run.logs, alerts: logs.alerts } };
}

function newTemplates(): TemplateStore {
  return createTemplateStore({ values: new MemoryKeyValueStore() });
}
