import { createDeadLetterCodec, type DeadLetter } from '../../schemas/dead-letter.ts';
import type { FaultRun } from './fault-run.ts';

/** What a record of the input is called: by its place. */
export function placeOf({ partition, offset }: { partition: number; offset: number }): string {
  return `${partition}:${offset}`;
}

/** What was set aside so far, once for each record of the input, by {@link placeOf}. Rejects for a letter that cannot be read. */
export async function readDeadLetters({ cluster, topics }: FaultRun): Promise<ReadonlyMap<string, DeadLetter>> {
  const codec = createDeadLetterCodec();
  const letters = new Map<string, DeadLetter>();
  for await (const { value } of cluster.broker.read({ topic: topics.deadLetters, from: 'earliest', until: 'end' })) {
    const read = codec.decode(value);
    if (!read.ok) throw new Error(`a dead letter cannot be read: ${read.detail}`);
    letters.set(placeOf(read.value.source), read.value);
  }
  return letters;
}
