import type { Handling } from '../../detection/words/behaviour.ts';
import type { Broker, ConsumedRecord } from '../../platform/broker/broker.ts';
import { createLogger } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { createScorerMetrics } from '../../scorer/scorer-metrics.ts';
import { createScorerStage } from '../../scorer/scorer-stage.ts';
import type { ScorerState } from '../../scorer/scorer-state.ts';
import { createTemplateCache } from '../../templates/template-cache.ts';
import { createTemplateStore } from '../../templates/template-store.ts';

/** What became of the batches in the topic. */
export interface VerdictFigures {
  recorded: number;
  byHandling: Record<Handling, number>;
  verdicts: number;
  /** Verdicts that stand on the topic more than once, after the kill. */
  repeated: number;
  /** Batches without a verdict. */
  lost: number;
  /** Verdicts whose bytes are not those of one undisturbed pass over the input, each copy counted. */
  differingBytes: number;
  /** Verdicts whose `degraded` or `shed` is not what was stamped on the batch. */
  wrongHandling: number;
}

async function* all(broker: Broker, topic: string): AsyncGenerator<ConsumedRecord> {
  yield* broker.read({ topic, from: 'earliest', until: 'end' });
}

/** Judges the input once more from its beginning, without templates and in memory, and holds every verdict against that. */
export async function checkVerdicts(broker: Broker, topics: TopicNames): Promise<VerdictFigures> {
  const stage = createScorerStage({
    topics,
    group: 'check',
    templates: createTemplateCache({
      store: createTemplateStore({ values: new MemoryKeyValueStore() }),
      options: { maxBytes: 1_048_576 },
    }),
    metrics: createScorerMetrics(createMetrics()),
    log: createLogger({ name: 'check', level: 'error', format: 'json' }),
  });
  const batches = createBehaviourBatchCodec();
  const verdicts = createVerdictCodec();
  const states = new Map<string, ScorerState>();
  const view = {
    get: (key: string) => states.get(key) ?? stage.decodeState(undefined, key),
    set: (key: string, state: ScorerState) => states.set(key, state),
  };
  const wanted = new Map<string, { bytes: Buffer; handling: Handling; seen: number }>();
  const byHandling: Record<Handling, number> = { full: 0, degraded: 0, shed: 0 };
  for await (const record of all(broker, topics.behaviour)) {
    const batch = batches.decode(record.value);
    const outcome = await stage.step(record, view);
    const value = outcome.kind === 'emit' ? outcome.records[0]?.value : undefined;
    const verdict = verdicts.decode(value ?? null);
    if (!batch.ok || !verdict.ok || value === null || value === undefined) throw new Error('a record was no batch');
    byHandling[batch.value.handling] += 1;
    wanted.set(verdict.value.verdictId, { bytes: value, handling: batch.value.handling, seen: 0 });
  }
  const figures = { repeated: 0, differingBytes: 0, wrongHandling: 0 };
  for await (const { value } of all(broker, topics.verdicts)) {
    const verdict = verdicts.decode(value);
    if (!verdict.ok) throw new Error(`a verdict cannot be read: ${verdict.detail}`);
    const { verdictId, degraded, reason } = verdict.value;
    const expected = wanted.get(verdictId);
    if (expected === undefined || value === null || !value.equals(expected.bytes)) figures.differingBytes += 1;
    if (expected === undefined) continue;
    if (expected.seen++ > 0) figures.repeated += 1;
    const { handling } = expected;
    if (degraded !== (handling === 'degraded') || (reason === 'shed') !== (handling === 'shed'))
      figures.wrongHandling += 1;
  }
  const judged = [...wanted.values()].filter(({ seen }) => seen > 0).length;
  return { recorded: wanted.size, byHandling, verdicts: judged, lost: wanted.size - judged, ...figures };
}
