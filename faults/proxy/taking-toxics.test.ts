import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../test/contracts/eventually.ts';
import { type ProxiedPeers, startProxiedPeers } from '../../test/fixtures/proxied-peers.ts';
import type { TcpPeer } from '../../test/fixtures/tcp-peer.ts';

const dayMs = 24 * 3_600_000;
let system: ProxiedPeers;

beforeEach(async () => {
  system = await startProxiedPeers();
});

afterEach(() => system.stop());

/** A client whose connection goes all the way, and the server's end of it. */
async function connected(): Promise<{ client: TcpPeer; server: TcpPeer }> {
  const client = system.client();
  client.socket.write('hello');
  await eventually('the echo arrives', () => client.received().length === 5);
  return { client, server: system.server.peers.at(-1) as TcpPeer };
}

/** Which toxics took something, on which connection. */
function acted(): string[] {
  return system.proxy
    .events()
    .events.flatMap((event) => (event.kind === 'toxicActed' ? [`${event.toxic} on ${event.connection}`] : []));
}

describe('a toxic that takes', () => {
  it('timeout: nothing passes, and the connection is closed when the time is over', async () => {
    const { client, server } = await connected();
    await system.proxy.add({ kind: 'timeout', direction: 'toServer', timeoutMs: 1_000 });
    client.socket.write('swallowed');
    await eventually('it is swallowed', () => acted().length === 1);
    system.clock.advance(999);
    expect(system.proxy.connections()).toBe(1);
    system.clock.advance(1);
    await eventually('both ends are told', () => client.ended() === 'fin' && server.ended() === 'fin');
    expect(server.received().toString()).toBe('hello');
    expect(acted()).toEqual(['timeout on 1']);
  });

  it('timeout 0: a black hole that shows neither bytes nor the end, until it is removed', async () => {
    const { client, server } = await connected();
    const hole = await system.proxy.add({ kind: 'timeout', direction: 'toServer', timeoutMs: 0 });
    client.socket.end('swallowed');
    await eventually('it is swallowed', () => acted().length === 1);
    system.clock.advance(dayMs);
    expect(system.clock.waiting()).toBe(0);
    expect(system.proxy.connections()).toBe(1);
    server.socket.write('still talking');
    await eventually('the other direction lives', () => client.received().toString() === 'hellostill talking');
    expect(server.ended()).toBeUndefined();
    await hole.remove();
    await eventually('a stream with a hole is closed', () => server.ended() === 'fin' && client.ended() === 'fin');
    expect(server.received().toString()).toBe('hello');
  });

  it('timeout 0: a connection that lost nothing goes on', async () => {
    const { client } = await connected();
    const hole = await system.proxy.add({ kind: 'timeout', direction: 'toServer', timeoutMs: 0 });
    await hole.remove();
    client.socket.write(' again');
    await eventually('the echo arrives', () => client.received().toString() === 'hello again');
  });

  it('timeout 0: hides the death of the one side from the other', async () => {
    const { client, server } = await connected();
    await system.proxy.add({ kind: 'timeout', direction: 'toClient', timeoutMs: 0 });
    server.socket.resetAndDestroy();
    await eventually('the reset is swallowed', () => acted().length === 1);
    expect(client.ended()).toBeUndefined();
    expect(system.proxy.connections()).toBe(1);
  });

  it.each([0, 50])('resetPeer after %d ms: both ends get a reset, and the bytes are lost', async (timeoutMs) => {
    const { client, server } = await connected();
    await system.proxy.add({ kind: 'resetPeer', direction: 'toServer', timeoutMs });
    expect(system.proxy.connections()).toBe(1);
    client.socket.write('lost');
    if (timeoutMs > 0) {
      await eventually('the bytes are taken', () => acted().length === 1);
      system.clock.advance(timeoutMs - 1);
      expect(system.proxy.connections()).toBe(1);
      system.clock.advance(1);
    }
    await eventually('both are reset', () => client.ended() === 'ECONNRESET' && server.ended() === 'ECONNRESET');
    expect(server.received().toString()).toBe('hello');
    expect(acted()).toEqual(['resetPeer on 1']);
  });

  it('limitData: so many bytes to the last, then the connection is closed', async () => {
    await system.proxy.add({ kind: 'limitData', direction: 'toClient', bytes: 8 });
    const { client } = await connected();
    client.socket.write('world');
    await eventually('it is closed', () => client.ended() === 'fin');
    expect(client.received().toString()).toBe('hellowor');
    expect(system.server.peers[0]?.received().toString()).toBe('helloworld');
  });

  it('dropOnce: the server has done the work, the client never learns; the next connection is served', async () => {
    const { client, server } = await connected();
    await system.proxy.add({ kind: 'dropOnce', direction: 'toClient', bytes: 1 });
    client.socket.write(' do it');
    await eventually('the connection is closed', () => client.ended() === 'fin' && server.ended() === 'fin');
    expect(server.received().toString()).toBe('hello do it');
    expect(client.received().toString()).toBe('hello');
    await connected();
    expect(acted()).toEqual(['dropOnce on 1']);
  });

  it('dropOnce: swallows as many bytes as it says before it closes', async () => {
    const { client, server } = await connected();
    await system.proxy.add({ kind: 'dropOnce', direction: 'toServer', bytes: 6 });
    client.socket.write('abc');
    await eventually('the first are taken', () => acted().length === 1);
    expect(system.proxy.connections()).toBe(1);
    client.socket.write('def');
    await eventually('the connection is closed', () => server.ended() === 'fin');
    expect(server.received().toString()).toBe('hello');
  });

  it('down: live connections are closed and new ones refused, until it is removed', async () => {
    const { client, server } = await connected();
    const down = await system.proxy.add({ kind: 'down' });
    await eventually('both ends are closed', () => client.ended() === 'fin' && server.ended() === 'fin');
    const refused = system.client();
    await eventually('a new client is refused', () => refused.ended() === 'ECONNREFUSED');
    await down.remove();
    await down.remove();
    await connected();
  });
});
