import { describe, expect, it } from '@jest/globals';
import { settleable } from './settleable.ts';
import { createSlots } from './slots.ts';

describe('slots', () => {
  it('let in so many at once, the others in the order of their calls, also behind one that fails', async () => {
    const slots = createSlots(2);
    const begun: number[] = [];
    const gates = Array.from({ length: 5 }, settleable);
    const works = gates.map(({ promise }, index) =>
      slots.use(async () => {
        begun.push(index);
        await promise;
        if (index === 0) throw new Error('a defect');
        return index;
      }),
    );
    const settled = Promise.allSettled(works);
    expect(begun).toEqual([0, 1]);
    gates[0]?.resolve();
    await expect(works[0]).rejects.toThrow('a defect');
    expect(begun).toEqual([0, 1, 2]);
    for (const { resolve } of gates) resolve();
    await settled;
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(await slots.use(async () => 'free again')).toBe('free again');
  });
});
