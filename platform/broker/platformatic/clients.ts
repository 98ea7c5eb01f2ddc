import type { KafkaClientSettings, KafkaClients } from '../kafka-clients.ts';
import { createPlatformaticAdmin } from './admin.ts';
import { createPlatformaticConnections } from './connections.ts';
import { createPlatformaticConsumer } from './consumer.ts';
import { createPlatformaticProducer } from './producer.ts';

/** The clients of @platformatic/kafka. */
export function createPlatformaticClients(settings: KafkaClientSettings): KafkaClients {
  const connections = createPlatformaticConnections(settings);
  return {
    load: connections.load,
    createAdmin: () => createPlatformaticAdmin(connections),
    createProducer: () => createPlatformaticProducer(connections, settings),
    createConsumer: (consumer, events) =>
      createPlatformaticConsumer(connections, settings.requestTimeoutMs, consumer, events),
    cut: connections.cut,
  };
}
