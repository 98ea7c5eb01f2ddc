import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Broker, BrokerUnavailable } from '../../platform/broker/broker.ts';
import { createManualClock } from '../../platform/clock.ts';
import type { KeyValueStore } from '../../platform/store/key-value-store.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { StoreUnavailable } from '../../platform/store/state-store.ts';
import { batchOf, memoryBroker, startGateway, startMs, stopGateways } from './gateway-under-test.ts';
import { heldBroker, turns, until } from './held-broker.ts';

afterEach(stopGateways);

const down: KeyValueStore = {
  getMany: () => Promise.reject(new StoreUnavailable('away')),
  put: () => Promise.reject(new StoreUnavailable('away')),
  putIfAbsent: () => Promise.reject(new StoreUnavailable('away')),
  delete: () => Promise.reject(new StoreUnavailable('away')),
  keys: () => {
    throw new StoreUnavailable('away');
  },
  ping: () => Promise.reject(new StoreUnavailable('away')),
};

describe('acknowledgement', () => {
  it('is never given before the broker gave its own', async () => {
    const { broker, calls } = heldBroker();
    const { send } = await startGateway({ broker });
    let answered = false;
    const answer = send(batchOf()).finally(() => {
      answered = true;
    });
    await until(() => calls.length === 1);
    await turns(50);
    expect(answered).toBe(false);
    calls.release();
    expect((await answer).status).toBe(202);
  });

  it('fails for every batch of a call that the broker did not acknowledge, and none is marked as seen', async () => {
    const memory = await memoryBroker();
    let away = true;
    const broker: Pick<Broker, 'produce'> = {
      produce: (records) => (away ? Promise.reject(new BrokerUnavailable('no leader')) : memory.produce(records)),
    };
    const { send, counted } = await startGateway({ broker });
    const sequences = [1, 2, 3, 4, 5];
    const refused = await Promise.all(sequences.map((sequence) => send(batchOf({ sequence }))));
    for (const { status, body, headers } of refused) {
      expect([status, body.code]).toEqual([503, 'broker-unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await counted('broker-unavailable')).toBe(5);
    away = false;
    const accepted = await Promise.all(sequences.map((sequence) => send(batchOf({ sequence }))));
    expect(accepted.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
  });

  it('is not waited for longer than the bound; one that comes later still makes the resend a duplicate', async () => {
    const { broker, calls } = heldBroker();
    const { send, clock } = await startGateway({ broker, options: { acknowledgeTimeoutMs: 3000 } });
    const answer = send(batchOf());
    await until(() => calls.length === 1);
    clock.advance(3000);
    expect(await answer).toMatchObject({ status: 503, body: { code: 'broker-unavailable' } });
    const resend = send(batchOf());
    calls.release();
    expect(await resend).toMatchObject({ status: 200, body: { status: 'duplicate' } });
    expect(calls.length).toBe(1);
  });

  it('of concurrent batches is asked for in few calls, each batch once', async () => {
    const { broker, calls } = heldBroker();
    const { send, exposition } = await startGateway({ broker });
    const first = send(batchOf({ sequence: 0 }));
    await until(() => calls.length === 1);
    const rest = Array.from({ length: 20 }, (_, index) => send(batchOf({ sequence: index + 1 })));
    await until(async () => (await exposition()).includes('gaitkeeper_ingest_pending_batches 21'));
    await turns(20);
    calls.release();
    expect((await Promise.all([first, ...rest])).every(({ status }) => status === 202)).toBe(true);
    expect(calls.map(({ records }) => records.length)).toEqual([1, 20]);
  });

  it('is not waited for by more batches than the bound', async () => {
    const { broker, calls } = heldBroker();
    const { send, counted, exposition } = await startGateway({ broker, options: { maxPendingBatches: 2 } });
    const waiting = [send(batchOf({ sequence: 1 })), send(batchOf({ sequence: 2 }))];
    await until(async () => (await exposition()).includes('gaitkeeper_ingest_pending_batches 2'));
    const third = await send(batchOf({ sequence: 3 }));
    expect(third).toMatchObject({ status: 429, body: { code: 'queue-full' } });
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await counted('queue-full')).toBe(1);
    calls.release();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([202, 202]);
    expect((await send(batchOf({ sequence: 3 }))).status).toBe(202);
  });
});

describe('a batch sent twice', () => {
  it('is recorded once, in whatever format it comes again', async () => {
    const { send, post, records, counted } = await startGateway();
    expect((await send(batchOf())).status).toBe(202);
    expect(await send(batchOf())).toMatchObject({ status: 200, body: { status: 'duplicate', sequence: 1 } });
    const again = await post(JSON.stringify(batchOf()), { 'content-type': 'application/json' });
    expect(again).toMatchObject({ status: 200, body: { status: 'duplicate' } });
    expect(await records()).toHaveLength(1);
    expect(await counted('duplicate')).toBe(2);
  });

  it('at the same time has one outcome and one record', async () => {
    const { broker, calls } = heldBroker();
    const { send } = await startGateway({ broker });
    const twins = Array.from({ length: 5 }, () => send(batchOf()));
    await until(() => calls.length === 1);
    await turns(100);
    calls.release();
    const statuses = (await Promise.all(twins)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 200, 200, 202]);
    expect(calls.flatMap(({ records }) => records)).toHaveLength(1);
  });

  it('at the same time fails together', async () => {
    const { broker, calls } = heldBroker();
    const { send } = await startGateway({ broker });
    const twins = [send(batchOf()), send(batchOf())];
    await until(() => calls.length === 1);
    await turns(100);
    calls[0]?.fail(new BrokerUnavailable('no leader'));
    expect((await Promise.all(twins)).map(({ status }) => status)).toEqual([503, 503]);
    expect(calls).toHaveLength(1);
  });

  it('is known to another gateway with the same store, until its mark expires', async () => {
    const clock = createManualClock(startMs);
    const shared = { store: new MemoryKeyValueStore({ clock }), clock, options: { seenForMs: 5 * 60_000 } };
    const one = await startGateway(shared);
    expect((await one.send(batchOf())).status).toBe(202);
    // The other one never recorded the batch, so it knows what the store knows and no more.
    const two = await startGateway(shared);
    expect((await two.send(batchOf())).status).toBe(200);
    clock.advance(5 * 60_000 - 1);
    expect((await two.send(batchOf())).status).toBe(200);
    clock.advance(1);
    expect((await two.send(batchOf())).status).toBe(202);
  });

  it('with another content is told that it was not recorded', async () => {
    const { send, records } = await startGateway();
    await send(batchOf());
    expect(await send(batchOf({ durationMs: 1 }))).toMatchObject({ status: 409, body: { code: 'sequence-reused' } });
    expect(await records()).toHaveLength(1);
  });

  it('under another sequence, or by another device, is another batch', async () => {
    const { send, records } = await startGateway();
    expect((await send(batchOf({ sequence: 1 }))).status).toBe(202);
    expect((await send(batchOf({ sequence: 2 }))).status).toBe(202);
    expect(await records()).toHaveLength(2);
  });
});

describe('while the store is away', () => {
  it('batches are recorded all the same, and the missing check is counted', async () => {
    const { send, records, exposition, clock } = await startGateway({ store: down });
    expect((await send(batchOf({ sequence: 1 }))).status).toBe(202);
    expect((await send(batchOf({ sequence: 2 }))).status).toBe(202);
    clock.advance(2000);
    expect((await send(batchOf({ sequence: 3 }))).status).toBe(202);
    expect(await records()).toHaveLength(3);
    expect(await exposition()).toContain('gaitkeeper_ingest_duplicate_checks_skipped_total 3');
    expect(await exposition()).toContain('gaitkeeper_ingest_marks_lost_total 3');
  });

  it('this process still recognises what it recorded itself', async () => {
    const { send, records } = await startGateway({ store: down });
    await send(batchOf());
    expect((await send(batchOf())).status).toBe(200);
    expect(await records()).toHaveLength(1);
  });

  it('it is asked again only after a rest', async () => {
    let asked = 0;
    const store: KeyValueStore = {
      ...down,
      getMany: () => {
        asked += 1;
        return Promise.reject(new StoreUnavailable('away'));
      },
    };
    const { send, clock } = await startGateway({ store });
    for (let sequence = 0; sequence < 5; sequence++) await send(batchOf({ sequence }));
    expect(asked).toBe(1);
    clock.advance(1000);
    await send(batchOf({ sequence: 5 }));
    expect(asked).toBe(2);
  });
});

describe('rates', () => {
  it('of a device are bounded, with the time to wait', async () => {
    const { send, counted, clock } = await startGateway({ options: { deviceRequestsPerMinute: 3 } });
    const statuses = [];
    for (let sequence = 0; sequence < 5; sequence++) statuses.push(await send(batchOf({ sequence })));
    expect(statuses.map(({ status }) => status)).toEqual([202, 202, 202, 429, 429]);
    expect(statuses[4]).toMatchObject({ body: { code: 'device-rate' } });
    expect(statuses[4]?.headers.get('retry-after')).toBe('20');
    expect(await counted('device-rate')).toBe(2);
    clock.advance(20_000);
    expect((await send(batchOf({ sequence: 3 }))).status).toBe(202);
  });

  it('of a subject are bounded, and recover with time', async () => {
    const { send, records, clock } = await startGateway({ options: { subjectBurst: 2, subjectBatchesPerSecond: 0.5 } });
    const answers = [];
    for (let sequence = 0; sequence < 3; sequence++) answers.push(await send(batchOf({ sequence })));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
    expect(answers[2]).toMatchObject({ body: { code: 'subject-rate' } });
    expect(answers[2]?.headers.get('retry-after')).toBe('2');
    clock.advance(2000);
    expect((await send(batchOf({ sequence: 2 }))).status).toBe(202);
    expect(await records()).toHaveLength(3);
  });
});

describe('stopping', () => {
  it('finishes what is open, refuses what is new, and resolves only then', async () => {
    const { broker, calls } = heldBroker();
    const { send, gateway, url } = await startGateway({ broker });
    const open = send(batchOf());
    await until(() => calls.length === 1);
    let stopped = false;
    const stopping = gateway.stop().then(() => {
      stopped = true;
    });
    await turns(50);
    expect(stopped).toBe(false);
    await expect(fetch(`${url}/openapi.json`)).rejects.toThrow();
    calls.release();
    const answer = await open;
    expect(answer.status).toBe(202);
    expect(answer.headers.get('connection')).toBe('close');
    await stopping;
  });

  it('waits for marks that are on their way to the store', async () => {
    const store = new MemoryKeyValueStore();
    const written: string[] = [];
    const releases: (() => void)[] = [];
    const slow: KeyValueStore = {
      getMany: (keys) => store.getMany(keys),
      put: (key) =>
        new Promise<void>((resolve) => {
          releases.push(() => {
            written.push(key);
            resolve();
          });
        }),
      putIfAbsent: (key, value, options) => store.putIfAbsent(key, value, options),
      delete: (key) => store.delete(key),
      keys: (prefix) => store.keys(prefix),
      ping: () => store.ping(),
    };
    const { send, gateway } = await startGateway({ store: slow });
    expect((await send(batchOf())).status).toBe(202);
    let stopped = false;
    const stopping = gateway.stop().then(() => {
      stopped = true;
    });
    await turns(50);
    expect(stopped).toBe(false);
    releases[0]?.();
    await stopping;
    expect(written).toHaveLength(1);
  });

  it('can be cut while the broker hangs, and the batch stays unacknowledged', async () => {
    const { broker, calls } = heldBroker();
    const { send, gateway } = await startGateway({ broker });
    const open = send(batchOf());
    await until(() => calls.length === 1);
    const stopping = gateway.stop();
    gateway.cut();
    await stopping;
    await expect(open).rejects.toThrow();
  });

  it('says so to a request that was half sent', async () => {
    const { gateway, url, counted } = await startGateway();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const answer = text(socket);
    socket.write('POST /v1/batches HTTP/1.1\r\nHost: gateway\r\n');
    await turns(100);
    const stopping = gateway.stop();
    socket.write('Content-Type: avro/binary\r\nContent-Length: 0\r\n\r\n');
    const [head = '', body = ''] = (await answer).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 503 /);
    expect(head).toMatch(/^retry-after: 1\r?$/im);
    expect(head).toMatch(/^connection: close\r?$/im);
    expect(JSON.parse(body)).toMatchObject({ code: 'shutting-down' });
    await stopping;
    expect(await counted('shutting-down')).toBe(1);
  });
});
