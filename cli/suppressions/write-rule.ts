import { type Broker, BrokerUnavailable } from '../../platform/broker/broker.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { createIncidentTopicCodec } from '../../schemas/incident-topic.ts';
import { problemOfSuppression, type SuppressionRule } from '../../schemas/suppression.ts';
import { Refusal } from '../config-options.ts';

/**
 * Writes a rule to every partition of the incident topic, so that it holds from there on for whoever's incidents stand in it.
 * Returns how many there are. @throws Refusal where the rule is not valid, or may have been written to some of them only
 */
export async function writeRule(
  { broker, topic }: { broker: Pick<Broker, 'produce' | 'offsets'>; topic: string },
  rule: SuppressionRule,
): Promise<number> {
  const problem = problemOfSuppression(rule);
  if (problem !== undefined) throw new Refusal(`the rule is not valid: ${problem}`, exitCodes.usage);
  const value = createIncidentTopicCodec().encode({ kind: 'suppression', value: rule });
  const partitions = await broker.offsets(topic);
  const key = Buffer.from(rule.tenant);
  try {
    await broker.produce(partitions.map(({ partition }) => ({ topic, key, value, partition })));
  } catch (error) {
    if (!(error instanceof BrokerUnavailable)) throw error;
    throw new Refusal(
      `Kafka did not acknowledge rule ${rule.ruleId}: it may hold for some subjects and not for others (${error.message})\n  fix: \`gaitkeeper suppress remove ${rule.ruleId}\`, which may be said again, until it succeeds`,
      exitCodes.unavailable,
    );
  }
  return partitions.length;
}
