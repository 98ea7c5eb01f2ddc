import { expect, it } from '@jest/globals';
import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import { systemClock } from '../../platform/clock.ts';
import { createLoad } from './load.ts';
import { createPeople } from './people.ts';

const options = { tenant: 'trial', count: 5 };

it('people of the same seed do the same, those of another seed something else', () => {
  const batches = (seed: number) => {
    const people = createPeople({ ...options, seed });
    return Array.from({ length: 20 }, () => people.next(0));
  };
  expect(batches(1)).toEqual(batches(1));
  expect(batches(2)).not.toEqual(batches(1));
});

it("each subject's batches are made in their order, and go out one send after the other", async () => {
  const sent: BehaviourBatch[] = [];
  let underWay = 0;
  const people = createPeople({ ...options, seed: 3 });
  const load = createLoad({
    ...{ people, clock: systemClock },
    sender: {
      async send(batches) {
        underWay += 1;
        expect(underWay).toBe(1);
        await Promise.resolve();
        sent.push(...batches);
        underWay -= 1;
      },
    },
  });
  load.burst(600);
  await load.stop();
  expect(sent).toHaveLength(600);
  const next = new Map<string, number>();
  for (const { device, sequence } of sent) {
    expect(sequence).toBe(next.get(device) ?? 0);
    next.set(device, sequence + 1);
  }
});

it('a sender that fails is told by stop', async () => {
  const people = createPeople({ ...options, seed: 4 });
  const load = createLoad({ people, clock: systemClock, sender: { send: () => Promise.reject(new Error('refused')) } });
  load.burst(1);
  await expect(load.stop()).rejects.toThrow('refused');
});
