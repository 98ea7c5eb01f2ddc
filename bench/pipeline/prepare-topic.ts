import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { createTemplateActivationCodec } from '../../schemas/template-activation.ts';
import { activationRecords } from '../../templates/activation-records.ts';
import type { Installation, RunTopics } from './installation.ts';
import type { Load } from './load.ts';

const recordsPerCall = 2_000;

export interface PreparedTopic {
  /** Activations that stand before the batches. */
  activations: number;
  batchBytes: number;
}

/** Stores the load's templates, then writes their activations and so many batches behind them. */
export async function prepareTopic(
  { broker, templatesUnder }: Installation,
  topics: RunTopics,
  load: Load,
  batches: number,
): Promise<PreparedTopic> {
  const partitions = (await broker.offsets(topics.behaviour)).length;
  const plan = { topic: topics.behaviour, partitions, activatedAtMs: Date.now(), by: 'bench' };
  const activationCodec = createTemplateActivationCodec();
  let activations = 0;
  for (const template of [load.cohort, ...load.own]) {
    const version = await templatesUnder(topics.prefix).put(template);
    const records = activationRecords(activationCodec, { ...template, version }, plan);
    activations += records.length;
    await broker.produce(records);
  }
  const codec = createBehaviourTopicCodec();
  let bytes = 0;
  for (let written = 0; written < batches; written += recordsPerCall) {
    const records = Array.from({ length: Math.min(recordsPerCall, batches - written) }, () => {
      const batch = load.next(Date.now());
      const value = codec.encode({ kind: 'batch', value: batch });
      bytes += value.length;
      return { topic: topics.behaviour, key: Buffer.from(batch.subject), value };
    });
    await broker.produce(records);
  }
  return { activations, batchBytes: Math.round(bytes / batches) };
}
