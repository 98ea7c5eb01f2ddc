import { BrokerUnavailable } from './broker.ts';

/** Nobody creates topics by the way: the operator is told how. */
export function missingTopic(topic: string, doing: string, cause?: unknown): BrokerUnavailable {
  return new BrokerUnavailable(
    `${doing}: topic ${topic} does not exist; create it with \`gaitkeeper topics apply\` (or Broker.createTopics)`,
    { cause },
  );
}
