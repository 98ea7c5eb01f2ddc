import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KeyValueStore } from '../../platform/store/key-value-store.ts';

/** One adapter under test. */
export interface KeyValueStoreUnderTest {
  store: KeyValueStore;
  /** Lets at least so much time pass for the store: a moved clock, or waiting where the clock is the server's. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What every {@link KeyValueStore} promises. */
export function describeKeyValueStore(adapter: string, open: () => Promise<KeyValueStoreUnderTest>): void {
  describe(`a key-value store (${adapter})`, () => {
    let store: KeyValueStore;
    let tested: KeyValueStoreUnderTest;
    beforeAll(async () => {
      tested = await open();
      store = tested.store;
    });
    afterAll(async () => {
      await tested.close();
    });

    async function keysOf(prefix: string): Promise<string[]> {
      const keys: string[] = [];
      for await (const key of store.keys(prefix)) keys.push(key);
      return keys.sort();
    }

    it('answers', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });

    it('gets many in the order of the keys, absent ones as undefined', async () => {
      await store.put('order:a', Buffer.from('A'));
      await store.put('order:b', Buffer.from('B'));
      const values = await store.getMany(['order:b', 'order:none', 'order:a', 'order:b']);
      expect(values.map((value) => value?.toString())).toEqual(['B', undefined, 'A', 'B']);
      expect(await store.getMany([])).toEqual([]);
    });

    it('replaces and deletes; deleting what is absent is no error', async () => {
      await store.put('gone', Buffer.from('1'));
      await store.put('gone', Buffer.from('2'));
      expect((await store.getMany(['gone']))[0]?.toString()).toBe('2');
      await store.delete('gone');
      await store.delete('gone');
      expect(await store.getMany(['gone'])).toEqual([undefined]);
    });

    it('keeps every byte, under any key', async () => {
      const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      await fc.assert(
        fc.asyncProperty(
          fc.string({ unit: 'binary', maxLength: 30 }),
          fc.uint8Array({ maxLength: 400 }),
          async (key, tail) => {
            const value = Buffer.concat([everyByte, tail]);
            await store.put(`bytes:${key}`, value);
            const [found] = await store.getMany([`bytes:${key}`]);
            expect(found && value.equals(found)).toBe(true);
            await store.delete(`bytes:${key}`);
          },
        ),
        { numRuns: 60, seed: 3 },
      );
    });

    it('keeps an empty value apart from none', async () => {
      await store.put('empty', Buffer.alloc(0));
      expect((await store.getMany(['empty']))[0]).toHaveLength(0);
    });

    it('does not see what a caller does to its buffers afterwards', async () => {
      const value = Buffer.from('kept');
      await store.put('alias', value);
      value.fill(0);
      (await store.getMany(['alias']))[0]?.fill(0);
      expect((await store.getMany(['alias']))[0]?.toString()).toBe('kept');
    });

    it('forgets a value after its time, and keeps one that was put again without', async () => {
      await store.put('expiry:short', Buffer.from('x'), { expiresAfterMs: 40 });
      await store.put('expiry:renewed', Buffer.from('x'), { expiresAfterMs: 40 });
      await store.put('expiry:renewed', Buffer.from('y'));
      await store.put('expiry:long', Buffer.from('z'), { expiresAfterMs: 600_000 });
      await tested.pass(60);
      expect(await keysOf('expiry:')).toEqual(['expiry:long', 'expiry:renewed']);
      expect(await store.getMany(['expiry:short'])).toEqual([undefined]);
    });

    it('puts where nothing is, for one of those who try at once, and again once that is gone', async () => {
      const tries = Array.from({ length: 20 }, (_, i) => store.putIfAbsent('absent:once', Buffer.from(`${i}`)));
      const won = (await Promise.all(tries)).flatMap((put, i) => (put ? [`${i}`] : []));
      expect(won).toHaveLength(1);
      const value = async (key: string) => (await store.getMany([key]))[0]?.toString();
      expect(await value('absent:once')).toBe(won[0]);
      await store.delete('absent:once');
      expect(await store.putIfAbsent('absent:once', Buffer.from('again'))).toBe(true);
      expect(await value('absent:once')).toBe('again');

      expect(await store.putIfAbsent('absent:short', Buffer.from('x'), { expiresAfterMs: 40 })).toBe(true);
      await tested.pass(60);
      expect(await store.putIfAbsent('absent:short', Buffer.from('y'), { expiresAfterMs: 600_000 })).toBe(true);
      expect(await store.putIfAbsent('absent:short', Buffer.from('z'))).toBe(false);
      expect(await value('absent:short')).toBe('y');
    });

    it('names the keys that begin with a prefix, each once, pattern characters taken as they are', async () => {
      const names = ['p*:1', 'p*:2', 'pp:1', 'p?:1', 'p[a]:1', 'p\\:1'];
      for (const name of names) await store.put(name, Buffer.from(name));
      expect(await keysOf('p*')).toEqual(['p*:1', 'p*:2']);
      expect(await keysOf('p?')).toEqual(['p?:1']);
      expect(await keysOf('p[a]')).toEqual(['p[a]:1']);
      expect(await keysOf('p\\')).toEqual(['p\\:1']);
      expect(await keysOf('nothing')).toEqual([]);
    });

    it('names 5,000 keys and gets them all', async () => {
      const names = Array.from({ length: 5_000 }, (_, i) => `many:${String(i).padStart(4, '0')}`);
      await Promise.all(names.map((name) => store.put(name, Buffer.from(name))));
      expect(await keysOf('many:')).toEqual(names);
      const values = await store.getMany(names);
      expect(values.map((value) => value?.toString())).toEqual(names);
    });
  });
}
