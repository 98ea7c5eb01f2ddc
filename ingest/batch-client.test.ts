import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import { type BatchClientOptions, createBatchClient } from './batch-client.ts';

type Script = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const batch = (device: string, sequence: number) => ({ device, sequence }) as BehaviourBatch;

/** A gateway that does as scripted, request by request; the last line of the script is repeated. */
async function against(script: Script[], options: Partial<BatchClientOptions> = {}) {
  const bodies: string[] = [];
  const tokens: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(body);
      tokens.push(request.headers.authorization ?? '');
      script[Math.min(bodies.length, script.length) - 1]?.(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pauses: number[] = [];
  const client = createBatchClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'token',
    encode: ({ device, sequence }) => Buffer.from(`${device}:${sequence}`),
    wait: async (ms) => {
      pauses.push(ms);
    },
    random: () => 0.5,
    ...options,
  });
  cleanups.push(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, bodies, tokens, pauses };
}

const answer =
  (status: number, body: object, headers: Record<string, string> = {}): Script =>
  (_request, response) => {
    response.writeHead(status, headers).end(JSON.stringify(body));
  };
const accepted = answer(202, { status: 'accepted', sequence: 1 });

describe('a batch', () => {
  it('is accepted, or was recorded before', async () => {
    const { client } = await against([accepted, answer(200, { status: 'duplicate', sequence: 1 })]);
    expect(await client.send(batch('a', 1))).toEqual({ ok: true, status: 'accepted', attempts: 1 });
    expect(await client.send(batch('a', 1))).toEqual({ ok: true, status: 'duplicate', attempts: 1 });
  });

  it.each([429, 500, 503])('is sent again after %i, not before the gateway asked for it', async (status) => {
    const { client, bodies, pauses } = await against([answer(status, {}, { 'retry-after': '7' }), accepted]);
    expect(await client.send(batch('a', 1))).toEqual({ ok: true, status: 'accepted', attempts: 2 });
    expect(bodies).toEqual(['a:1', 'a:1']);
    expect(pauses).toEqual([7000]);
  });

  it('is sent again after a connection that broke', async () => {
    const { client } = await against([(request) => request.socket.destroy(), accepted]);
    expect(await client.send(batch('a', 1))).toMatchObject({ ok: true, attempts: 2 });
  });

  it('is sent again where no answer came in time', async () => {
    const { client } = await against([() => undefined, accepted], { requestTimeoutMs: 30 });
    expect(await client.send(batch('a', 1))).toMatchObject({ ok: true, attempts: 2 });
  });

  it('is given up after a bounded number of tries, with growing pauses', async () => {
    const { client, bodies, pauses } = await against([answer(503, {})], { maxAttempts: 5, maxBackoffMs: 300 });
    expect(await client.send(batch('a', 1))).toMatchObject({ ok: false, reason: 'unavailable', attempts: 5 });
    expect(bodies).toHaveLength(5);
    expect(pauses).toEqual([100, 200, 300, 300]);
  });

  it.each([400, 401, 403, 409, 413, 415])('is not sent again after %i, and the reason is told', async (status) => {
    const problem = { code: 'some-code', detail: 'what', fix: 'how' };
    const { client, bodies } = await against([answer(status, problem)]);
    expect(await client.send(batch('a', 1))).toEqual({ ok: false, reason: 'refused', status, ...problem, attempts: 1 });
    expect(bodies).toHaveLength(1);
  });

  it('is never taken for recorded on the word of something that is not a gateway', async () => {
    const { client } = await against([(_request, response) => response.writeHead(200).end('<html>')]);
    expect(await client.send(batch('a', 1))).toMatchObject({ ok: false, reason: 'refused', code: 'http-200' });
  });
});

describe('a token', () => {
  const expired = answer(401, { code: 'token-expired', detail: 'd', fix: 'f' });

  it('is fetched anew once when it has expired', async () => {
    let issued = 0;
    const token = (device: string) => `${device}-${++issued}`;
    const { client, tokens } = await against([expired, accepted], { token });
    expect(await client.send(batch('a', 1))).toMatchObject({ ok: true, attempts: 2 });
    expect(tokens).toEqual(['Bearer a-1', 'Bearer a-2']);
  });

  it('is fetched anew once when nobody trusts its signature any more, and the source is told which one was refused', async () => {
    const withdrawn = answer(401, { code: 'token-invalid', detail: 'd', fix: 'f' });
    const told: (string | undefined)[] = [];
    const token = (_device: string, refused?: string) => {
      told.push(refused);
      return refused === undefined ? 'old' : 'new';
    };
    const { client, tokens } = await against([withdrawn, accepted], { token });
    expect(await client.send(batch('a', 1))).toMatchObject({ ok: true, attempts: 2 });
    expect(tokens).toEqual(['Bearer old', 'Bearer new']);
    expect(told).toEqual([undefined, 'old']);
  });

  it('that stays expired ends the tries', async () => {
    const { client, bodies } = await against([expired], { token: () => 'old' });
    expect(await client.send(batch('a', 1))).toMatchObject({ ok: false, code: 'token-expired' });
    expect(bodies).toHaveLength(2);
  });
});

describe('order', () => {
  it('is kept within a device, also across tries; devices do not wait for each other', async () => {
    const held: ServerResponse[] = [];
    const holdA: Script = (_request, response, body) => {
      if (body === 'a:1' && held.length === 0) held.push(response);
      else accepted(_request, response, body);
    };
    const { client, bodies } = await against([holdA]);
    const ofA = [1, 2, 3].map((sequence) => client.send(batch('a', sequence)));
    expect(await client.send(batch('b', 1))).toMatchObject({ ok: true });
    expect(bodies.filter((body) => body.startsWith('a'))).toEqual(['a:1']);
    held[0]?.writeHead(503).end();
    expect((await Promise.all(ofA)).every(({ ok }) => ok)).toBe(true);
    expect(bodies.filter((body) => body.startsWith('a'))).toEqual(['a:1', 'a:1', 'a:2', 'a:3']);
  });

  it('goes on behind a batch that was refused', async () => {
    const { client } = await against([answer(400, {}), accepted]);
    const outcomes = await Promise.all([client.send(batch('a', 1)), client.send(batch('a', 2))]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true]);
  });
});
