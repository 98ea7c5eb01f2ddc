import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { eventually } from '../../test/contracts/eventually.ts';
import { type ProxiedPeers, startProxiedPeers } from '../../test/fixtures/proxied-peers.ts';
import { connectPeer, type TcpPeer } from '../../test/fixtures/tcp-peer.ts';
import type { Toxic } from './toxic.ts';

let system: ProxiedPeers | undefined;

afterEach(async () => {
  await system?.stop();
  system = undefined;
});

/** Bytes that show every loss, repetition and swap. */
function pattern(sizes: readonly number[], seed: string): Buffer[] {
  const random = createSeededRandom(seed);
  return sizes.map((size) => Buffer.from(Uint8Array.from({ length: size }, () => random.integer(256))));
}

/** Chunks of a few bytes and of more than a socket reads at once. */
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 150_000 })), {
  maxLength: 6,
});

describe('a proxy', () => {
  it.each<[string, readonly Toxic[]]>([
    ['without toxics', []],
    [
      'that only slices',
      [
        { kind: 'slicer', direction: 'toServer', averageBytes: 1_000, variationBytes: 999 },
        { kind: 'slicer', direction: 'toClient', averageBytes: 3_000 },
      ],
    ],
  ])('%s passes on the same bytes both ways, and each end by itself', async (_, toxics) => {
    const replies = new Map<number, Buffer[]>();
    system = await startProxiedPeers({
      greet({ socket }) {
        const chunks = replies.get(system?.server.peers.length ?? 0) ?? [];
        const half = chunks.length >> 1;
        for (const chunk of chunks.slice(0, half)) socket.write(chunk);
        // The rest after the client's end: a proxy that ends both sides at once would lose it.
        socket.once('end', () => {
          for (const chunk of chunks.slice(half)) socket.write(chunk);
          socket.end();
        });
      },
    });
    const { proxy, server, client } = system;
    for (const toxic of toxics) await proxy.add(toxic);
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (toServer, toClient) => {
        const index = server.peers.length;
        const requests = pattern(toServer, `requests ${index}`);
        const answers = pattern(toClient, `answers ${index}`);
        replies.set(index + 1, answers);
        const peer = client();
        for (const chunk of requests) peer.socket.write(chunk);
        peer.socket.end();
        await eventually('both ends are told', () => peer.ended() === 'fin' && server.peers[index]?.ended() === 'fin');
        expect(server.peers[index]?.received().equals(Buffer.concat(requests))).toBe(true);
        expect(peer.received().equals(Buffer.concat(answers))).toBe(true);
      }),
      { numRuns: 15, seed: 5 },
    );
    await eventually('no connection is left', () => proxy.connections() === 0);
    expect(proxy.events().events.filter((event) => event.kind === 'closed' && event.lostBytes > 0)).toEqual([]);
  });

  it('rests a sender whose receiver does not read, and holds no more than its bound', async () => {
    const maxHeldBytes = 100_000;
    const oneRead = 65_536;
    // Far more than the system's own buffers take.
    const reply = Buffer.alloc(32 * 1024 * 1024, pattern([65_521], 'reply')[0]);
    let sender: TcpPeer | undefined;
    system = await startProxiedPeers({
      maxHeldBytes,
      greet(peer) {
        sender = peer;
        peer.socket.end(reply);
      },
    });
    const { proxy } = system;
    const client = system.client();
    client.socket.pause();
    let most = 0;
    let still = 0;
    let left = 0;
    await eventually('the sender stands still', () => {
      const held = proxy.heldBytes('toClient');
      most = Math.max(most, held);
      const leftNow = sender?.socket.writableLength ?? 0;
      still = held >= maxHeldBytes && leftNow === left ? still + 1 : 0;
      left = leftNow;
      return still > 5;
    });
    expect(left).toBeGreaterThan(0);
    expect(most).toBeLessThan(maxHeldBytes + oneRead);
    client.socket.resume();
    await eventually('all arrives', () => client.ended() === 'fin');
    expect(client.received().equals(reply)).toBe(true);
  });

  it('hits the share of connections that a toxic names, the same ones for the same seed', async () => {
    async function hitOf(seed: number): Promise<number[]> {
      const peers = await startProxiedPeers({ random: createSeededRandom(seed) });
      await peers.proxy.add({ kind: 'timeout', direction: 'toServer', timeoutMs: 0, toxicity: 0.5 });
      const settled: number[] = [];
      // One after another: connections count in the order in which they come.
      for (let connection = 1; connection <= 30; connection++) {
        const peer = peers.client();
        peer.socket.write('x');
        const isHit = () =>
          peers.proxy.events().events.some((event) => event.kind === 'toxicActed' && event.connection === connection);
        await eventually('it is echoed or swallowed', () => peer.received().length === 1 || isHit());
        if (isHit()) settled.push(connection);
      }
      await peers.stop();
      return settled;
    }
    const first = await hitOf(1);
    expect(first.length).toBeGreaterThan(5);
    expect(first.length).toBeLessThan(25);
    expect(await hitOf(1)).toEqual(first);
    expect(await hitOf(2)).not.toEqual(first);
  });

  it('tells what happened, oldest first, and forgets no more than its bound makes it', async () => {
    system = await startProxiedPeers({ maxEvents: 3 });
    const { clock, proxy } = system;
    const toxic = { kind: 'limitData', direction: 'toClient', bytes: 2 } as const;
    await proxy.add(toxic);
    clock.advance(7);
    system.client().socket.write('four');
    await eventually('the connection is gone', () => proxy.events().events.at(-1)?.kind === 'closed');
    expect(proxy.events()).toEqual({
      forgotten: 1,
      events: [
        { kind: 'opened', connection: 1, atMs: 7 },
        { kind: 'toxicActed', toxicId: 1, toxic: 'limitData', connection: 1, direction: 'toClient', atMs: 7 },
        { kind: 'closed', connection: 1, toServerBytes: 4, toClientBytes: 2, lostBytes: 2, atMs: 7 },
      ],
    });
  });

  it('turns clients away beyond its bound', async () => {
    system = await startProxiedPeers({ maxConnections: 1 });
    const { proxy } = system;
    const first = system.client();
    first.socket.write('x');
    await eventually('the first is served', () => first.received().length === 1);
    const second = system.client();
    await eventually('the second is turned away', () => second.ended() !== undefined);
    expect(proxy.events().events.at(-1)).toMatchObject({ kind: 'refused', reason: 'more than 1 clients' });
    expect(proxy.connections()).toBe(1);
  });

  it('resets the client where the server is not there, and passes a reset on', async () => {
    system = await startProxiedPeers();
    const { proxy, server } = system;
    const client = system.client();
    client.socket.write('x');
    await eventually('it is served', () => client.received().length === 1);
    server.peers[0]?.socket.resetAndDestroy();
    await eventually('the reset is passed on', () => client.ended() === 'ECONNRESET');
    await server.stop();
    const late = system.client();
    late.socket.write('x');
    await eventually('the client is reset', () => late.ended() === 'ECONNRESET');
    const failed = proxy.events().events.find((event) => event.kind === 'upstreamFailed');
    expect(failed).toMatchObject({ connection: 2, reason: 'ECONNREFUSED' });
  });

  it('stops with connections and toxics at work, and leaves nothing open', async () => {
    const open = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
    await eventually('what other tests opened is gone', () => open() === 0);
    const peers = await startProxiedPeers();
    await peers.proxy.add({ kind: 'latency', direction: 'toClient', latencyMs: 1_000 });
    await peers.proxy.add({ kind: 'timeout', direction: 'toServer', timeoutMs: 1_000, toxicity: 0.5 });
    for (let each = 0; each < 6; each++) peers.client().socket.write('request');
    await eventually('all are open', () => peers.proxy.connections() === 6 && peers.server.peers.length === 6);
    await peers.proxy.stop();
    await peers.proxy.stop();
    expect(peers.proxy.connections()).toBe(0);
    expect(peers.clock.waiting()).toBe(0);
    await peers.stop();
    await eventually('no socket is left', () => open() === 0);
    const late = connectPeer(peers.proxy.port);
    await eventually('the port is closed', () => late.ended() === 'ECONNREFUSED');
  });

  it('refuses attributes that make no sense, and says what they may be', async () => {
    system = await startProxiedPeers();
    const { proxy } = system;
    const direction = 'toClient';
    for (const toxic of [
      { kind: 'latency', direction, latencyMs: -1 },
      { kind: 'latency', direction, latencyMs: Number.NaN },
      { kind: 'timeout', direction, timeoutMs: 2 ** 31 },
      { kind: 'bandwidth', direction, kilobytesPerSecond: 0 },
      { kind: 'slicer', direction, averageBytes: 5, variationBytes: 5 },
      { kind: 'dropOnce', direction, bytes: 0 },
      { kind: 'slowClose', direction, delayMs: 1, toxicity: 0 },
    ] satisfies Toxic[]) {
      await expect(proxy.add(toxic)).rejects.toThrow(/^\w+: \w+ is .*; give /);
    }
    await expect(proxy.add({ kind: 'limitData', direction, bytes: -1 })).rejects.toThrow(
      'limitData: bytes is -1; give 0 to 9007199254740991',
    );
    expect(proxy.events().events).toEqual([]);
  });
});
