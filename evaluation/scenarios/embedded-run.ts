import { setImmediate as nextTurn } from 'node:timers/promises';
import { alertingConfig } from '../../alerting/config.ts';
import { createAlertingProcess } from '../../alerting/process.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createManualClock } from '../../platform/clock.ts';
import type { ConfigDefinition, ConfigOf } from '../../platform/config/define-config.ts';
import { loadConfig } from '../../platform/config/load-config.ts';
import { createLogger } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import type { KeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { scorerConfig } from '../../scorer/config.ts';
import { createScorerProcess } from '../../scorer/process.ts';
import { createTemplateChangelog } from '../../templates/template-changelog.ts';
import { createTemplateStore } from '../../templates/template-store.ts';
import { trainingConfig } from '../../training/config.ts';
import { type RetrainReport, retrain } from '../../training/retrain.ts';
import type { TrainingBackend } from '../../training/tensorflow.ts';
import type { Desk } from './cast-desks.ts';
import { type DiaryBatch, scenarioTenant } from './desk-diary.ts';
import { type Findings, readFindings } from './findings.ts';

export interface EmbeddedRunOptions {
  seed: number;
  backend: TrainingBackend;
  onStep(step: string, done: number, total: number): void;
}

/** What was said about the desks, and how their templates came about. */
export interface EmbeddedRun extends Findings {
  training: Pick<RetrainReport, 'enrolled' | 'cohort' | 'rows' | 'omitted'>;
}

/** Partitions of each topic: fewer than an installation's, for one worker in one process. */
const partitions = 4;
/** Records put at once, so that a topic never holds much that was not taken up. */
const recordsAtOnce = 4_096;

/** A process's settings as they are by default. @throws Error where the defaults do not stand alone */
function defaultsOf<Definition extends ConfigDefinition>(definition: Definition): ConfigOf<Definition> {
  const loaded = loadConfig(definition, {});
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.config;
}

/**
 * Sends the desks' batches through scorer and alerting as they run in production, on the memory adapters: first the histories,
 * then templates are trained from the verdicts on them and activated, then the later days.
 * @throws Error where a stage stops, a record is refused or training cannot publish
 */
export async function runDesks(desks: readonly Desk[], options: EmbeddedRunOptions): Promise<EmbeddedRun> {
  const scorer = defaultsOf(scorerConfig);
  const alerting = defaultsOf(alertingConfig);
  const contract = defaultsOf(trainingConfig);
  const topics = topicNames(scorer.topicPrefix);
  const broker = createMemoryBroker();
  const states = new MemoryStateStore();
  const values = new MemoryKeyValueStore();
  const codec = createBehaviourTopicCodec();
  const metrics = createMetrics();
  const log = createLogger({ name: 'scenarios', level: 'error', format: 'json' });
  await broker.connect();
  const definition = { partitions, replicationFactor: 1, config: {} };
  await broker.createTopics(Object.values(topics).map((name) => ({ name, ...definition })));
  const { members: alertingMembers } = createAlertingProcess(alerting, { broker, states, log, metrics });
  const stages: KeyedStageRunner[] = [
    createScorerProcess(scorer, { broker, states, values, log, metrics }),
    ...alertingMembers.map(({ createRunner }) => createRunner()),
  ];
  for (const stage of stages) await stage.start();

  async function settled(group: string, topic: string): Promise<void> {
    for (;;) {
      const ends = await broker.offsets(topic);
      const done = await broker.committedOffsets(group, topic);
      if (ends.every(({ high, partition }) => high === 0 || done[partition]?.offset === high)) return;
      for (const stage of stages) {
        const { state, lastError } = stage.health().consumption;
        if (state === 'crashed' || state === 'stopped')
          throw new Error(`a stage is ${state}: ${lastError ?? 'no reason'}`);
      }
      await nextTurn();
    }
  }

  /** Everything that was put is judged, and what was judged is alerted on. */
  async function allSettled(): Promise<void> {
    await settled(scorer.scorerGroup, topics.behaviour);
    for (const { group, inputTopic } of alertingMembers) await settled(group, inputTopic);
    const refused = (await broker.offsets(topics.deadLetters)).reduce((sum, { high }) => sum + high, 0);
    if (refused > 0) throw new Error(`${refused} records of the scenarios were refused`);
  }

  async function send(batches: readonly DiaryBatch[], step: string): Promise<void> {
    for (let from = 0; from < batches.length; from += recordsAtOnce) {
      options.onStep(step, from, batches.length);
      const records = batches.slice(from, from + recordsAtOnce).map(({ batch }) => ({
        topic: topics.behaviour,
        key: Buffer.from(batch.subject),
        value: codec.encode({ kind: 'batch', value: batch }),
      }));
      await broker.produce(records);
      await allSettled();
    }
    options.onStep(step, batches.length, batches.length);
  }

  try {
    const histories = desks.flatMap(({ history }) => history);
    await send(histories, 'enrolment through the scorer');
    const trainedAtMs = Math.max(...histories.map(({ batch }) => batch.receivedAtMs));
    const changelog = createTemplateChangelog({ broker, topic: topics.templates });
    const trained = await retrain(
      { broker, store: createTemplateStore({ values, changelog }), clock: createManualClock(trainedAtMs) },
      {
        tenant: scenarioTenant,
        topics,
        contract,
        seed: options.seed,
        backend: options.backend,
        onProgress: (progress) => {
          if (progress.step === 'training') options.onStep('templates', progress.doneModels, progress.totalModels);
        },
      },
    );
    if (!trained.ok) throw new Error(`templates could not be published: ${trained.detail}`);
    await allSettled();
    await send(
      desks.flatMap(({ later }) => later),
      'later days through the scorer',
    );
    const { enrolled, cohort, rows, omitted } = trained.report;
    const found = await readFindings(broker, topics);
    return { ...found, training: { enrolled, cohort, rows, omitted } };
  } finally {
    for (const stage of stages) await stage.stop();
    await broker.close();
  }
}
