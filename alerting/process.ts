import type { Broker } from '../platform/broker/broker.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import type { HealthCheck } from '../platform/health.ts';
import type { LifecyclePart } from '../platform/lifecycle.ts';
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
import { noDirectory } from './directory/directory.ts';
import { createDirectoryFollower, type DirectoryFollower } from './directory/directory-follower.ts';
import { readDirectoryKeys } from './directory/directory-keys.ts';
import { createEntityRiskStage } from './entity-risk/entity-risk-stage.ts';
import { createFeedbackStage } from './feedback/feedback-stage.ts';
import { writerOf } from './formats/writer-of.ts';
import { createIncidentMetrics } from './incidents/incident-metrics.ts';
import { createIncidentsStage } from './incidents/incidents-stage.ts';
import { createPublishingMetrics } from './publishing/publishing-metrics.ts';
import { createPublishingStage } from './publishing/publishing-stage.ts';
import { type AlertingStage, alertingGroupOf } from './stage-groups.ts';
import { configuredWebhooks } from './webhooks/configured-webhooks.ts';
import { webhooksName } from './webhooks/webhook-member.ts';

/** What the process around alerting brings; it connects and closes them. */
export interface AlertingProcessDependencies {
  broker: Broker;
  states: StateStore;
  log: Logger;
  metrics: Metrics;
  /** Default: the computer's. */
  clock?: Clock;
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

/** One alerting worker. */
export interface AlertingProcess {
  /** To be started before the members: what they read from memory. */
  parts: LifecyclePart[];
  health: HealthCheck[];
  /** In the order in which records go through them. */
  members: AlertingMember[];
}

/** One alerting worker as configured. */
export function createAlertingProcess(
  config: AlertingConfig,
  dependencies: AlertingProcessDependencies,
): AlertingProcess {
  const { broker, states, log, metrics, onPoint } = dependencies;
  const topics = topicNames(config.topicPrefix);
  const follower = directoryOf(config, dependencies);
  const directory = follower?.directory ?? noDirectory;
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
  const webhooksGroup = groupOf('webhooks');
  const webhooks = configuredWebhooks(config, { broker, topics, group: webhooksGroup, log, metrics });
  const members: AlertingMember[] = [
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
  if (webhooks !== undefined) {
    const [inputTopic, group] = [topics.responseRequests, webhooksGroup];
    members.push({ name: webhooksName, stage: 'webhooks', group, inputTopic, createRunner: webhooks });
  }
  return follower === undefined
    ? { parts: [], health: [], members }
    : { parts: [follower], health: [follower.health], members };
}

/** `undefined` where no key of it is configured. */
function directoryOf(
  { alertDirectoryKeys, topicPrefix }: AlertingConfig,
  { broker, log, metrics, clock = systemClock }: AlertingProcessDependencies,
): DirectoryFollower | undefined {
  if (alertDirectoryKeys === undefined) return undefined;
  const read = readDirectoryKeys(alertDirectoryKeys);
  if (!read.ok) throw new TypeError(read.detail); // the setting was checked when it was read
  return createDirectoryFollower({
    broker,
    topic: topicNames(topicPrefix).directory,
    keys: read.keys,
    clock,
    log,
    metrics,
  });
}
