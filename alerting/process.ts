import type { Broker } from '../platform/broker/broker.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { configuredStageOptions } from '../platform/stage/configured-stage-options.ts';
import type { StagePoint } from '../platform/stage/partition-work.ts';
import { createKeyedStageRunner, type KeyedStageRunner } from '../platform/stage/run-keyed-stage.ts';
import type { StateStore } from '../platform/store/state-store.ts';
import { topicNames } from '../schemas/topic-names.ts';
import { createAlertingMetrics } from './alerting-metrics.ts';
import { createAlertingStage } from './alerting-stage.ts';
import type { AlertingConfig } from './config.ts';

/** What the process around alerting brings; it connects and closes them. */
export interface AlertingProcessDependencies {
  broker: Broker;
  states: StateStore;
  log: Logger;
  metrics: Metrics;
  /** For proofs: called at each point of the protocol. */
  onPoint?: (point: StagePoint) => void;
}

/** One alerting worker as configured. */
export function createAlertingProcess(
  config: AlertingConfig,
  { broker, states, log, metrics, onPoint }: AlertingProcessDependencies,
): KeyedStageRunner {
  const topics = topicNames(config.topicPrefix);
  const stage = createAlertingStage({
    topics,
    group: config.alertingGroup,
    metrics: createAlertingMetrics(metrics),
    log,
  });
  const options = configuredStageOptions(config);
  const snapshots = { topic: topics.snapshots, intervalMs: config.snapshotIntervalMs };
  const proof = onPoint === undefined ? {} : { onPoint };
  return createKeyedStageRunner({ stage, broker, store: states, log, metrics, snapshots, options, ...proof });
}
