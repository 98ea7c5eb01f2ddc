import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createKafkaSockets } from './sockets.ts';

describe('the connections of a Kafka client', () => {
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

  const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

  it('are let go by a cut, whether the broker answers or not', async () => {
    const sockets = createKafkaSockets();
    const connected = await new Promise<Socket>((resolve) => {
      const socket = sockets.open({ ...address(), onConnect: () => resolve(socket) });
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

  it('cannot be opened again after it', async () => {
    const sockets = createKafkaSockets();
    sockets.cut();
    let reached = false;
    const again = sockets.open({ ...address(), onConnect: () => (reached = true) });
    await closed(again);
    expect(reached).toBe(false);
  });
});
