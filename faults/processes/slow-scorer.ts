/**
 * `gaitkeeper scorer`, on which every batch takes as long as it is told for its handling, milliseconds one after the other and
 * without burning a processor. Configured by the environment like the scorer itself; the costs are the argument, as JSON.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { configFrom } from '../../cli/config-options.ts';
import { runProcess, stageBody } from '../../cli/run-process.ts';
import { standalone } from '../../cli/standalone.ts';
import type { Handling } from '../../detection/words/behaviour.ts';
import type { KeyedStage } from '../../platform/stage/keyed-stage.ts';
import { createKeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { scorerConfig } from '../../scorer/config.ts';
import { createScorerMetrics } from '../../scorer/scorer-metrics.ts';
import { createScorerStage } from '../../scorer/scorer-stage.ts';
import type { ScorerState } from '../../scorer/scorer-state.ts';
import { createTemplateCache } from '../../templates/template-cache.ts';
import { createTemplateStore } from '../../templates/template-store.ts';

/** What a batch of each handling costs, ms. */
export type HandlingCosts = Record<Handling, number>;

/** Small, so that it commits about once a second although it is slow. */
const maxRecordsPerBatch = 8;
/** The shortest that Kafka allows: a killed member is missed soon. */
const sessionTimeoutMs = 6_000;

function slowed(stage: KeyedStage<ScorerState>, costs: HandlingCosts): KeyedStage<ScorerState> {
  const codec = createBehaviourBatchCodec();
  let freeAtMs = 0;
  return {
    ...stage,
    async step(record, states) {
      const batch = codec.decode(record.value);
      freeAtMs = Math.max(freeAtMs, performance.now()) + (batch.ok ? costs[batch.value.handling] : 0);
      await delay(freeAtMs - performance.now());
      return await stage.step(record, states);
    },
  };
}

const costs = JSON.parse(process.argv[2] ?? '') as HandlingCosts;
const config = configFrom(standalone(scorerConfig), {}, process.env);
process.exitCode = await runProcess('scorer', config, (around) => {
  const { broker, states, values, log, metrics } = around;
  const store = createTemplateStore({ values });
  const templates = createTemplateCache({ store, options: { maxBytes: 96 * 1_048_576 } });
  const topics = topicNames(config.topicPrefix);
  const own = { topics, group: config.scorerGroup, templates, metrics: createScorerMetrics(metrics), log };
  const stage = slowed(createScorerStage(own), costs);
  const options = { maxRecordsPerBatch, sessionTimeoutMs, maxRecordsPerMicroBatch: maxRecordsPerBatch };
  const createRunner = () => createKeyedStageRunner({ stage, broker, store: states, log, metrics, options });
  return stageBody('scorer', config, around, createRunner);
});
