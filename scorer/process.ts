import type { Broker } from '../platform/broker/broker.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { configuredStageOptions } from '../platform/stage/configured-stage-options.ts';
import type { StagePoint } from '../platform/stage/partition-work.ts';
import { createKeyedStageRunner, type KeyedStageRunner } from '../platform/stage/run-keyed-stage.ts';
import type { KeyValueStore } from '../platform/store/key-value-store.ts';
import type { StateStore } from '../platform/store/state-store.ts';
import { topicNames } from '../schemas/topic-names.ts';
import { createTemplateCache } from '../templates/template-cache.ts';
import { createTemplateChangelog } from '../templates/template-changelog.ts';
import { createTemplateStore } from '../templates/template-store.ts';
import type { ScorerConfig } from './config.ts';
import { createScorerMetrics } from './scorer-metrics.ts';
import { createScorerStage } from './scorer-stage.ts';

/** What the process around the scorer brings; it connects and closes them. */
export interface ScorerProcessDependencies {
  broker: Broker;
  states: StateStore;
  values: KeyValueStore;
  log: Logger;
  metrics: Metrics;
  /** For proofs: called at each point of the protocol. */
  onPoint?: (point: StagePoint) => void;
}

const bytesPerMiB = 1_048_576;

/** One scorer worker as configured. Several of one group share the partitions. */
export function createScorerProcess(
  config: ScorerConfig,
  { broker, states, values, log, metrics, onPoint }: ScorerProcessDependencies,
): KeyedStageRunner {
  const topics = topicNames(config.topicPrefix);
  const changelog = createTemplateChangelog({ broker, topic: topics.templates });
  const stage = createScorerStage({
    topics,
    group: config.scorerGroup,
    templates: createTemplateCache({
      store: createTemplateStore({ values, changelog }),
      options: { maxBytes: config.scorerTemplateCacheMib * bytesPerMiB },
    }),
    metrics: createScorerMetrics(metrics),
    log,
  });
  return createKeyedStageRunner({
    stage,
    broker,
    store: states,
    log,
    metrics,
    snapshots: { topic: topics.snapshots, intervalMs: config.snapshotIntervalMs },
    ...(onPoint === undefined ? {} : { onPoint }),
    options: {
      ...configuredStageOptions(config),
      maxRecordsPerMicroBatch: config.scorerMaxRecordsPerMicroBatch,
      maxCachedStateBytes: config.scorerStateCacheMib * bytesPerMiB,
      partitionsConcurrently: config.scorerPartitionsConcurrently,
    },
  });
}
