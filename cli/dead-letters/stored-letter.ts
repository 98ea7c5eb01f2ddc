import { readFeedback } from '../../alerting/feedback/feedback-record.ts';
import type { ConsumedRecord } from '../../platform/broker/broker.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { createDeadLetterCodec, type DeadLetter, deadLetterLimits } from '../../schemas/dead-letter.ts';
import { createIncidentTopicCodec, keyOfIncidentRecord } from '../../schemas/incident-topic.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';

/**
 * What a refused record is to this version: `refused` would be refused again, `cut` is too large to be kept whole, of
 * `unknown` topics nothing is known.
 */
export type LetterKind =
  | ('batch' | 'verdict' | 'activation' | 'control' | 'ruling')
  | ('incident' | 'suppression')
  | ('refused' | 'cut' | 'unknown');

/** A dead letter as it stands in its topic. */
export interface StoredLetter {
  /** `topic/partition/offset` of the refused record: the same however often it was set aside. */
  id: string;
  letter: DeadLetter;
  kind: LetterKind;
  setAsideAtMs: number;
  /** The dead letter whose replay this record was; `undefined` for a first refusal. */
  replayOf: string | undefined;
}

/** On a replayed record: the id of its dead letter. */
export const replayHeader = 'gaitkeeper-replay-of';

/** The id of the dead letter of the record at this position. */
export function letterId({ topic, partition, offset }: DeadLetter['source']): string {
  return `${topic}/${partition}/${offset}`;
}

/** Reads records of the dead-letter topic; `undefined` for one that is no dead letter. */
export function createLetterReader(topics: TopicNames): (record: ConsumedRecord) => StoredLetter | undefined {
  const letters = createDeadLetterCodec();
  const behaviour = createBehaviourTopicCodec();
  const verdicts = createVerdictCodec();
  const incidents = createIncidentTopicCodec();

  function kindOf({ source, originalKey: key, originalValue: value, originalValueBytes }: DeadLetter): LetterKind {
    if (originalValueBytes > (value?.length ?? 0) || key?.length === deadLetterLimits.keyBytes) return 'cut';
    if (source.topic === topics.verdicts) {
      const read = verdicts.decode(value);
      return read.ok && read.value.subject === key?.toString('latin1') ? 'verdict' : 'refused';
    }
    if (source.topic === topics.feedback) {
      const read = readFeedback(value);
      return read.ok && read.value.subject === key?.toString('latin1') ? 'ruling' : 'refused';
    }
    if (source.topic === topics.incidents) {
      const read = incidents.decode(value);
      if (!read.ok || key?.toString('utf8') !== keyOfIncidentRecord(read.value)) return 'refused';
      return read.value.kind;
    }
    if (source.topic !== topics.behaviour) return 'unknown';
    const read = behaviour.decode(value);
    if (!read.ok || read.value.value.subject !== key?.toString('latin1')) return 'refused';
    return read.value.kind;
  }

  return function readLetter({ value, timestampMs }) {
    const read = letters.decode(value);
    if (!read.ok) return undefined;
    const letter = read.value;
    return {
      id: letterId(letter.source),
      letter,
      kind: kindOf(letter),
      setAsideAtMs: timestampMs,
      replayOf: letter.originalHeaders.find(({ name }) => name === replayHeader)?.value,
    };
  };
}
