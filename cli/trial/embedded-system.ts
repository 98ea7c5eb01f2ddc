import { alertingConfig } from '../../alerting/config.ts';
import { createAlertingProcess } from '../../alerting/process.ts';
import { ingestConfig } from '../../ingest/config.ts';
import { createIngestProcess } from '../../ingest/process.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { scorerConfig } from '../../scorer/config.ts';
import { createScorerProcess } from '../../scorer/process.ts';
import { createTemplateChangelog } from '../../templates/template-changelog.ts';
import { createTemplateStore } from '../../templates/template-store.ts';
import { trainingConfig } from '../../training/config.ts';
import { retrain } from '../../training/retrain.ts';
import { readTopicDefinitions, topicsFile } from '../topic-definitions.ts';
import { type TrialIdentity, trialSettings } from './trial-identity.ts';
import { settingsOf } from './trial-settings.ts';
import type { TrialSystem } from './trial-system.ts';

/** What a trial in this process is made of. */
export interface EmbeddedOptions {
  identity: TrialIdentity;
  /** Scorer workers that share the partitions. */
  workers: number;
  seed: number;
  log: Logger;
}

/** The whole system in this process, on the memory adapters: the code path above them is the one of production. */
export async function startEmbeddedSystem({ identity, workers, seed, log }: EmbeddedOptions): Promise<TrialSystem> {
  const given = { ...trialSettings(identity), ingestPort: 0, trainingSeed: seed };
  const ingest = settingsOf(ingestConfig, given);
  const training = settingsOf(trainingConfig, given);
  const topics = topicNames(ingest.topicPrefix);
  const metrics = createMetrics();
  const broker = createMemoryBroker();
  const states = new MemoryStateStore();
  const values = new MemoryKeyValueStore();
  const changelog = createTemplateChangelog({ broker, topic: topics.templates });
  const store = createTemplateStore({ values, changelog });

  await broker.connect();
  await broker.createTopics(readTopicDefinitions(topicsFile, { prefix: ingest.topicPrefix, replicationFactor: 1 }));
  const gateway = createIngestProcess(ingest, { broker, store: values, clock: systemClock, log, metrics });
  if (!gateway.ok) throw new Error(`the trial's own settings are wrong: ${gateway.problem.why}`);
  const scorer = settingsOf(scorerConfig, given);
  const alerting = settingsOf(alertingConfig, given);
  const stages = [
    ...Array.from({ length: workers }, () => createScorerProcess(scorer, { broker, states, values, log, metrics })),
    ...createAlertingProcess(alerting, { broker, states, log, metrics }).members.map(({ createRunner }) =>
      createRunner(),
    ),
  ];
  for (const stage of stages) await stage.start();
  const { url } = await gateway.gateway.start();

  return {
    servers: 'embedded',
    gatewayUrl: url,
    topics,
    scorerGroup: scorer.scorerGroup,
    alertingGroup: alerting.alertingGroup,
    broker,
    async train(told) {
      const trained = await retrain(
        { broker, store, clock: systemClock },
        {
          tenant: identity.tenant,
          topics,
          contract: training,
          seed: training.trainingSeed,
          backend: training.trainingBackend,
          onProgress: (progress) => {
            if (progress.step === 'training') told(progress);
          },
        },
      );
      if (!trained.ok) throw new Error(`training could not publish: ${trained.detail}`);
      return trained.report;
    },
    assertRunning() {
      for (const stage of stages) {
        const { state, lastError } = stage.health().consumption;
        if (state === 'crashed' || state === 'stopped')
          throw new Error(`a stage is ${state}: ${lastError ?? 'no reason given'}`);
      }
    },
    async stop() {
      await gateway.gateway.stop();
      for (const stage of stages) await stage.stop();
      await broker.close();
    },
  };
}
