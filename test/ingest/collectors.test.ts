import { afterEach, describe, expect, it } from '@jest/globals';
import { createBatchClient } from '../../ingest/batch-client.ts';
import { type Broker, BrokerUnavailable } from '../../platform/broker/broker.ts';
import { batchOf, codec, deviceToken, memoryBroker, startGateway, stopGateways, topic } from './gateway-under-test.ts';

afterEach(stopGateways);

const deviceOf = (desk: number) => (0xd0000 + desk).toString(16).padStart(32, '0');
const subjectOf = (desk: number) => (0x50000 + desk).toString(16).padStart(32, '0');

/** Numbers 0 up to 1 from a seed (a linear congruential generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A broker that loses calls before it recorded them, and answers after it did. */
function flaky(broker: Broker, random: () => number): Pick<Broker, 'produce'> {
  return {
    async produce(records) {
      const fate = random();
      if (fate < 0.3) throw new BrokerUnavailable('lost on the way');
      const positions = await broker.produce(records);
      if (fate < 0.5) throw new BrokerUnavailable('the answer was lost');
      return positions;
    },
  };
}

describe.each([1, 2, 3])('collectors of twelve desks and a broker that fails half of its calls, seed %i,', (seed) => {
  it('lose nothing, and every subject keeps its order', async () => {
    const desks = Array.from({ length: 12 }, (_, desk) => desk);
    const perDesk = 15;
    const memory = await memoryBroker();
    const random = seeded(seed);
    const { url } = await startGateway({ broker: flaky(memory, random) });
    const client = createBatchClient({
      url,
      token: async (device) =>
        deviceToken({ device, subjects: desks.filter((desk) => deviceOf(desk) === device).map(subjectOf) }),
      encode: codec.encode,
      maxAttempts: 50,
      wait: async () => undefined,
      random,
    });
    const outcomes = await Promise.all(
      desks.flatMap((desk) =>
        Array.from({ length: perDesk }, (_, sequence) =>
          client.send(batchOf({ device: deviceOf(desk), subject: subjectOf(desk), sequence })),
        ),
      ),
    );
    client.close();
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);

    const firstSeen = new Map<string, number[]>();
    const bytes = new Map<string, string>();
    for await (const { key, value } of memory.read({ topic, from: 'earliest', until: 'end' })) {
      const decoded = codec.decode(value);
      if (!decoded.ok) throw new Error(decoded.detail);
      const { subject, sequence } = decoded.value;
      expect(key?.toString()).toBe(subject);
      const sequences = firstSeen.get(subject) ?? [];
      firstSeen.set(subject, sequences);
      if (!sequences.includes(sequence)) sequences.push(sequence);
      const name = `${subject} ${sequence}`;
      expect(bytes.get(name) ?? value?.toString('hex')).toBe(value?.toString('hex'));
      bytes.set(name, value?.toString('hex') ?? '');
    }
    const inOrder = Array.from({ length: perDesk }, (_, sequence) => sequence);
    expect([...firstSeen.values()]).toEqual(desks.map(() => inOrder));
  });
});
