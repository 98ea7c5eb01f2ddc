import { describe, expect, it } from '@jest/globals';
import { type Broker, BrokerUnavailable } from '../platform/broker/broker.ts';
import { createMemoryBroker } from '../platform/broker/memory-broker.ts';
import { MemoryKeyValueStore } from '../platform/store/memory-key-value-store.ts';
import { StoreUnavailable } from '../platform/store/state-store.ts';
import { anyTemplate } from '../test/samples/any-template.ts';
import { createTemplateChangelog } from './template-changelog.ts';
import { createTemplateReader } from './template-reader.ts';
import { createTemplateStore } from './template-store.ts';

const topic = 'templates';
const seeds = [1, 2, 3, 4];

/** Templates in the topic, and a store that has lost them. */
async function afterLoss(maxHeldBytes?: number) {
  const broker = createMemoryBroker();
  await broker.createTopics([{ name: topic, partitions: 3, replicationFactor: 1, config: {} }]);
  const publisher = createTemplateStore({
    values: new MemoryKeyValueStore(),
    changelog: createTemplateChangelog({ broker, topic }),
  });
  const versions: string[] = [];
  for (const seed of seeds) versions.push(await publisher.put(anyTemplate({}, seed)));
  const values = new MemoryKeyValueStore();
  const fault = { away: false };
  let readings = 0;
  const watched: Pick<Broker, 'read'> = {
    async *read(options) {
      readings += 1;
      if (fault.away) throw new BrokerUnavailable('as told');
      yield* broker.read(options);
    },
  };
  const bound = maxHeldBytes === undefined ? {} : { maxHeldBytes };
  const reader = createTemplateReader({ values, broker: watched, topic, ...bound });
  return { values, versions, reader, fault, broker, readings: () => readings };
}

describe('the template reader', () => {
  it('finds in the topic what the store has lost, by one reading, and leaves store and topic as they are', async () => {
    const { values, versions, reader, broker, readings } = await afterLoss();
    const before = await broker.offsets(topic);
    for (const version of versions)
      expect(await reader.get(version)).toMatchObject({ ok: true, template: { version } });
    expect(await reader.get('ab'.repeat(32))).toMatchObject({ ok: false, reason: 'absent' });
    expect(readings()).toBe(1);
    const keys: string[] = [];
    for await (const key of values.keys('')) keys.push(key);
    expect(keys).toEqual([]);
    expect(await broker.offsets(topic)).toEqual(before);
  });

  it('reads a file again from its place where it could not be kept', async () => {
    const { versions, reader, readings } = await afterLoss(1);
    for (const version of versions) expect((await reader.get(version)).ok).toBe(true);
    expect(readings()).toBe(1 + versions.length);
  });

  it('rejects while the topic cannot be read, and asks it again', async () => {
    const { versions, reader, fault } = await afterLoss();
    fault.away = true;
    await expect(reader.get(versions[0] ?? '')).rejects.toBeInstanceOf(StoreUnavailable);
    fault.away = false;
    expect((await reader.get(versions[0] ?? '')).ok).toBe(true);
  });
});
