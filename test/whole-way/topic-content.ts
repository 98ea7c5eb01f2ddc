import type { TrialSystem } from '../../cli/trial/trial-system.ts';
import type { Verdict } from '../../detection/words/verdict.ts';
import type { Broker, ConsumedRecord } from '../../platform/broker/broker.ts';
import { createDeadLetterCodec, type DeadLetter } from '../../schemas/dead-letter.ts';
import type { Decoded } from '../../schemas/decoded.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';

const verdictCodec = createVerdictCodec();
const deadLetterCodec = createDeadLetterCodec();

/** What a topic holds now, by partition and offset. */
export async function recordsOf(broker: Broker, topic: string): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  for await (const record of broker.read({ topic, from: 'earliest', until: 'end' })) records.push(record);
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** A verdict as it stands on its topic; after a crash it may stand there twice. */
export interface WrittenVerdict {
  verdict: Verdict;
  /** Hexadecimal. */
  bytes: string;
}

export async function writtenVerdicts(broker: Broker, topic: string): Promise<WrittenVerdict[]> {
  return (await recordsOf(broker, topic)).map(({ value }) => ({
    verdict: read(verdictCodec.decode(value)),
    bytes: value?.toString('hex') ?? '',
  }));
}

export async function deadLettersOf(broker: Broker, topic: string): Promise<DeadLetter[]> {
  return (await recordsOf(broker, topic)).map(({ value }) => read(deadLetterCodec.decode(value)));
}

/** The sequences of each subject's verdicts, in the order in which they stand on the topic; repeats of an id left out. */
export async function sequencesBySubject({ broker, topics }: Pick<TrialSystem, 'broker' | 'topics'>) {
  const seen = new Set<string>();
  const sequences = new Map<string, number[]>();
  for (const { verdict } of await writtenVerdicts(broker, topics.verdicts)) {
    if (seen.has(verdict.verdictId)) continue;
    seen.add(verdict.verdictId);
    const own = sequences.get(verdict.subject);
    if (own === undefined) sequences.set(verdict.subject, [verdict.sequence]);
    else own.push(verdict.sequence);
  }
  return sequences;
}

function read<Value>(decoded: Decoded<Value>): Value {
  if (decoded.ok) return decoded.value;
  throw new Error(`a record of our own cannot be read: ${decoded.detail}`);
}
