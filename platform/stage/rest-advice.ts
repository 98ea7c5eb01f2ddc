import { deadLetterLimitReason } from './dead-letter-limit.ts';

/** Why a partition rests whose states contain a record that the topic has not got at that offset. */
export const stateOfAnotherTopic = 'state-of-another-topic';

/** Why a partition rests that was not there when the stage started. */
export const partitionsAdded = 'partitions-added';

/** A partition that rests for a person does so at the topic's expense. */
const keptMeanwhile = 'what waits is lost when the retention of the topic ends';
const createdAnew =
  'the topic was created anew: bring it back; or, to begin from nothing, set another `topicPrefix`, as the old one would give new verdicts and alerts the ids of old ones (docs/delivery.md)';

/** What an operator does about a partition that rests, by its reason. */
const advice: Readonly<Record<string, string>> = {
  store: 'Redis does not answer; work goes on by itself once it does',
  broker:
    'Kafka acknowledges nothing: is it there, has its disk room, are enough replicas in sync? the log says; work goes on by itself once it does',
  'template-store':
    'Redis or the topic of templates does not answer, or templates that Redis has lost are being put back from the topic; work goes on by itself',
  fenced: 'the store is asked again by itself; for ever: do two installations share a consumer group or a Redis?',
  rebuild: 'states are being built again from snapshot and topic; work goes on by itself',
  'state-corrupt':
    'a stored state fails its checksum, and snapshot and topic do not suffice to build it again: restore Redis from a backup',
  'state-unreadable': `a newer version wrote the state: run that version again; ${keptMeanwhile}`,
  'snapshot-unreadable': `a newer version wrote the snapshots: run that version again; ${keptMeanwhile}`,
  'state-ahead-of-topic': createdAnew,
  'snapshot-ahead-of-topic': createdAnew,
  [stateOfAnotherTopic]: createdAnew,
  [partitionsAdded]:
    'partitions were added to the topic: Kafka cannot take them away, and keys have moved away from their states; set another `topicPrefix`, with as many partitions as are wanted (docs/delivery.md)',
  defect:
    'this version fails at a record, which the log names with the reason: roll the deploy back, or take the version that mends it; ' +
    keptMeanwhile,
  [deadLetterLimitReason]:
    'see `gaitkeeper dead-letters list` for why; roll the deploy back or mend the sender, then start again; ' +
    `\`stageMaxDeadLettersInARow\` and \`stageMaxDeadLetterShare\` let more pass; ${keptMeanwhile}`,
};

/** The reasons that have advice. */
export const restReasons: readonly string[] = Object.keys(advice);

/** What to do about a partition that rests for `reason`; empty where there is nothing to say. */
export function restAdvice(reason: string): string {
  return advice[reason] ?? '';
}
