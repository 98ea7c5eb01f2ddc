import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeviceSequences } from './device-sequences.ts';
import { admitSequence, rememberedDevices, rememberedSequences } from './device-sequences.ts';

describe('device sequences', () => {
  it('admit each sequence of a device once, in any order within what is remembered', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 120 }), (sequences) => {
        let devices: readonly DeviceSequences[] = [];
        const admitted = new Set<number>();
        let highest = -1;
        for (const sequence of sequences) {
          const next = admitSequence(devices, 'd', sequence);
          const forgotten = sequence <= highest - rememberedSequences;
          expect(next !== undefined).toBe(!admitted.has(sequence) && !forgotten);
          if (next === undefined) continue;
          devices = next;
          admitted.add(sequence);
          highest = Math.max(highest, sequence);
        }
      }),
    );
  });

  it('take a jump of any size', () => {
    const first = admitSequence([], 'd', 1)!;
    const far = admitSequence(first, 'd', Number.MAX_SAFE_INTEGER)!;
    expect(admitSequence(far, 'd', Number.MAX_SAFE_INTEGER)).toBeUndefined();
    expect(admitSequence(far, 'd', 1)).toBeUndefined();
  });

  it('keep devices apart, and forget the one that was silent longest', () => {
    let devices: readonly DeviceSequences[] = [];
    for (let i = 0; i <= rememberedDevices; i++) devices = admitSequence(devices, `device ${i}`, 5)!;
    expect(devices).toHaveLength(rememberedDevices);
    expect(admitSequence(devices, 'device 1', 5)).toBeUndefined();
    expect(admitSequence(devices, 'device 0', 5)).toBeDefined();
  });
});
