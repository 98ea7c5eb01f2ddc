import type { Broker } from '../platform/broker/broker.ts';
import { createLogger } from '../platform/log.ts';
import { type TopicNames, topicNames } from '../schemas/topic-names.ts';
import { connectBroker, type KafkaConfig } from './connections.ts';

/** Runs a command that needs Kafka and nothing else: connects, and closes whatever happens. `name` is that of its log. */
export async function withBroker<Result>(
  name: string,
  config: KafkaConfig & { topicPrefix: string },
  use: (around: { broker: Broker; topics: TopicNames }) => Promise<Result>,
): Promise<Result> {
  const broker = connectBroker(config, createLogger({ name, level: 'warn', format: 'auto' }));
  try {
    await broker.connect();
    return await use({ broker, topics: topicNames(config.topicPrefix) });
  } finally {
    await broker.close();
  }
}
