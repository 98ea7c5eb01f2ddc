import type { Broker } from '../platform/broker/broker.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { configuredStageOptions } from '../platform/stage/configured-stage-options.ts';
import type { KeyedStage } from '../platform/stage/keyed-stage.ts';
import type { StagePoint } from '../platform/stage/partition-work.ts';
import { createKeyedStageRunner, type KeyedStageRunner } from '../platform/stage/run-keyed-stage.ts';
import type { StateStore } from '../platform/store/state-store.ts';
import { topicNames } from '../schemas/topic-names.ts';
import { alertTopicsOf } from './alerts/alert-topics.ts';
import type { AlertingConfig } from './config.ts';
import { type Directory, noDirectory } from './directory/directory.ts';
import { createEntityRiskStage } from './entity-risk/entity-risk-stage.ts';
import { createFeedbackStage } from './feedback/feedback-stage.ts';
import { writerOf } from './formats/writer-of.ts';
import { createIncidentMetrics } from './incidents/incident-metrics.ts';
import { createIncidentsStage } from './incidents/incidents-stage.ts';
import { createPublishingMetrics } from './publishing/publishing-metrics.ts';
import { createPublishingStage } from './publishing/publishing-stage.ts';
import { type AlertingStage, alertingGroupOf } from './stage-groups.ts';

/** What the process around alerting brings; it connects and closes them. */
export interface AlertingProcessDependencies {
  broker: Broker;
  states: StateStore;
  log: Logger;
  metrics: Metrics;
  /** Default: there is none, and alerts carry pseudonyms. */
  directory?: Directory;
  /** For proofs: called at each point of the protocol of each stage. */
  onPoint?: (point: StagePoint, stage: AlertingStage) => void;
}

/** One of the stages that alerting consists of, as a member of a group of its own. */
export interface AlertingMember {
  /** As its metrics, health and states call it. */
  name: string;
  stage: AlertingStage;
  group: string;
  inputTopic: string;
  /** A runner that has not been started. */
  createRunner(): KeyedStageRunner;
}

/** The stages of one alerting worker as configured, in the order in which records go through them. */
export function createAlertingProcess(
  config: AlertingConfig,
  dependencies: AlertingProcessDependencies,
): AlertingMember[] {
  const { broker, states, log, metrics, directory = noDirectory, onPoint } = dependencies;
  const topics = topicNames(config.topicPrefix);
  const options = configuredStageOptions(config);
  const snapshots = { topic: topics.snapshots, intervalMs: config.snapshotIntervalMs };
  const groupOf = (stage: AlertingStage) => alertingGroupOf(config.alertingGroup, stage);

  /** `build` is called again for each runner, which has a stage of its own. */
  function memberOf<State>(stage: AlertingStage, build: () => KeyedStage<State>): AlertingMember {
    const { name, group, inputTopic } = build();
    const proof = onPoint === undefined ? {} : { onPoint: (point: StagePoint) => onPoint(point, stage) };
    const around = { broker, store: states, log, metrics, snapshots, options, ...proof };
    const createRunner = () => createKeyedStageRunner({ stage: build(), ...around });
    return { name, stage, group, inputTopic, createRunner };
  }

  const asked = config.alertWebhookUrl === undefined ? {} : { responseRequests: topics.responseRequests };
  const alertTopics = alertTopicsOf(topics);
  const outputs = [...new Set(config.alertFormats)].map((format) => ({
    topic: alertTopics[format],
    write: writerOf(format),
  }));
  return [
    memberOf('incidents', () =>
      createIncidentsStage({ topics, group: groupOf('incidents'), metrics: createIncidentMetrics(metrics), log }),
    ),
    memberOf('publishing', () =>
      createPublishingStage({
        topics: { incidents: topics.incidents, deadLetters: topics.deadLetters, ...asked },
        ...{ group: groupOf('publishing'), outputs, directory, log },
        hourlyLimit: config.alertHourlyLimit,
        partitionCount: async () => (await broker.offsets(topics.incidents)).length,
        metrics: createPublishingMetrics(metrics),
      }),
    ),
    memberOf('entity-risk', () => createEntityRiskStage({ topics, group: groupOf('entity-risk') })),
    memberOf('feedback', () => createFeedbackStage({ topics, group: groupOf('feedback'), metrics, log })),
  ];
}
