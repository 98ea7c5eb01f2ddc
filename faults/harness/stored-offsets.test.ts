import { expect, test } from '@jest/globals';
import { partitionsBehind } from './stored-offsets.ts';

const input = { stage: 'scorer', topic: 'behaviour' };

test('a partition is behind where the stored states end before the log, or are gone', async () => {
  const broker = { offsets: async () => [3, 3, 3, 0].map((high, partition) => ({ partition, low: 0, high })) };
  const applied = [2, 1, undefined, undefined];
  const states = { appliedOffset: async ({ partition }: { partition: number }) => applied[partition] };
  await expect(partitionsBehind(broker, states, input)).resolves.toEqual([1, 2]);
});
