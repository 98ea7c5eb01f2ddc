import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KafkaClientSettings } from '../kafka-clients.ts';
import { silentLog } from '../kafka-log.ts';
import { clientOptions, createPlatformaticConnections } from './connections.ts';

const settings: KafkaClientSettings = {
  ...{ brokers: ['kafka-1:9092', '[::1]:9093'], clientId: 'test', log: silentLog },
  ...{ requestTimeoutMs: 5_000, compression: 'none' },
};

describe('what the library is told', () => {
  it('is where the brokers are, and to try once: trying again is ours', () => {
    expect(clientOptions(settings, 7_000)).toMatchObject({
      bootstrapBrokers: [
        { host: 'kafka-1', port: 9092 },
        { host: '::1', port: 9093 },
      ],
      retries: 0,
      requestTimeout: 7_000,
      autocreateTopics: false,
    });
    expect(clientOptions(settings, 7_000)).not.toHaveProperty('tls');
    expect(clientOptions(settings, 7_000)).not.toHaveProperty('sasl');
  });

  it('is how to encrypt and who we are', () => {
    expect(clientOptions({ ...settings, tls: true }, 1).tls).toEqual({});
    const tls = { ca: 'authority', certificate: 'ours', key: 'secret' };
    expect(clientOptions({ ...settings, tls }, 1).tls).toEqual({ ca: 'authority', cert: 'ours', key: 'secret' });
    const sasl = { mechanism: 'scram-sha-512', username: 'scorer', password: 'correct horse' } as const;
    expect(clientOptions({ ...settings, sasl }, 1).sasl).toEqual({ ...sasl, mechanism: 'SCRAM-SHA-512' });
  });
});

describe('the connections of the library', () => {
  let frozen: Server;
  const accepted: Socket[] = [];

  beforeEach(async () => {
    // Takes connections, and says nothing and closes nothing ever after.
    frozen = createServer({ allowHalfOpen: true }, (socket) => accepted.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => frozen.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    for (const socket of accepted.splice(0)) socket.destroy();
    await new Promise((resolve) => frozen.close(resolve));
  });

  function address(): { host: string; port: number } {
    const bound = frozen.address();
    if (bound === null || typeof bound === 'string') throw new Error('the server does not listen');
    return { host: '127.0.0.1', port: bound.port };
  }

  it('are let go by a cut, whether the broker answers or not; what waits for an answer hears of it', async () => {
    const connections = createPlatformaticConnections({ ...settings, brokers: [`127.0.0.1:${address().port}`] });
    const client = await connections.client(60_000);
    const connection = await client.connections.get(address());
    const waiting = client.metadata({ topics: [] });
    connections.cut();
    await expect(waiting).rejects.toThrow();
    expect(connection.socket?.destroyed).toBe(true);
    await client.close();
  });

  it('cannot be opened again after it', async () => {
    const connections = createPlatformaticConnections(settings);
    const pool = await connections.pool(60_000);
    connections.cut();
    await expect(pool.get(address())).rejects.toThrow();
    await pool.close();
  });
});
