import { afterEach, describe, expect, it } from '@jest/globals';
import { type Broker, BrokerUnavailable } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createManualClock } from '../../platform/clock.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { until } from '../../test/contracts/staged-run.ts';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import type { Person } from '../alerts/alert.ts';
import { type DirectoryName, directoryTopicKey } from './directory-entry.ts';
import { createDirectoryFollower, type DirectoryFollower } from './directory-follower.ts';
import { readDirectoryKeys } from './directory-keys.ts';
import { sealEntry } from './sealed-entry.ts';

const topic = 'directory';
const read = readDirectoryKeys(`k1:${'ab'.repeat(32)}`);
if (!read.ok) throw new Error(read.detail);
const { keys } = read;
const avery: Person = { name: 'avery', fullName: 'Avery Example', domain: 'CORP', groups: ['finance'] };
const host: Person = { name: 'WKS-17', fullName: null, domain: null, groups: [] };
const subject = 'a'.repeat(32);
let nonces = 0;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function installation() {
  const broker = createMemoryBroker();
  await broker.connect();
  await broker.createTopics([{ name: topic, partitions: 3, replicationFactor: 1, config: {} }]);
  stops.push(() => broker.close());
  const put = (name: DirectoryName, person: Person | null, as = name) => {
    const value = person === null ? null : sealEntry(person, { name: as, keys, nonce: Buffer.alloc(12, ++nonces) });
    return broker.produce([{ topic, key: directoryTopicKey(name), value }]);
  };
  return { broker, put };
}

function follower(broker: Pick<Broker, 'read'>, maxEntries = 100) {
  const { log, lines } = createCapturedLog();
  const metrics = createMetrics();
  const clock = createManualClock();
  const made: DirectoryFollower = createDirectoryFollower({ broker, topic, keys, clock, log, metrics, maxEntries });
  stops.push(() => made.stop());
  return {
    ...made,
    lines,
    metrics,
    clock,
    person: (tenant = 'acme', whose = subject) => made.directory.personOf(tenant, whose),
  };
}

const averyName: DirectoryName = { kind: 'subject', tenant: 'acme', pseudonym: subject };

describe('the directory', () => {
  it('knows when it starts whom the topic names, for their tenant and kind alone', async () => {
    const { broker, put } = await installation();
    await put(averyName, { ...avery, name: 'before' });
    await put(averyName, avery);
    await put({ kind: 'host', tenant: 'acme', pseudonym: 'b'.repeat(32) }, host);
    const { start, directory, person } = follower(broker);
    expect(person()).toBeUndefined();
    await start();
    expect(person()).toEqual(avery);
    expect(directory.hostNameOf('acme', 'b'.repeat(32))).toBe('WKS-17');
    expect([person('other'), person('acme', 'b'.repeat(32)), directory.hostNameOf('acme', subject)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('follows what is written later, and forgets at a tombstone', async () => {
    const { broker, put } = await installation();
    const { start, person, health } = follower(broker);
    expect(health.check()).toEqual({ ok: false, reason: 'the directory is not read yet' });
    await start();
    expect(health.check()).toEqual({ ok: true });
    await put(averyName, avery);
    await until(() => person() !== undefined);
    expect(person()).toEqual(avery);
    await put(averyName, null);
    await until(() => person() === undefined);
    expect(person()).toBeUndefined();
  });

  it('gives no name where an entry was moved or altered, not even the one that stood there before, and counts it', async () => {
    const { broker, put } = await installation();
    await put(averyName, avery);
    await put(averyName, avery, { ...averyName, pseudonym: 'c'.repeat(32) });
    await broker.produce([{ topic, key: Buffer.from('nonsense'), value: Buffer.from('x') }]);
    const { start, person, metrics, lines } = follower(broker);
    await start();
    expect(person()).toBeUndefined();
    const exposed = await metrics.exposition();
    expect(exposed).toContain('gaitkeeper_directory_unopened_total{reason="not-authentic"} 1');
    expect(exposed).toContain('gaitkeeper_directory_unopened_total{reason="malformed"} 1');
    expect(exposed).toContain('gaitkeeper_directory_resolutions_total{kind="subject",outcome="unknown"} 1');
    expect(`${lines.join('')}${exposed}`).not.toMatch(/avery|CORP|finance|aaaaaaaa/i);
  });

  it('holds so many and no more, and says so once', async () => {
    const { broker, put } = await installation();
    const names = ['1', '2', '3', '4'].map((digit) => ({ ...averyName, pseudonym: digit.repeat(32) }));
    for (const name of names) await put(name, avery);
    const { start, directory, lines, metrics } = follower(broker, 2);
    await start();
    expect(names.filter(({ pseudonym }) => directory.personOf('acme', pseudonym) !== undefined)).toHaveLength(2);
    expect(lines.filter((line) => line.includes('the directory is full'))).toHaveLength(1);
    expect(await metrics.exposition()).toContain('gaitkeeper_directory_unopened_total{reason="full"} 2');
  });

  it('goes on telling what it knows while the brokers are away, and reads on when they are back', async () => {
    const { broker, put } = await installation();
    await put(averyName, avery);
    let isAway = false;
    const read: Broker['read'] = (options) => {
      if (isAway) throw new BrokerUnavailable('away');
      return options.until === 'end' ? broker.read(options) : away(options);
    };
    let breakOff = (): void => undefined;
    async function* away(options: Parameters<Broker['read']>[0]) {
      const broken = new AbortController();
      breakOff = () => broken.abort();
      const { signal = broken.signal } = options;
      yield* broker.read({ ...options, signal: AbortSignal.any([signal, broken.signal]) });
      if (broken.signal.aborted) throw new BrokerUnavailable('away');
    }
    const { start, person, health, clock } = follower({ read });
    await start();
    isAway = true;
    breakOff();
    await until(() => health.check() instanceof Promise || !(health.check() as { ok: boolean }).ok);
    expect(person()).toEqual(avery);
    isAway = false;
    await put(averyName, { ...avery, name: 'blake' });
    clock.advance(30_000);
    await until(() => person()?.name === 'blake');
    expect(health.check()).toEqual({ ok: true });
  });

  it('does not start where its topic cannot be read', async () => {
    const read: Broker['read'] = () => {
      throw new BrokerUnavailable('there is no such topic');
    };
    await expect(follower({ read }).start()).rejects.toThrow('there is no such topic');
  });

  it('forgets everybody when it stops', async () => {
    const { broker, put } = await installation();
    await put(averyName, avery);
    const { start, stop, person, health } = follower(broker);
    await start();
    await stop();
    expect(person()).toBeUndefined();
    expect(health.check()).toMatchObject({ ok: false });
  });
});
