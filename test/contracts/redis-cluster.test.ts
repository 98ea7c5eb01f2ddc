import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type LocalRedisCluster, startLocalRedisCluster } from '../../deploy/local/local-redis-cluster.ts';
import { redisCommand } from '../../deploy/local/redis-command.ts';
import { createLogger } from '../../platform/log.ts';
import { createRedisConnection, type RedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisKeyValueStore } from '../../platform/store/redis-key-value-store.ts';
import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import { StoreUnavailable } from '../../platform/store/state-store.ts';
import { describeOn, realRedisOfOurOwn } from '../servers/real-servers.ts';
import { eventually } from './eventually.ts';
import { describeKeyValueStore } from './key-value-store-contract.ts';
import { passOnRedis } from './pass-on-redis.ts';
import { describeStateStore } from './state-store-contract.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

describeOn('a Redis Cluster of three nodes', realRedisOfOurOwn(), () => {
  let cluster: LocalRedisCluster;
  const open: RedisConnection[] = [];

  async function connect(commandTimeoutMs = 5_000): Promise<RedisConnection> {
    const { url, otherNodes: nodes } = cluster;
    const redis = createRedisConnection({ url, nodes, mode: 'cluster', name: 'state', commandTimeoutMs }, log);
    open.push(redis);
    await redis.connect();
    return redis;
  }
  const keysHeldBy = async (port: number): Promise<number> =>
    Number((await redisCommand(port, 'DBSIZE', /^:\d+/)).slice(1));

  beforeAll(async () => {
    cluster = await startLocalRedisCluster();
  });
  afterAll(async () => {
    for (const redis of open) await redis.close();
    await cluster?.stop();
  });

  describeStateStore('Redis Cluster', async () => {
    const store = new RedisStateStore(await connect(), { keyPrefix: `test-${randomUUID()}` });
    return { store, close: () => Promise.resolve() };
  });

  describeKeyValueStore('Redis Cluster', async () => {
    const redis = await connect();
    const keyPrefix = `test-${randomUUID()}:`;
    return {
      store: new RedisKeyValueStore(redis, { keyPrefix }),
      pass: (ms) => passOnRedis(redis, keyPrefix, ms),
      close: () => Promise.resolve(),
    };
  });

  it('spreads over all nodes, and is asked, listed and emptied as one', async () => {
    const redis = await connect();
    const store = new RedisKeyValueStore(redis, { keyPrefix: 'spread:' });
    const before = await Promise.all(cluster.nodes.map(({ port }) => keysHeldBy(port)));
    const keys = Array.from({ length: 60 }, (_, i) => `k${i}`);
    for (const key of keys) await store.put(key, Buffer.from(key));
    const after = await Promise.all(cluster.nodes.map(({ port }) => keysHeldBy(port)));
    for (const [i, held] of after.entries()) expect(held).toBeGreaterThan(before[i] ?? 0);
    expect((await store.getMany([...keys, 'absent'])).map((value) => value?.toString())).toEqual([...keys, undefined]);
    const listed: string[] = [];
    for await (const key of store.keys('')) listed.push(key);
    expect(listed.sort()).toEqual([...keys].sort());
    await redis.delete(keys.map((key) => `spread:${key}`));
    expect(await Promise.all(cluster.nodes.map(({ port }) => keysHeldBy(port)))).toEqual(before);
  });

  it('is found by any of its nodes', async () => {
    const [{ url = '' } = {}] = cluster.nodes.slice(2);
    const redis = createRedisConnection({ url, mode: 'cluster', name: 'state' }, log);
    open.push(redis);
    await redis.connect();
    await redis.ping();
  });

  it('answers StoreUnavailable in time for what a frozen node holds, and goes on for the rest and afterwards', async () => {
    const store = new RedisStateStore(await connect(300), { keyPrefix: 'frozen' });
    const scopes = Array.from({ length: 12 }, (_, partition) => ({ stage: 'scorer', topic: 'behaviour', partition }));
    for (const scope of scopes) await store.acquire(scope);
    const [, frozen] = cluster.nodes;
    frozen?.kill('SIGSTOP');
    const outcomes = await Promise.allSettled(scopes.map((scope) => store.acquire(scope)));
    const failed = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(scopes.length);
    for (const reason of failed) expect(reason).toBeInstanceOf(StoreUnavailable);
    frozen?.kill('SIGCONT');
    await eventually('every scope can be acquired again', async () => {
      const again = await Promise.allSettled(scopes.map((scope) => store.acquire(scope)));
      return again.every(({ status }) => status === 'fulfilled');
    });
  });

  it('rejects with StoreUnavailable where there is none', async () => {
    const nowhere = createRedisConnection(
      { url: 'redis://127.0.0.1:1', mode: 'cluster', name: 'state', connectTimeoutMs: 500 },
      log,
    );
    await expect(nowhere.connect()).rejects.toBeInstanceOf(StoreUnavailable);
    await nowhere.close();
  });
});
