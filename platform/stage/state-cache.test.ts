import { describe, expect, it } from '@jest/globals';
import { StateCache } from './state-cache.ts';
import { StateEntry } from './state-entry.ts';

const entryOf = (key: string, bytes: number) => new StateEntry<string>(key, { offset: 0, bytes: Buffer.alloc(bytes) });

describe('the cache of decoded states', () => {
  it('keeps at most so many states, the least recently used ones given up first', () => {
    const cache = new StateCache<string>({ maxStates: 3, maxBytes: 1_000_000 });
    const part = cache.open();
    for (const key of ['a', 'b', 'c']) part.keep(entryOf(key, 10));
    part.get('a');
    part.keep(entryOf('d', 10));
    expect(['a', 'b', 'c', 'd'].filter((key) => part.get(key) !== undefined)).toEqual(['a', 'c', 'd']);
  });

  it('keeps at most so many bytes, and not what alone is more', () => {
    const cache = new StateCache<string>({ maxStates: 100, maxBytes: 3_000 });
    const part = cache.open();
    for (const key of ['a', 'b', 'c', 'd']) part.keep(entryOf(key, 700));
    part.keep(entryOf('huge', 4_000));
    expect(['a', 'b', 'c', 'd', 'huge'].filter((key) => part.get(key) !== undefined)).toEqual(['b', 'c', 'd']);
  });

  it('never gives one ownership the states of another, and frees those of one that ended', () => {
    const cache = new StateCache<string>({ maxStates: 10, maxBytes: 1_000_000 });
    const before = cache.open();
    const after = cache.open();
    before.keep(entryOf('a', 1));
    after.keep(entryOf('b', 1));
    expect(after.get('a')).toBeUndefined();
    before.drop();
    expect([before.get('a'), cache.size]).toEqual([undefined, 1]);
  });
});
