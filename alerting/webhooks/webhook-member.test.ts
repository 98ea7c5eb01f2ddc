import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Broker } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createManualClock } from '../../platform/clock.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { createDeadLetterCodec } from '../../schemas/dead-letter.ts';
import { until } from '../../test/contracts/staged-run.ts';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import { recordsIn } from '../../test/fixtures/records-in.ts';
import {
  maxResponseRequestBytes,
  type ResponseRequest,
  readResponseRequest,
  responseActions,
  responseRequestLine,
} from './response-request.ts';
import type { AttemptOutcome, SendWebhook } from './send-webhook.ts';
import { createWebhookMember } from './webhook-member.ts';

const topics = { responseRequests: 'requests', deadLetters: 'dead' };
const group = 'webhooks';
const startMs = 1_790_000_000_000;
const subject = 'a'.repeat(32);

function requestOf(given: Partial<ResponseRequest> = {}): ResponseRequest {
  return {
    requestId: '1'.repeat(32),
    tenant: 'acme',
    subject,
    device: 'b'.repeat(32),
    session: 'c'.repeat(32),
    incidentId: 'd'.repeat(32),
    revision: 1,
    pattern: 'behaviour-mismatch',
    severity: 'high',
    requested: 'step-up',
    atMs: startMs,
    expiresAtMs: startMs + 900_000,
    ...given,
  };
}

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** How an attempt ends; `hangs` until it is cut. */
type Answer = AttemptOutcome | 'hangs';

async function installation(answers: readonly Answer[], maxAttempts = 4) {
  const clock = createManualClock(startMs);
  const broker = createMemoryBroker({ now: () => clock.nowMs() });
  await broker.connect();
  const definition = { partitions: 1, replicationFactor: 1, config: {} };
  await broker.createTopics(Object.values(topics).map((name) => ({ name, ...definition })));
  const left = [...answers];
  const sent: { id: string; atMs: number; body: string }[] = [];
  const send: SendWebhook = async (body, id, signal) => {
    sent.push({ id, atMs: clock.nowMs() - startMs, body: body.toString() });
    const answer = left.shift() ?? 'delivered';
    if (answer !== 'hangs') return { outcome: answer, detail: 'status 500' };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { outcome: 'cut', detail: '' };
  };
  // The broker's own pauses take the computer's time; the member looks at the clock that it was given.
  const consume: Broker['consume'] = (subscription, handler) =>
    broker.consume(subscription, async (batch) => {
      const outcome = await handler(batch);
      return outcome.kind === 'pause' ? { ...outcome, resumeAfterMs: 0 } : outcome;
    });
  const { log, lines } = createCapturedLog();
  const metrics = createMetrics();
  const random = createSeededRandom(7);
  const start = async () => {
    const member = createWebhookMember({
      ...{
        broker: { ...broker, consume },
        topics,
        group,
        send,
        clock,
        random: () => random.next(),
        log,
        metrics,
        maxAttempts,
      },
    });
    cleanUps.push(() => member.stop());
    await member.start();
    return member;
  };
  cleanUps.push(() => broker.close());
  const put = (values: readonly (Buffer | null)[]) =>
    broker.produce(values.map((value) => ({ topic: topics.responseRequests, key: Buffer.from(subject), value })));
  const committed = async () => (await broker.committedOffsets(group, topics.responseRequests))[0]?.offset;
  const letters = async () => {
    const codec = createDeadLetterCodec();
    return (await recordsIn(broker, topics.deadLetters)).map(({ value }) => codec.decode(value));
  };
  return { broker, clock, committed, letters, lines, metrics, put, sent, start };
}

describe('a response request', () => {
  const hex = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
  const anyRequest = fc.record({
    requestId: hex,
    subject: hex,
    tenant: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 32 }),
    requested: fc.constantFrom(...responseActions),
    revision: fc.integer({ min: 1, max: 0x7fffffff }),
  });

  it('is read back as it was written, in one line that fits', () => {
    fc.assert(
      fc.property(anyRequest, (given) => {
        const request = requestOf(given);
        const line = responseRequestLine(request);
        expect(readResponseRequest(line)).toEqual({ ok: true, value: request });
        expect(line.length).toBeLessThanOrEqual(maxResponseRequestBytes);
        expect(line.includes(10)).toBe(false);
      }),
    );
  });

  it('has the same bytes in whichever order somebody put it together', () => {
    const turned = Object.fromEntries(Object.entries(requestOf()).reverse()) as unknown as ResponseRequest;
    expect(responseRequestLine(turned)).toEqual(responseRequestLine(requestOf()));
  });

  it('asks for nothing but another authentication', () => {
    for (const requested of ['disable-account', 'dismiss', '']) {
      const line = Buffer.from(JSON.stringify({ ...requestOf(), requested }));
      expect(readResponseRequest(line)).toMatchObject({ ok: false, reason: 'malformed' });
    }
  });
});

describe('the webhooks', () => {
  it('send each request once, in order, the bytes as they stand, and commit what was delivered', async () => {
    const { start, put, sent, committed, lines, metrics } = await installation([]);
    const requests = ['1', '2', '3'].map((digit) => requestOf({ requestId: digit.repeat(32) }));
    await put(requests.map(responseRequestLine));
    await start();
    await until(async () => (await committed()) === 3);
    expect(sent.map(({ body }) => body)).toEqual(requests.map((request) => responseRequestLine(request).toString()));
    expect(sent.map(({ id }) => id)).toEqual(requests.map(({ requestId }) => requestId));
    expect(await metrics.exposition()).toContain('gaitkeeper_webhook_requests_total{outcome="delivered"} 3');
    expect(lines.join('')).not.toContain('aaaaaaaa');
  });

  it('try again ever later under the same key, and nothing behind it overtakes', async () => {
    const { start, put, sent, committed, clock } = await installation(['broken', 'timeout', 'unreachable']);
    await put([responseRequestLine(requestOf()), responseRequestLine(requestOf({ requestId: '2'.repeat(32) }))]);
    await start();
    await until(async () => {
      clock.advance(50);
      return (await committed()) === 2;
    });
    expect(sent.map(({ id }) => id[0])).toEqual(['1', '1', '1', '1', '2']);
    const gaps = sent.slice(1, 4).map(({ atMs }, at) => atMs - (sent[at]?.atMs ?? 0));
    for (const [attempt, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(500 * 2 ** attempt);
    }
  });

  it('set a request aside after so many attempts, with why, and go on', async () => {
    const { start, put, sent, committed, clock, letters, metrics } = await installation(
      ['refused', 'refused', 'refused'],
      3,
    );
    await put([responseRequestLine(requestOf()), responseRequestLine(requestOf({ requestId: '2'.repeat(32) }))]);
    await start();
    await until(async () => {
      clock.advance(50);
      return (await committed()) === 2;
    });
    expect(sent.map(({ id }) => id[0])).toEqual(['1', '1', '1', '2']);
    expect(await letters()).toMatchObject([
      {
        ok: true,
        value: { stage: 'alerting-webhooks', reason: 'webhook-failed', detail: 'refused status 500', tenant: 'acme' },
      },
    ]);
    expect(await metrics.exposition()).toContain('gaitkeeper_webhook_requests_total{outcome="failed"} 1');
  });

  it('ask nobody about a session of long ago, and set aside what is no request', async () => {
    const { start, put, sent, committed, letters, metrics } = await installation([]);
    await put([
      responseRequestLine(requestOf({ expiresAtMs: startMs })),
      Buffer.from('{"requested":"dismiss"}'),
      null,
      responseRequestLine(requestOf({ requestId: '2'.repeat(32) })),
    ]);
    await start();
    await until(async () => (await committed()) === 4);
    expect(sent.map(({ id }) => id[0])).toEqual(['2']);
    expect(await letters()).toMatchObject([{ value: { reason: 'malformed' } }, { value: { reason: 'empty' } }]);
    expect(await metrics.exposition()).toContain('gaitkeeper_webhook_requests_total{outcome="expired"} 1');
  });

  it('leave a receiver alone that is down, until what waits for it expires', async () => {
    const { start, put, sent, committed, clock, metrics } = await installation(Array(500).fill('unreachable'), 100);
    await put([responseRequestLine(requestOf({ expiresAtMs: startMs + 300_000 }))]);
    await start();
    let wasOpen = false;
    await until(async () => {
      clock.advance(250);
      wasOpen ||= (await metrics.exposition()).includes('gaitkeeper_webhook_circuit_open 1');
      return (await committed()) === 1;
    });
    expect(wasOpen).toBe(true);
    expect(sent.length).toBeGreaterThan(5);
    expect(sent.length).toBeLessThan(30);
    expect(Math.max(...sent.map(({ atMs }) => atMs))).toBeLessThan(300_000);
  });

  it('send again, under the same key, what was sent and not committed when they were cut', async () => {
    const { start, put, sent, committed } = await installation(['hangs']);
    await put([responseRequestLine(requestOf())]);
    const first = await start();
    await until(() => sent.length === 1);
    first.cut();
    await first.stop();
    expect(await committed()).toBe(-1);
    const second = await start();
    await until(async () => (await committed()) === 1);
    expect(sent.map(({ id }) => id)).toEqual(['1'.repeat(32), '1'.repeat(32)]);
    expect(second.health()).toMatchObject({ consumption: { state: 'running' }, paused: [], inHandMs: 0 });
  });
});
