import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { createRedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisKeyValueStore } from '../../platform/store/redis-key-value-store.ts';
import { describeOn, realRedis } from '../servers/real-servers.ts';
import { describeKeyValueStore } from './key-value-store-contract.ts';
import { passOnRedis } from './pass-on-redis.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

describeKeyValueStore('memory', () => {
  const clock = createManualClock();
  return Promise.resolve({
    store: new MemoryKeyValueStore({ clock }),
    pass: (ms) => Promise.resolve(clock.advance(ms)),
    close: () => Promise.resolve(),
  });
});

describeOn('Redis', realRedis(), ({ url }) => {
  describeKeyValueStore('Redis', async () => {
    const redis = createRedisConnection({ url, name: 'templates', commandTimeoutMs: 5_000 }, log);
    await redis.connect();
    const keyPrefix = `test-${randomUUID()}:`;
    return {
      store: new RedisKeyValueStore(redis, { keyPrefix }),
      pass: (ms) => passOnRedis(redis, keyPrefix, ms),
      close: async () => {
        const keys: string[] = [];
        for await (const key of redis.scan(keyPrefix)) keys.push(key);
        await redis.delete(keys);
        await redis.close();
      },
    };
  });
});

describe('a memory key-value store', () => {
  it('refuses a value beyond its bound and says so, keeps what it has, and has room again after a deletion', async () => {
    const clock = createManualClock();
    const store = new MemoryKeyValueStore({ maxBytes: 10, clock });
    await store.put('a', Buffer.alloc(6));
    await expect(store.put('b', Buffer.alloc(5))).rejects.toThrow('the memory store is full: 10 bytes');
    expect((await store.getMany(['a', 'b'])).map((value) => value?.length)).toEqual([6, undefined]);
    await store.put('a', Buffer.alloc(10)); // what it replaces does not count
    await store.delete('a');
    await store.put('b', Buffer.alloc(10), { expiresAfterMs: 5 });
    clock.advance(5);
    await store.put('c', Buffer.alloc(10)); // nor does what has expired
    expect((await store.getMany(['b', 'c'])).map((value) => value?.length)).toEqual([undefined, 10]);
  });
});
