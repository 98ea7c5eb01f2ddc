import { randomUUID } from 'node:crypto';
import { createLogger } from '../../platform/log.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createRedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import { describeOn, realRedis } from '../servers/real-servers.ts';
import { describeStateStore } from './state-store-contract.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

describeStateStore('memory', () => Promise.resolve({ store: new MemoryStateStore(), close: () => Promise.resolve() }));

describeOn('Redis', realRedis(), ({ url }) => {
  for (const [name, bounds] of [
    ['whole chunks', {}],
    ['small chunks', { maxKeysPerCall: 30, maxBytesPerCall: 20_000 }],
  ] as const) {
    describeStateStore(`Redis, ${name}`, async () => {
      const redis = createRedisConnection({ url, name: 'state', commandTimeoutMs: 5_000 }, log);
      await redis.connect();
      const keyPrefix = `test-${randomUUID()}`;
      return {
        store: new RedisStateStore(redis, { keyPrefix, ...bounds }),
        close: async () => {
          const keys: string[] = [];
          for await (const key of redis.scan(`${keyPrefix}:`)) keys.push(key);
          await redis.delete(keys);
          await redis.close();
        },
      };
    });
  }
});
