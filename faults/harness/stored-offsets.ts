import type { Broker } from '../../platform/broker/broker.ts';
import type { StateReader } from '../../platform/store/state-reader.ts';

/** A stage and the topic that it reads. */
export interface StageInput {
  stage: string;
  topic: string;
}

/**
 * Partitions whose end the stored states do not contain, asked of broker and store themselves. A store that lost its tail is
 * behind although everything was committed. Rejects where one of the two does not answer.
 */
export async function partitionsBehind(
  broker: Pick<Broker, 'offsets'>,
  states: Pick<StateReader, 'appliedOffset'>,
  { stage, topic }: StageInput,
): Promise<number[]> {
  const ends = await broker.offsets(topic);
  const applied = await Promise.all(ends.map(({ partition }) => states.appliedOffset({ stage, topic, partition })));
  return ends.flatMap(({ partition, high }, index) => ((applied[index] ?? -1) < high - 1 ? [partition] : []));
}
