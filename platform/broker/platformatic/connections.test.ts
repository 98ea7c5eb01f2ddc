import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startClosingServer } from '../../../test/fixtures/closing-server.ts';
import { type FrozenServer, startFrozenServer } from '../../../test/fixtures/frozen-server.ts';
import type { KafkaClientSettings } from '../kafka-clients.ts';
import { silentLog } from '../kafka-log.ts';
import { clientOptions, createPlatformaticConnections } from './connections.ts';
import { findPlaces } from './requests.ts';

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
  let frozen: FrozenServer;

  beforeEach(async () => {
    frozen = await startFrozenServer();
  });

  afterEach(() => frozen.stop());

  it('are let go by a cut, whether the broker answers or not; what waits for an answer hears of it', async () => {
    const connections = createPlatformaticConnections({ ...settings, brokers: [`127.0.0.1:${frozen.port}`] });
    const client = await connections.client(60_000);
    const connection = await client.connections.get({ host: frozen.host, port: frozen.port });
    const waiting = client.metadata({ topics: [] });
    connections.cut();
    await expect(waiting).rejects.toThrow();
    expect(connection.socket?.destroyed).toBe(true);
    await client.close();
  });

  it('is let go on which an answer did not come in time', async () => {
    const brokers = [`127.0.0.1:${frozen.port}`];
    const client = await createPlatformaticConnections({ ...settings, brokers, requestTimeoutMs: 50 }).client(50);
    const connection = await client.connections.get({ host: frozen.host, port: frozen.port });
    await expect(findPlaces(client, 't')).rejects.toThrow('Request timed out');
    expect(connection.socket.destroyed).toBe(true);
    await client.close();
  });

  it('begin with the address that broke none, or did so longest ago', async () => {
    const closing = await startClosingServer();
    const [host = '', port = ''] = closing.address.split(':');
    const connections = createPlatformaticConnections(settings);
    const pool = await connections.pool(60_000);
    const two = [{ host, port: Number(port) }, frozen];
    const broken = await pool.getFirstAvailable(two);
    expect(broken.port).toBe(Number(port));
    if (broken.isConnected()) await once(broken, 'close');
    expect((await pool.getFirstAvailable(two)).port).toBe(frozen.port);
    await pool.close();
    await closing.stop();
  });

  it('cannot be opened again after it', async () => {
    const connections = createPlatformaticConnections(settings);
    const pool = await connections.pool(60_000);
    connections.cut();
    await expect(pool.get({ host: frozen.host, port: frozen.port })).rejects.toThrow();
    await pool.close();
  });
});
