import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type GatewayUnderTest, startGateway, stopGateways } from './gateway-under-test.ts';

afterEach(stopGateways);

/** Writes bytes to a fresh connection; the whole answer until the gateway closes it. */
function raw({ url }: GatewayUnderTest, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

describe('every answer', () => {
  it.each(['/openapi.json', '/v1/batches', '/nowhere'])('to %s tells a browser to trust nothing', async (path) => {
    const { url } = await startGateway();
    const { headers } = await fetch(url + path);
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
  });
});

describe('the HTTP parser', () => {
  it.each([
    ['text that is not HTTP', 'hello\r\n\r\n', 400, 'http-malformed'],
    [
      'two lengths, as in request smuggling',
      'POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'http-malformed',
    ],
    [
      'headers without end',
      `POST /v1/batches HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}`,
      431,
      'headers-too-large',
    ],
  ])('answers %s with a problem document and closes', async (_, bytes, status, code) => {
    const under = await startGateway();
    const answer = await raw(under, bytes);
    expect(answer.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status, code });
    expect(await under.counted(code)).toBe(1);
  });

  it('gives up on a sender that is too slow, with the time to wait', async () => {
    const under = await startGateway({ options: { requestTimeoutMs: 40 } });
    const answer = await raw(under, 'POST /v1/batches HTTP/1.1\r\nHost: x\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('Retry-After: 1\r\n');
    expect(await under.counted('request-timeout')).toBe(1);
  });
});

describe('a connection more than the gateway may hold', () => {
  it('is closed without an answer and counted, and one that is held goes on', async () => {
    const under = await startGateway({ options: { maxConnections: 1 } });
    const held = connect(Number(new URL(under.url).port), '127.0.0.1');
    await once(held, 'connect');
    expect(await raw(under, '').catch(() => '')).toBe('');
    expect(await under.exposition()).toContain('gaitkeeper_ingest_connections_refused_total 1');
    expect(under.logLines()).toContain('ingestMaxConnections');
    held.end('GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await text(held)).toMatch(/^HTTP\/1.1 404 /);
  });
});
