import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startClosingServer } from '../../../test/fixtures/closing-server.ts';
import { type FrozenServer, startFrozenServer } from '../../../test/fixtures/frozen-server.ts';
import { createKafkaSockets } from './sockets.ts';

describe('the connections of a Kafka client', () => {
  let frozen: FrozenServer;

  beforeEach(async () => {
    frozen = await startFrozenServer();
  });

  afterEach(() => frozen.stop());

  const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

  it('are let go by a cut, whether the broker answers or not', async () => {
    const sockets = createKafkaSockets();
    const connected = await new Promise<Socket>((resolve) => {
      const socket = sockets.open({ host: frozen.host, port: frozen.port, onConnect: () => resolve(socket) });
    });
    let reason = '';
    connected.on('error', (error) => {
      reason = error.message;
    });
    const ended = closed(connected);
    sockets.cut();
    await ended;
    expect(reason).toBe('the connection was cut');
  });

  it('fail where they are closed before anything was answered, and end where something was', async () => {
    const heard = async (server: { address: string }): Promise<string[]> => {
      const [host = '', port = ''] = server.address.split(':');
      const events: string[] = [];
      const socket = createKafkaSockets().open({ host, port: Number(port), onConnect: () => undefined });
      socket.on('data', () => undefined).on('end', () => events.push('end'));
      socket.on('error', ({ message }) => events.push(message));
      await closed(socket);
      return events;
    };
    const silent = await startClosingServer();
    const telling = await startClosingServer('an answer');
    expect(await heard(silent)).toEqual(['the connection was closed before anything was answered']);
    expect(await heard(telling)).toEqual(['end']);
    await Promise.all([silent.stop(), telling.stop()]);
  });

  it('cannot be opened again after it', async () => {
    const sockets = createKafkaSockets();
    sockets.cut();
    let reached = false;
    const again = sockets.open({ host: frozen.host, port: frozen.port, onConnect: () => (reached = true) });
    await closed(again);
    expect(reached).toBe(false);
  });
});
