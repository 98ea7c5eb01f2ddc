import { expect, it } from '@jest/globals';
import type { ReadOptions } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { rememberInput } from './remembered-input.ts';

it('what Kafka was made to forget is shown to the judge before what it still has', async () => {
  const broker = createMemoryBroker();
  await broker.connect();
  const topic = 'behaviour';
  await broker.createTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
  const value = Buffer.from('batch');
  await broker.produce([0, 0, 0, 1].map((partition) => ({ topic, key: null, value, partition })));
  const input = rememberInput(broker, topic);
  expect(await input.forget(new Map([[0, 1]]))).toBe(1);
  expect(await input.forget(new Map([[0, 2]]))).toBe(1);

  const places = async (from: Pick<typeof broker, 'read'>, options: Partial<ReadOptions> = {}) => {
    const found: string[] = [];
    for await (const { partition, offset } of from.read({ topic, from: 'earliest', until: 'end', ...options })) {
      found.push(`${partition}/${offset}`);
    }
    return found.sort();
  };
  expect(await places(broker)).toEqual(['0/2', '1/0']);
  expect(await places(input.whole)).toEqual(['0/0', '0/1', '0/2', '1/0']);
  expect(await places(input.whole, { partition: 0, from: 1 })).toEqual(['0/1', '0/2']);
  expect(await input.whole.offsets(topic)).toEqual([
    { partition: 0, low: 0, high: 3 },
    { partition: 1, low: 0, high: 1 },
  ]);
  await broker.close();
});
