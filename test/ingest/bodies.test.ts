import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { hostileBatches } from '../samples/hostile-corpus.ts';
import { batchOf, codec, startGateway, startMs, stopGateways } from './gateway-under-test.ts';

afterEach(stopGateways);

const avro = () => codec.encode(batchOf());
const json = (changes: object = {}) => JSON.stringify({ ...batchOf(), ...changes });
const asJson = { 'content-type': 'application/json' };

describe('a batch', () => {
  it('is accepted once the broker has it, stamped with tenant, time and handling, under pseudonyms', async () => {
    const { send, records } = await startGateway();
    const answer = await send(batchOf({ tenant: 'somebody-else', receivedAtMs: 7, handling: 'shed' }));
    expect(answer).toMatchObject({ status: 202, body: { status: 'accepted', sequence: 1 } });
    const [record] = await records();
    const decoded = codec.decode(record?.value ?? null);
    if (!decoded.ok) throw new Error(decoded.detail);
    const stamps = { tenant: 'acme', receivedAtMs: startMs, handling: 'full' };
    expect(decoded.value).toMatchObject({ ...stamps, sequence: 1, durationMs: 4200 });
    expect(record?.key?.toString()).toBe(decoded.value.subject);
    expect(decoded.value.subject).not.toBe(batchOf().subject);
  });

  it('makes the same record from every format and framing', async () => {
    const bodies: [Buffer | string, string][] = [
      [avro(), 'avro/binary'],
      [avro(), 'application/octet-stream'],
      [codec.encodeConfluent(batchOf(), 6), 'avro/binary'],
      [JSON.stringify(batchOf()), 'application/json'],
      [JSON.stringify(batchOf()), 'application/json; charset=utf-8'],
    ];
    const made = new Set<string>();
    for (const [body, type] of bodies) {
      const { post, records } = await startGateway();
      expect((await post(body, { 'content-type': type })).status).toBe(202);
      made.add((await records()).map(({ key, value }) => `${key?.toString()} ${value?.toString('hex')}`).join());
    }
    expect(made.size).toBe(1);
  });

  it('loses at the door what is finer than the grid, and is the same batch with and without it', async () => {
    const { send, records } = await startGateway();
    const [first, ...rest] = batchOf().keystrokes;
    const [stroke] = batchOf().pointer;
    if (first === undefined || stroke === undefined) throw new Error('the batch is empty');
    const fine = batchOf({
      keystrokes: [{ ...first, holdMs: 97, pressPressMs: 138 }, ...rest],
      pointer: [{ ...stroke, dtMs: [7, 9], pauseMs: 301 }],
    });
    expect((await send(fine)).status).toBe(202);
    expect((await send(batchOf())).status).toBe(200);
    const decoded = codec.decode((await records())[0]?.value ?? null);
    if (!decoded.ok) throw new Error(decoded.detail);
    expect(decoded.value.keystrokes).toContainEqual(first);
    expect(decoded.value.pointer).toEqual([stroke]);
  });

  it('loses the order of its keystrokes at the door', async () => {
    const made = new Set<string>();
    for (const keystrokes of [batchOf().keystrokes, batchOf().keystrokes.toReversed()]) {
      const { send, records } = await startGateway();
      await send(batchOf({ keystrokes }));
      made.add((await records())[0]?.value?.toString('hex') ?? '');
    }
    expect(made.size).toBe(1);
  });
});

describe('a body that is refused', () => {
  const futureSchema = () => Buffer.concat([Buffer.from('c301ffffffffffffffff', 'hex'), avro().subarray(10)]);
  const bomb = () => Buffer.concat([avro().subarray(0, 10), Buffer.alloc(70, 1), Buffer.from('80e1eb17', 'hex')]);
  const cases: [string, Buffer | string, Record<string, string>, number, string][] = [
    ['nothing', '', {}, 400, 'malformed'],
    ['truncated Avro', avro().subarray(0, -3), {}, 400, 'malformed'],
    ['a header only', avro().subarray(0, 10), {}, 400, 'malformed'],
    ['Avro with bytes behind it', Buffer.concat([avro(), Buffer.of(0)]), {}, 400, 'malformed'],
    ['neither framing', Buffer.from('hello'), {}, 400, 'malformed'],
    ['JSON that is called Avro', json(), {}, 400, 'malformed'],
    ['Avro that is called JSON', avro(), asJson, 400, 'malformed'],
    ['truncated JSON', json().slice(0, -5), asJson, 400, 'malformed'],
    ['JSON that is not UTF-8', Buffer.of(0x22, 0xff, 0x22), asJson, 400, 'malformed'],
    ['NaN, which JSON does not have', json().replace('4200', 'NaN'), asJson, 400, 'malformed'],
    ['a number beyond every double', json().replace('4200', '1e999'), asJson, 400, 'malformed'],
    ['a field nobody knows', json({ password: 'x' }), asJson, 400, 'malformed'],
    ['a polluted prototype', `{"__proto__":{"a":1},${json().slice(1)}`, asJson, 400, 'malformed'],
    ['30,000 nested arrays', '['.repeat(30_000), asJson, 400, 'malformed'],
    ['a future schema', futureSchema(), {}, 400, 'schema-unknown'],
    [
      'an unknown registry id',
      Buffer.concat([Buffer.from('00000000ff', 'hex'), avro().subarray(10)]),
      {},
      400,
      'schema-unknown',
    ],
    [
      'a template activation, which only the training may send',
      Buffer.concat([Buffer.from('0000000002', 'hex'), avro().subarray(10)]),
      {},
      400,
      'schema-unknown',
    ],
    [
      'a negative hold',
      json({ keystrokes: [{ zonePair: 1, holdMs: -5, pressPressMs: null, releasePressMs: null }] }),
      asJson,
      400,
      'out-of-range',
    ],
    ['a negative duration', json({ durationMs: -1 }), asJson, 400, 'out-of-range'],
    ['an array of 50 million items', bomb(), {}, 400, 'malformed'],
    ['too many keystrokes', json({ keystrokes: Array(26).fill(batchOf().keystrokes[0]) }), asJson, 400, 'out-of-range'],
    ['more than a batch may take', Buffer.alloc(64 * 1024 + 1), {}, 413, 'body-too-large'],
    ['no content type', avro(), { 'content-type': '' }, 415, 'content-type-unsupported'],
    ['another content type', avro(), { 'content-type': 'text/csv' }, 415, 'content-type-unsupported'],
    ['a gzip body', gzipSync(avro()), { 'content-encoding': 'gzip' }, 415, 'content-encoding-unsupported'],
  ];

  it.each(cases)('%s is named, counted and recorded nowhere', async (_, body, headers, status, code) => {
    const { post, records, counted, send } = await startGateway();
    const answer = await post(body, headers);
    expect([answer.status, answer.body]).toMatchObject([
      status,
      { code, status, type: `urn:gaitkeeper:problem:${code}` },
    ]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.detail.length * answer.body.fix.length * answer.body.title.length).toBeGreaterThan(0);
    expect(await counted(code)).toBe(1);
    expect(await records()).toEqual([]);
    expect((await send(batchOf())).status).toBe(202);
  });

  it('because it was sent to hurt takes nothing down', async () => {
    const { post, send, records } = await startGateway();
    const hostile = hostileBatches();
    expect(hostile.length).toBeGreaterThan(10);
    for (const { name, bytes } of hostile) {
      const { status, body } = await post(bytes);
      expect([name, [400, 413].includes(status), typeof body.fix]).toEqual([name, true, 'string']);
    }
    expect(await records()).toEqual([]);
    expect((await send(batchOf())).status).toBe(202);
  });

  it('names the field that is out of range and its bound', async () => {
    const { post } = await startGateway();
    const keystrokes = [{ zonePair: 1, holdMs: 60_001, pressPressMs: null, releasePressMs: null }];
    const { body } = await post(json({ keystrokes }), asJson);
    expect(body.detail).toContain('keystrokes[0].holdMs');
    expect(body.detail).toContain('60000');
  });

  it('that ends early is named and recorded nowhere', async () => {
    const { url, token, records, counted } = await startGateway();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const head = ['POST /v1/batches HTTP/1.1', 'Host: gateway', `Authorization: Bearer ${token}`];
    head.push('Content-Type: avro/binary', `Content-Length: ${avro().length}`, '', '');
    socket.end(Buffer.concat([Buffer.from(head.join('\r\n')), avro().subarray(0, 20)]));
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code: 'body-incomplete' });
    expect(await counted('body-incomplete')).toBe(1);
    expect(await records()).toEqual([]);
  });

  it('at another path or method is told where batches go', async () => {
    const { url } = await startGateway();
    for (const [path, method] of [
      ['/v1/batch', 'POST'],
      ['/v1/batches', 'GET'],
      ['/', 'GET'],
    ] as const) {
      const response = await fetch(url + path, { method });
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'not-found' }]);
    }
  });
});
