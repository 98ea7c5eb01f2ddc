import type { Logger } from '../../platform/log.ts';
import type { Counter, Metrics } from '../../platform/metrics.ts';
import type { KeyedStage } from '../../platform/stage/keyed-stage.ts';
import type { AnalystRuling } from '../../schemas/analyst-ruling.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { createDeadLetterCodec, deadLetterOf } from '../../schemas/dead-letter.ts';
import type { Decoded, DecodeFailure } from '../../schemas/decoded.ts';
import { readFeedback } from './feedback-record.ts';

/** What the feedback stage works with. */
export interface FeedbackStageDependencies {
  topics: { feedback: string; behaviour: string; deadLetters: string };
  group: string;
  metrics: Metrics;
  log: Logger;
}

type FeedbackRefusal = { ok: false; reason: DecodeFailure | 'key-mismatch'; detail: string; tenant: string | null };

const name = 'alerting-feedback';

/**
 * What analysts said, handed on to the subject's place in the behaviour topic, where it applies at the next verdict. It keeps no
 * state: a ruling that a crash hands on twice has the same bytes, and says the same.
 */
export function createFeedbackStage({ topics, group, metrics, log }: FeedbackStageDependencies): KeyedStage<null> {
  const codec = createBehaviourTopicCodec();
  const deadLetters = createDeadLetterCodec();
  const rulings: Counter<'ruling'> = metrics.counter({
    name: 'gaitkeeper_feedback_rulings_total',
    help: 'Rulings of analysts handed on to the scorers.',
    labelNames: ['ruling'],
  });

  function read({
    key,
    value,
  }: {
    key: Buffer | null;
    value: Buffer | null;
  }): Decoded<AnalystRuling> | FeedbackRefusal {
    const found = readFeedback(value);
    if (!found.ok) return found;
    // Under another key, two words on one incident could overtake each other.
    if (key?.toString('latin1') === found.value.subject) return found;
    const detail = 'the record key is not the subject';
    return { ok: false, reason: 'key-mismatch', detail, tenant: found.value.tenant };
  }

  return {
    name,
    group,
    inputTopic: topics.feedback,
    keysOf: () => [],
    decodeState: () => null,
    encodeState: () => Buffer.alloc(0),
    step(record) {
      const found = read(record);
      if (!found.ok) return { kind: 'dead-letter', reason: found.reason, detail: found.detail };
      const { value } = found;
      rulings.inc({ ruling: value.ruling });
      log.info({ incidentId: value.incidentId, ruling: value.ruling }, 'analyst ruled');
      const bytes = codec.encode({ kind: 'ruling', value });
      return { kind: 'emit', records: [{ topic: topics.behaviour, key: Buffer.from(value.subject), value: bytes }] };
    },
    deadLetter(record, reason, detail) {
      const found = read(record);
      const tenant = found.ok ? found.value.tenant : 'tenant' in found ? found.tenant : null;
      const letter = deadLetterOf(record, { stage: name, reason, detail, tenant });
      return { topic: topics.deadLetters, key: record.key, value: deadLetters.encode(letter) };
    },
  };
}
