import { randomBytes, randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { kafkaClientNames } from '../../platform/broker/kafka-clients.ts';
import { describeOn, realKafka } from '../servers/real-servers.ts';
import { eventually } from './eventually.ts';

const partitions = 4;
const recordsPerPartition = 200;
const recordBytes = 16 * 1024;
const waitingBytes = partitions * recordsPerPartition * recordBytes;
const maxBytesPerPartition = 128 * 1024;
/** One fetch in work and one that has come, for each partition; and what the protocol adds. */
const mostAhead = 2 * partitions * maxBytesPerPartition + 256 * 1024;
const rounds = 3;
const quietMs = 150;

/** Every connection that this process opens from now on. */
function watchSockets() {
  const sockets = new Set<Socket>();
  const opened = (message: unknown) => void sockets.add((message as { socket: Socket }).socket);
  subscribe('net.client.socket', opened);
  return {
    bytesRead: () => [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    end: () => unsubscribe('net.client.socket', opened),
  };
}

for (const client of kafkaClientNames) {
  describeOn(`Kafka by ${client}`, realKafka(), ({ brokers }) => {
    it('a slow handler is not read ahead of by more than a fetch or two, however much waits', async () => {
      const topic = `bounded.${randomUUID()}`;
      const writer = createKafkaBroker({ brokers });
      await writer.createTopics([{ name: topic, partitions, replicationFactor: 1, config: {} }]);
      const value = randomBytes(recordBytes);
      for (let partition = 0; partition < partitions; partition++) {
        await writer.produce(
          Array.from({ length: recordsPerPartition }, () => ({ topic, key: null, value, partition })),
        );
      }
      await writer.close();

      const sockets = watchSockets();
      const reader = createKafkaBroker({ brokers, client });
      let handledBytes = 0;
      let inWork = 0;
      let isSlow = true;
      let release: () => void = () => undefined;
      let held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const bounds = { partitionsConcurrently: partitions, maxBytesPerPartition, maxRecordsPerBatch: 4 };
      const member = await reader.consume({ group: randomUUID(), topic, ...bounds }, async ({ records }) => {
        inWork += 1;
        if (isSlow) await held;
        inWork -= 1;
        handledBytes += records.length * recordBytes;
        return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
      });
      for (let round = 0; round < rounds; round++) {
        await eventually('the handler has work', () => inWork > 0, 10_000);
        for (let before = -1; before !== sockets.bytesRead(); ) {
          before = sockets.bytesRead();
          await delay(quietMs);
        }
        expect(sockets.bytesRead() - handledBytes).toBeLessThan(mostAhead);
        const next = release;
        held = new Promise<void>((resolve) => {
          release = resolve;
        });
        next();
      }
      isSlow = false;
      release();
      await eventually('everything is handled', () => handledBytes >= waitingBytes, 20_000);
      await member.close();
      await reader.close();
      sockets.end();
    });
  });
}
