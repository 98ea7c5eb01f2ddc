import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Broker, BrokerUnavailable } from '../platform/broker/broker.ts';
import { createMemoryBroker } from '../platform/broker/memory-broker.ts';
import { createManualClock } from '../platform/clock.ts';
import { MemoryKeyValueStore } from '../platform/store/memory-key-value-store.ts';
import { StoreUnavailable } from '../platform/store/state-store.ts';
import { eventually } from '../test/contracts/eventually.ts';
import { anyTemplate } from '../test/samples/any-template.ts';
import { createTemplateChangelog } from './template-changelog.ts';
import { defaultTemplateRestoreOptions } from './template-restorer.ts';
import { createTemplateStore, retainedVersions } from './template-store.ts';

const { scanEveryMs, answerWithinMs, absentForMs } = defaultTemplateRestoreOptions;
const topic = 'templates';

async function world() {
  const broker = createMemoryBroker();
  await broker.createTopics([{ name: topic, partitions: 3, replicationFactor: 1, config: {} }]);
  const clock = createManualClock(1_000_000);
  const fault = { readFails: false, holdRead: Promise.resolve() };
  let scans = 0;
  const watched: Pick<Broker, 'produce' | 'read'> = {
    produce: (records) => broker.produce(records),
    async *read(options) {
      scans += 1;
      await fault.holdRead;
      if (fault.readFails) throw new BrokerUnavailable('as told');
      yield* broker.read(options);
    },
  };
  const changelog = createTemplateChangelog({ broker: watched, topic });
  /** A worker of its own, with what it knows about the topic. */
  const worker = (values = new MemoryKeyValueStore()) => ({
    values,
    store: createTemplateStore({ values, changelog, clock }),
  });
  return { broker, clock, fault, worker, scans: () => scans };
}

async function keysOf(values: MemoryKeyValueStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of values.keys('')) keys.push(key);
  return keys.sort();
}

describe('a template that the store has lost', () => {
  it('comes back from the topic, with every other one, by one reading however many ask', async () => {
    const { worker, scans } = await world();
    const publisher = worker();
    const versions: string[] = [];
    for (let seed = 1; seed <= 6; seed++) versions.push(await publisher.store.put(anyTemplate({}, seed)));
    const lost = worker();
    const found = await Promise.all([...versions.slice(1), ...versions.slice(1)].map((each) => lost.store.get(each)));
    expect(found.every(({ ok }) => ok)).toBe(true);
    expect(scans()).toBe(1);
    // Everything that stood behind the last one that was asked for is put back as well.
    for (const version of versions) expect((await lost.store.get(version)).ok).toBe(true);
    expect(scans()).toBe(1);
    expect(await keysOf(lost.values)).toEqual(await keysOf(publisher.values));
  });

  it('is absent only where the topic has not got it either, and is not looked for at every batch', async () => {
    const { worker, scans, clock } = await world();
    const { store } = worker();
    await store.put(anyTemplate());
    const missing = 'ab'.repeat(32);
    for (let i = 0; i < 5; i++) expect(await store.get(missing)).toMatchObject({ ok: false, reason: 'absent' });
    expect(scans()).toBe(1);
    clock.advance(absentForMs);
    expect(await store.get(missing)).toMatchObject({ ok: false, reason: 'absent' });
    expect(scans()).toBe(2);
  });

  it('that nothing is known of yet waits, rather than count as absent', async () => {
    const { worker, scans, clock } = await world();
    const { store, values } = worker();
    const version = await store.put(anyTemplate());
    await store.get('ab'.repeat(32)); // a reading a moment ago
    await values.delete(`template:${version}`); // the store loses it again
    const asked = [version, 'cd'.repeat(32), 'ef'.repeat(32)];
    const early = asked.map((each) => expect(store.get(each)).rejects.toBeInstanceOf(StoreUnavailable));
    await nextTurn(); // the store has said that it has none of them
    clock.advance(answerWithinMs);
    await Promise.all(early);
    expect(scans()).toBe(1);
    clock.advance(scanEveryMs); // nobody asks; whoever asked early is remembered
    await eventually('the topic was read for all of them', async () => (await store.get(version)).ok);
    for (const each of asked.slice(1)) expect(await store.get(each)).toMatchObject({ ok: false, reason: 'absent' });
    expect(scans()).toBe(2);
  });

  it('waits while the topic cannot be read', async () => {
    const { worker, fault, clock } = await world();
    const version = await worker().store.put(anyTemplate());
    const { store } = worker();
    fault.readFails = true;
    await expect(store.get(version)).rejects.toThrow('the template topic cannot be read: as told');
    fault.readFails = false;
    clock.advance(scanEveryMs);
    expect((await store.get(version)).ok).toBe(true);
  });

  it('lets go of who waits for a long reading, which goes on for the next one who asks', async () => {
    const { worker, fault, clock, scans } = await world();
    const version = await worker().store.put(anyTemplate());
    const { store } = worker();
    let goOn = (): void => undefined;
    fault.holdRead = new Promise((resolve) => {
      goOn = resolve;
    });
    const first = store.get(version);
    await Promise.resolve();
    const refused = expect(first).rejects.toThrow('is being read');
    while (scans() === 0) await Promise.resolve();
    clock.advance(answerWithinMs);
    await refused;
    const second = store.get(version);
    goOn();
    expect((await second).ok).toBe(true);
    expect(scans()).toBe(1);
  });

  it('is found as long as the topic keeps it although it was forgotten, but is not put back for good', async () => {
    const { worker } = await world();
    const { store } = worker();
    const versions: string[] = [];
    for (let seed = 1; seed <= retainedVersions + 1; seed++) {
      const version = await store.put(anyTemplate({}, seed));
      await store.noteActive('acme', anyTemplate().subject, version);
      versions.push(version);
    }
    const [forgotten = '', ...kept] = versions;
    const lost = worker();
    expect((await lost.store.get(kept[0] ?? '')).ok).toBe(true);
    const wanted = kept.map((version) => `template:${version}`).sort();
    await eventually('the reading is over', async () => (await keysOf(lost.values)).join() === wanted.join());
    expect((await worker().store.get(forgotten)).ok).toBe(true); // a replay still meets what judged it
  });

  it('is refused by a topic that holds other bytes under its name', async () => {
    const { worker, broker } = await world();
    const version = 'cd'.repeat(32);
    await broker.produce([{ topic, key: Buffer.from(version), value: Buffer.from('something else') }]);
    expect(await worker().store.get(version)).toMatchObject({ ok: false, reason: 'absent' });
  });

  it('was in the topic before it was in the store', async () => {
    const { worker, broker } = await world();
    await broker.close();
    const { store, values } = worker();
    await expect(store.put(anyTemplate())).rejects.toBeInstanceOf(BrokerUnavailable);
    expect(await keysOf(values)).toEqual([]);
  });
});
