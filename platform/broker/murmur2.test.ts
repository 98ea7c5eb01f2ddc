import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { murmur2 } from './murmur2.ts';
import { createPartitionChooser, partitionOfKey } from './partition-chooser.ts';

describe('murmur2', () => {
  // The vectors of org.apache.kafka.common.utils.UtilsTest.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Kafka does', (text, expected) => {
    expect(murmur2(Buffer.from(text))).toBe(expected);
  });

  it('is a signed 32-bit integer for every length of key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (key) => {
        const hash = murmur2(key);
        expect(hash).toBe(hash | 0);
      }),
    );
  });
});

describe('partition chooser', () => {
  it('keeps a key in one partition, within the topic', () => {
    const choose = createPartitionChooser();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 64 }), (bytes, count) => {
        const key = Buffer.from(bytes);
        const chosen = choose({ topic: 't', key, value: null }, count);
        expect(chosen).toBe(partitionOfKey(key, count));
        expect(chosen).toBeGreaterThanOrEqual(0);
        expect(chosen).toBeLessThan(count);
      }),
    );
  });

  it('spreads records without a key evenly', () => {
    const choose = createPartitionChooser();
    const counts = [0, 0, 0];
    for (let turn = 0; turn < 30; turn++) {
      const chosen = choose({ topic: 't', key: null, value: null }, 3);
      counts[chosen] = (counts[chosen] ?? 0) + 1;
    }
    expect(counts).toEqual([10, 10, 10]);
  });

  it('refuses a named partition that the topic does not have', () => {
    const choose = createPartitionChooser();
    expect(() => choose({ topic: 't', key: null, value: null, partition: 3 }, 3)).toThrow(/3 partitions/);
  });
});
