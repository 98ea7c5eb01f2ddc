import { deadLetterLimitReason } from './dead-letter-limit.ts';

/** What an operator does about a partition that rests, by its reason. */
const advice: Readonly<Record<string, string>> = {
  store: 'Redis does not answer; work goes on by itself once it does',
  broker: 'Kafka does not answer; work goes on by itself once it does',
  'template-store': 'Redis does not answer; work goes on by itself once it does',
  fenced: 'the store is asked again by itself; for ever: do two installations share a consumer group or a Redis?',
  'state-corrupt':
    'a stored state fails its checksum: restore Redis, or delete the state of this partition to build it again',
  'state-unreadable':
    'another version wrote the state: run that version, or delete the state of this partition to build it again',
  'state-ahead-of-topic': 'the topic was created anew: delete the state of this partition, or bring the topic back',
  [deadLetterLimitReason]:
    'see `gaitkeeper dead-letters list` for why; roll the deploy back or mend the sender, then start again; `stageMaxDeadLettersInARow` and `stageMaxDeadLetterShare` let more pass',
};

/** What to do about a partition that rests for `reason`; empty where there is nothing to say. */
export function restAdvice(reason: string): string {
  return advice[reason] ?? '';
}
