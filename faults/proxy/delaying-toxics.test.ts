import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../test/contracts/eventually.ts';
import { type ProxiedPeers, startProxiedPeers } from '../../test/fixtures/proxied-peers.ts';

let system: ProxiedPeers;

beforeEach(async () => {
  system = await startProxiedPeers();
});

afterEach(() => system.stop());

/** Bytes that wait in the proxy on their way to the client, after `ms` more. */
function heldAfter(ms: number): number {
  system.clock.advance(ms);
  return system.proxy.heldBytes('toClient');
}

async function heldReply(bytes: number): Promise<void> {
  await eventually('the reply is held', () => system.proxy.heldBytes('toClient') === bytes);
}

describe('a toxic that delays', () => {
  it('latency: passes each piece on when its time has come, not before', async () => {
    await system.proxy.add({ kind: 'latency', direction: 'toClient', latencyMs: 100 });
    const client = system.client();
    client.socket.write('first');
    await heldReply(5);
    expect(heldAfter(60)).toBe(5);
    client.socket.write('second');
    await heldReply(11);
    expect(heldAfter(39)).toBe(11);
    expect(heldAfter(1)).toBe(6);
    await eventually('the first arrives', () => client.received().equals(Buffer.from('first')));
    expect(heldAfter(59)).toBe(6);
    expect(heldAfter(1)).toBe(0);
    await eventually('the second arrives', () => client.received().equals(Buffer.from('firstsecond')));
  });

  it('latency: several add up, and what waits goes on at once when they are removed', async () => {
    const one = await system.proxy.add({ kind: 'latency', direction: 'toClient', latencyMs: 100 });
    const other = await system.proxy.add({ kind: 'latency', direction: 'toClient', latencyMs: 1_000 });
    const client = system.client();
    client.socket.write('reply');
    await heldReply(5);
    expect(heldAfter(1_099)).toBe(5);
    await one.remove();
    expect(system.proxy.heldBytes('toClient')).toBe(0);
    await eventually('it arrives', () => client.received().length === 5);
    client.socket.write('again');
    await heldReply(5);
    await other.remove();
    expect(system.proxy.heldBytes('toClient')).toBe(0);
    expect(system.clock.waiting()).toBe(0);
  });

  it('latency: also added to a connection that lives, and in one direction only', async () => {
    const client = system.client();
    client.socket.write('before');
    await eventually('it is echoed', () => client.received().length === 6);
    await system.proxy.add({ kind: 'latency', direction: 'toServer', latencyMs: 5 });
    client.socket.write('after');
    await eventually('the request is held', () => system.proxy.heldBytes('toServer') === 5);
    system.clock.advance(5);
    await eventually('it is echoed', () => client.received().equals(Buffer.from('beforeafter')));
    expect(system.proxy.heldBytes('toClient')).toBe(0);
  });

  it('bandwidth: as many bytes a second as it says, in bursts of a tenth of a second; the slowest of two holds', async () => {
    await system.proxy.add({ kind: 'bandwidth', direction: 'toClient', kilobytesPerSecond: 100 });
    await system.proxy.add({ kind: 'bandwidth', direction: 'toClient', kilobytesPerSecond: 10 });
    const client = system.client();
    client.socket.write(Buffer.alloc(3_500, 7));
    await heldReply(3_500);
    expect(heldAfter(99)).toBe(3_500);
    expect(heldAfter(1)).toBe(2_500);
    expect(heldAfter(200)).toBe(500);
    expect(heldAfter(50)).toBe(0);
    await eventually('all arrives', () => client.received().length === 3_500);
  });

  it('slicer: small pieces with a pause between', async () => {
    await system.proxy.add({ kind: 'slicer', direction: 'toClient', averageBytes: 10, delayUs: 2_000 });
    const client = system.client();
    client.socket.write('a reply of thirty-five bytes, sliced');
    await heldReply(36 - 10);
    expect(heldAfter(1)).toBe(26);
    expect([heldAfter(1), heldAfter(2), heldAfter(2)]).toEqual([16, 6, 0]);
    await eventually('all arrives', () => client.received().toString() === 'a reply of thirty-five bytes, sliced');
  });

  it('slowClose: the bytes at once, their end later', async () => {
    await system.proxy.add({ kind: 'slowClose', direction: 'toClient', delayMs: 500 });
    const client = system.client();
    client.socket.end('goodbye');
    await eventually('the reply arrives', () => client.received().length === 7);
    await eventually('the end waits', () => system.clock.waiting() === 1);
    system.clock.advance(499);
    expect(system.clock.waiting()).toBe(1);
    expect(client.ended()).toBeUndefined();
    system.clock.advance(1);
    await eventually('the end arrives', () => client.ended() === 'fin');
    await eventually('nothing is left', () => system.proxy.connections() === 0);
  });
});
