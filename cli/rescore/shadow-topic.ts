import type { Broker } from '../../platform/broker/broker.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import { Refusal } from '../config-options.ts';

/** How long the verdicts of a rescoring are kept: a week. */
const retentionMs = 7 * 86_400_000;

/** Kafka's own rule. */
const lawfulName = /^[a-zA-Z0-9._-]{1,249}$/;

/**
 * Creates the topic for rescored verdicts, like the verdict topic in partitions and replicas. @throws Refusal where it is
 * one of the live ones, or holds records already
 */
export async function createShadowTopic(
  broker: Pick<Broker, 'createTopics' | 'describeTopics' | 'offsets'>,
  topics: TopicNames,
  name: string,
): Promise<void> {
  const suggestion = `fix: --into ${topics.verdicts.replace('verdicts', 'verdicts-shadow')}`;
  const refuse = (why: string) => new Refusal(`--into ${name}: ${why}\n  ${suggestion}`, exitCodes.usage);
  if (!lawfulName.test(name)) throw refuse('not a topic name');
  if (Object.values(topics).includes(name)) throw refuse('a live topic');
  const [live] = await broker.describeTopics([topics.verdicts]);
  if (live === undefined) {
    throw new Refusal(`there is no topic ${topics.verdicts}\n  fix: gaitkeeper topics apply`, exitCodes.configuration);
  }
  const [existing] = await broker.describeTopics([name]);
  if (existing === undefined) {
    const { partitions, replicationFactor } = live;
    const config = { 'cleanup.policy': 'delete', 'retention.ms': String(retentionMs) };
    await broker.createTopics([{ name, partitions, replicationFactor, config }]);
    return;
  }
  const held = await broker.offsets(name);
  if (held.some(({ low, high }) => high > low))
    throw refuse('it holds records already; each rescoring has a topic of its own');
}
