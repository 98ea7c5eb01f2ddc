import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { ConsumedRecord } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { kafkaClientNames } from '../../platform/broker/kafka-clients.ts';
import { type ClosingServer, startClosingServer } from '../fixtures/closing-server.ts';
import { recordsIn } from '../fixtures/records-in.ts';
import { describeOn, realKafka } from '../servers/real-servers.ts';
import { eventually } from './eventually.ts';

for (const client of kafkaClientNames) {
  describeOn(`Kafka by ${client}`, realKafka(), ({ brokers }) => {
    let away: ClosingServer;

    beforeEach(async () => {
      away = await startClosingServer();
    });
    afterEach(() => away.stop());

    it('is worked with although an address takes connections for a broker that is down', async () => {
      const topic = `away.${randomUUID()}`;
      const record = { topic, key: null, value: Buffer.from('here') };
      // Each client of a library may begin with another address: in so many rounds one of them meets the one that is down.
      const addresses = [away.address, ...brokers];
      const broker = createKafkaBroker({ brokers: addresses, client });
      await broker.connect();
      await broker.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
      await broker.produce([record]);
      for (let round = 0; round < addresses.length; round++) {
        expect(await recordsIn(broker, topic)).toHaveLength(1);
        const handled: ConsumedRecord[] = [];
        const member = await broker.consume({ group: randomUUID(), topic }, async ({ records }) => {
          handled.push(...records);
          return { kind: 'done', nextOffset: 1 };
        });
        await eventually('the record is handled', () => handled.length === 1, 20_000);
        await member.close();
      }
      await broker.close();
      expect(away.taken()).toBeGreaterThan(0);
    });
  });
}
