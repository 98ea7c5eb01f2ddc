import { type KafkaClientName, kafkaClientNames } from '../platform/broker/kafka-clients.ts';

/** The client library that `--client` names. @throws RangeError with those that there are */
export function clientNamed(text: string): KafkaClientName {
  const found = kafkaClientNames.find((name) => name === text);
  if (found === undefined) throw new RangeError(`--client ${text}: give ${kafkaClientNames.join(' or ')}`);
  return found;
}
