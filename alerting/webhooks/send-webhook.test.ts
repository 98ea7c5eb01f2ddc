import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { findProgram } from '../../deploy/local/find-program.ts';
import { createTemporaryFolder } from '../../deploy/local/temporary-folder.ts';
import { createManualClock } from '../../platform/clock.ts';
import { createAddressJudge, readNetwork } from './address-rules.ts';
import { createSendWebhook, type SendWebhookOptions } from './send-webhook.ts';

const nowMs = 1_790_000_000_123;
const body = Buffer.from('{"requestId":"1"}');
const secret = 's'.repeat(32);
const loopback = readNetwork('127.0.0.0/8');
const inside = createAddressJudge(loopback === undefined ? [] : [loopback]);
const openssl = findProgram('openssl', 'install openssl');

interface Received {
  request: IncomingMessage;
  body: Buffer;
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A receiver that answers each request as it is told. */
async function receiver(answer: RequestListener) {
  const received: Received[] = [];
  const port = await listening(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ request, body: Buffer.concat(chunks) });
        answer(request, response);
      });
    }),
  );
  return { port, received };
}

function sending(given: Partial<SendWebhookOptions> & { port: number; host?: string }) {
  const clock = createManualClock(nowMs);
  const { port, host = 'identity.example', ...options } = given;
  const send = createSendWebhook({
    url: new URL(`http://${host}:${port}/hooks?from=gaitkeeper`),
    secrets: [secret],
    mayReach: inside,
    resolve: async () => ['127.0.0.1'],
    timeoutMs: 1_000,
    clock,
    ...options,
  });
  return { clock, send: (signal = new AbortController().signal) => send(body, 'id-7', signal) };
}

/** HMAC as RFC 2104 has it, over WebCrypto: nothing of what is under test. */
async function hmac(key: string, message: Buffer): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', Buffer.from(key), algorithm, false, ['sign']);
  return Buffer.from(await crypto.subtle.sign('HMAC', imported, message)).toString('hex');
}

describe('a webhook', () => {
  it('posts the very bytes, under its idempotency key and a signature that the receiver can check', async () => {
    const { port, received } = await receiver((_request, response) => response.writeHead(204).end());
    const other = 't'.repeat(40);
    expect(await sending({ port, secrets: [secret, other] }).send()).toEqual({
      outcome: 'delivered',
      detail: 'status 204',
    });
    const [{ request, body: sent } = { request: undefined, body: undefined }] = received;
    expect([request?.method, request?.url, sent]).toEqual(['POST', '/hooks?from=gaitkeeper', body]);
    expect(request?.headers).toMatchObject({
      host: `identity.example:${port}`,
      'content-type': 'application/json',
      'idempotency-key': 'id-7',
      'gaitkeeper-timestamp': '1790000000',
    });
    const signed = Buffer.concat([Buffer.from('1790000000.'), body]);
    const signatures = [`v1=${await hmac(secret, signed)}`, `v1=${await hmac(other, signed)}`];
    expect(request?.headers['gaitkeeper-signature']).toBe(signatures.join(', '));
  });

  it.each([
    [200, 'delivered'],
    [302, 'redirected'],
    [307, 'redirected'],
    [401, 'refused'],
    [404, 'refused'],
    [429, 'broken'],
    [500, 'broken'],
  ])('answered with %i is %s, and goes nowhere else', async (status, outcome) => {
    const elsewhere = await receiver((_request, response) => response.end());
    const { port } = await receiver((_request, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${elsewhere.port}/` }).end('x'.repeat(100_000)),
    );
    expect(await sending({ port }).send()).toEqual({ outcome, detail: `status ${status}` });
    expect(elsewhere.received).toEqual([]);
  });

  it('does not wait for the end of an answer', async () => {
    const { port } = await receiver((_request, response) => response.writeHead(202).write('and so on'));
    expect(await sending({ port }).send()).toMatchObject({ outcome: 'delivered' });
  });

  it('that nobody answers ends at its time, and one that is cut at once', async () => {
    let heard: () => void = () => undefined;
    const { port } = await receiver(() => heard());
    const { send, clock } = sending({ port });
    const isHeard = () =>
      new Promise<void>((resolve) => {
        heard = resolve;
      });
    let waiting = isHeard();
    const late = send();
    await waiting;
    clock.advance(1_000);
    expect(await late).toEqual({ outcome: 'timeout', detail: '1000 ms' });
    waiting = isHeard();
    const cutting = new AbortController();
    const cut = send(cutting.signal);
    await waiting;
    cutting.abort();
    expect(await cut).toEqual({ outcome: 'cut', detail: '' });
    expect(await send(AbortSignal.abort())).toEqual({ outcome: 'cut', detail: '' });
  });

  it('whose name takes too long to resolve ends at its time too', async () => {
    const { send, clock } = sending({ port: 1, resolve: () => new Promise(() => undefined) });
    const late = send();
    clock.advance(1_000);
    expect(await late).toMatchObject({ outcome: 'timeout' });
  });

  it('to a port where nobody listens, or nobody speaks HTTP, says so', async () => {
    const closed = createServer();
    const port = await listening(closed);
    servers.splice(servers.indexOf(closed), 1);
    await new Promise((resolve) => closed.close(resolve));
    expect(await sending({ port }).send()).toEqual({ outcome: 'unreachable', detail: 'ECONNREFUSED' });
    const { port: odd } = await receiver((request) => request.socket.end('no such protocol\r\n\r\n'));
    expect(await sending({ port: odd }).send()).toMatchObject({ outcome: 'broken' });
  });

  it('never connects where the name leads inside, even beside an address outside', async () => {
    const { port, received } = await receiver((_request, response) => response.end());
    const mayReach = createAddressJudge([]);
    const outcomes = [];
    for (const addresses of [['127.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['::ffff:127.0.0.1'], ['169.254.169.254']]) {
      outcomes.push((await sending({ port, mayReach, resolve: async () => addresses }).send()).outcome);
    }
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433']) {
      outcomes.push((await sending({ port, mayReach, host, resolve: async () => ['1.1.1.1'] }).send()).outcome);
    }
    expect(new Set(outcomes)).toEqual(new Set(['address-refused']));
    expect(received).toEqual([]);
  });

  it('asks for the address once, and connects to that one', async () => {
    const { port, received } = await receiver((_request, response) => response.end());
    const asked: string[] = [];
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return asked.length === 1 ? ['127.0.0.1'] : ['1.1.1.1'];
    };
    expect(await sending({ port, resolve }).send()).toMatchObject({ outcome: 'delivered' });
    expect([asked, received.length]).toEqual([['identity.example'], 1]);
  });

  it('to a name that nobody has says so', async () => {
    const resolve = async () => Promise.reject(new Error('ENOTFOUND'));
    expect(await sending({ port: 1, resolve }).send()).toEqual({ outcome: 'name-unresolved', detail: '' });
  });
});

const describeTls = openssl.ok ? describe : describe.skip;

describeTls('a webhook over TLS (with openssl on the PATH)', () => {
  let key = '';
  let certificate = '';

  beforeAll(async () => {
    const folder = await createTemporaryFolder('gaitkeeper-webhook-');
    const [keyFile, certificateFile] = [join(folder.path, 'key.pem'), join(folder.path, 'certificate.pem')];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const names = ['-subj', '/CN=identity.example', '-addext', 'subjectAltName=DNS:identity.example'];
    const program = openssl.ok ? openssl.path : '';
    await promisify(execFile)(program, [...made, ...names, '-keyout', keyFile, '-out', certificateFile]);
    [key, certificate] = [readFileSync(keyFile, 'utf8'), readFileSync(certificateFile, 'utf8')];
    await folder.remove();
  });

  async function over(host: string, ca?: string) {
    const port = await listening(
      createTlsServer({ key, cert: certificate }, (_request, response) => response.end()) as unknown as Server,
    );
    const url = new URL(`https://${host}:${port}/`);
    return (await sending({ port, url, ...(ca === undefined ? {} : { ca }) }).send()).outcome;
  }

  it('checks the certificate against the name, though it connects to the address', async () => {
    expect(await over('identity.example', certificate)).toBe('delivered');
    expect(await over('other.example', certificate)).toBe('unreachable');
    expect(await over('identity.example')).toBe('unreachable');
  });
});
