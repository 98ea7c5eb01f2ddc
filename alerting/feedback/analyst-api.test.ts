import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Broker } from '../../platform/broker/broker.ts';
import { BrokerUnavailable } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createManualClock } from '../../platform/clock.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import { recordsIn } from '../../test/fixtures/records-in.ts';
import { createAnalystApi } from './analyst-api.ts';
import { readAnalystTokens } from './analyst-tokens.ts';
import { readFeedback } from './feedback-record.ts';

const topics = { feedback: 'feedback' };
const subject = 'a'.repeat(32);
const incidentId = '1'.repeat(32);
const nowMs = 1_790_000_000_000;
const digestOf = (token: string) => createHash('sha256').update(token).digest('hex');

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function serve({
  produce,
  requestsPerMinute = 100,
}: {
  produce?: Broker['produce'];
  requestsPerMinute?: number;
}) {
  const broker = createMemoryBroker();
  await broker.connect();
  await broker.createTopics([{ name: topics.feedback, partitions: 2, replicationFactor: 1, config: {} }]);
  const read = readAnalystTokens(`avery acme ${digestOf('token-a')}\nblake * ${digestOf('token-b')}`);
  if (!read.ok) throw new Error(read.detail);
  const { log, lines } = createCapturedLog();
  const metrics = createMetrics();
  const clock = createManualClock(nowMs);
  const api = createAnalystApi(
    { broker: produce === undefined ? broker : { produce }, topics, tokens: read.tokens, clock, log, metrics },
    { host: '127.0.0.1', port: 0, requestsPerMinute },
  );
  const { url } = await api.start();
  cleanUps.push(
    () => broker.close(),
    () => api.stop(),
  );
  const post = (body: unknown, headers: Record<string, string> = {}, id = incidentId) =>
    fetch(`${url}/v1/incidents/${id}/feedback`, {
      method: 'POST',
      headers: { authorization: 'Bearer token-a', 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { api, broker, clock, lines, metrics, post, url };
}

const body = { ruling: 'false-positive', subject };

describe("the analysts' API", () => {
  it('answers 202 with the place of the ruling, which stands on the feedback topic under the subject', async () => {
    const { broker, post, metrics } = await serve({});
    const answer = await post(body);
    const told = await answer.json();
    expect([answer.status, told]).toEqual([
      202,
      {
        incidentId,
        ruling: 'false-positive',
        recordedAt: { topic: 'feedback', partition: expect.any(Number), offset: 0 },
      },
    ]);
    const [record] = await recordsIn(broker, topics.feedback);
    expect(record?.key?.toString()).toBe(subject);
    expect(readFeedback(record?.value ?? null)).toEqual({
      ok: true,
      value: { tenant: 'acme', subject, incidentId, ruling: 'false-positive', by: 'avery', ruledAtMs: nowMs },
    });
    expect(await metrics.exposition()).toContain('gaitkeeper_analyst_requests_total{outcome="accepted"} 1');
  });

  it.each([
    ['no token', body, { authorization: '' }, 401, 'token-missing'],
    ['a token that nobody has', body, { authorization: 'Bearer token-c' }, 401, 'token-unknown'],
    ['another scheme', body, { authorization: 'Basic token-a' }, 401, 'token-missing'],
    ['another format', body, { 'content-type': 'text/plain' }, 415, 'content-type-unsupported'],
    ['too much', { ...body, note: 'x'.repeat(2_000) }, {}, 413, 'body-too-large'],
    ['no JSON', '{', {}, 400, 'body-malformed'],
    ['an unknown word', { ...body, ruling: 'fire-them' }, {}, 400, 'body-malformed'],
    ['no subject', { ruling: 'unsure' }, {}, 400, 'body-malformed'],
    ['a name for a subject', { ...body, subject: 'avery.example' }, {}, 400, 'body-malformed'],
    ['another field', { ...body, by: 'somebody' }, {}, 400, 'body-malformed'],
    ["another tenant's incident", { ...body, tenant: 'other' }, {}, 403, 'tenant-foreign'],
    ['no tenant, from an analyst of all', body, { authorization: 'Bearer token-b' }, 400, 'body-malformed'],
  ])('refuses %s, records nothing and logs nothing of it', async (_what, sent, headers, status, code) => {
    const { broker, post, lines } = await serve({});
    const answer = await post(sent, headers);
    const told = await answer.text();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(told)).toMatchObject({ code, status });
    expect(told).not.toMatch(/fire-them|avery\.example|token-[abc]/);
    expect(await recordsIn(broker, topics.feedback)).toEqual([]);
    expect(lines.join('')).not.toMatch(/token-[abc]|avery|aaaaaaaa/);
  });

  it('names the field that is wrong', async () => {
    const { post } = await serve({});
    expect(await (await post({ ruling: 'unsure' })).json()).toMatchObject({
      detail: expect.stringContaining('subject'),
    });
    expect((await (await post(body, {}, 'INC-7')).json()) as object).toMatchObject({ code: 'incident-malformed' });
  });

  it('lets an analyst of every tenant say which one is meant', async () => {
    const { broker, post } = await serve({});
    const answer = await post({ ...body, tenant: 'other' }, { authorization: 'Bearer token-b' });
    expect(answer.status).toBe(202);
    const [record] = await recordsIn(broker, topics.feedback);
    expect(readFeedback(record?.value ?? null)).toMatchObject({ value: { tenant: 'other', by: 'blake' } });
  });

  it('answers 503 and when to come back while the brokers are away, and 500 without a word for a defect', async () => {
    let error: Error = new BrokerUnavailable('away');
    const { post, lines } = await serve({ produce: () => Promise.reject(error) });
    const away = await post(body);
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
    error = new Error('a defect with secret-detail');
    const broken = await post(body);
    expect(broken.status).toBe(500);
    expect(await broken.text()).not.toContain('secret-detail');
    expect(lines.join('')).toContain('request of an analyst failed');
  });

  it('bounds what one analyst may ask in a minute, and nobody else', async () => {
    const { post, clock } = await serve({ requestsPerMinute: 2 });
    const statuses = [(await post(body)).status, (await post(body)).status];
    const refused = await post(body);
    expect([...statuses, refused.status, refused.headers.get('retry-after')]).toEqual([202, 202, 429, '30']);
    const other = await post({ ...body, tenant: 'acme' }, { authorization: 'Bearer token-b' });
    expect(other.status).toBe(202);
    clock.advance(30_000);
    expect((await post(body)).status).toBe(202);
  });

  it('has nothing at other places', async () => {
    const { url } = await serve({});
    const answer = await fetch(`${url}/v1/incidents`);
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'not-found' }]);
  });
});
