import { afterEach, expect, it } from '@jest/globals';
import { type LocalRedis, startLocalRedis } from '../../deploy/local/local-redis.ts';
import { localSentinelPrimary, startLocalRedisSentinel } from '../../deploy/local/local-redis-sentinel.ts';
import { redisCommand } from '../../deploy/local/redis-command.ts';
import { createLogger } from '../../platform/log.ts';
import { createRedisConnection, type RedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import type { StateScope } from '../../platform/store/state-store.ts';
import { describeOn, realRedisOfOurOwn } from '../servers/real-servers.ts';
import { eventually } from './eventually.ts';
import { createStagedRun, type Input } from './staged-run.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
const scope: StateScope = { stage: 'scorer', topic: 'behaviour', partition: 3 };
const write = (key: string, offset: number) => ({ key, offset, bytes: Buffer.from(`${key}@${offset}`) });
const inputs = (count: number): Input[] => Array.from({ length: count }, (_, i) => [`k${i % 5}`, `value ${i}`]);

/** A connection that another one may take the place of, as after a fail-over behind one address. */
function switchable(first: RedisConnection): RedisConnection & { switchTo(next: RedisConnection): void } {
  let current = first;
  return {
    connect: () => current.connect(),
    ping: () => current.ping(),
    getMany: (keys) => current.getMany(keys),
    set: (key, value, options) => current.set(key, value, options),
    setIfAbsent: (key, value, options) => current.setIfAbsent(key, value, options),
    delete: (keys) => current.delete(keys),
    scan: (prefix) => current.scan(prefix),
    runScript: (script, keys, args) => current.runScript(script, keys, args),
    close: () => current.close(),
    switchTo: (next) => {
      current = next;
    },
  };
}

describeOn('a Redis with a replica', realRedisOfOurOwn(), () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });

  async function startPair(): Promise<[primary: LocalRedis, replica: LocalRedis]> {
    const primary = await startLocalRedis({ args: ['--repl-diskless-sync-delay', '0'] });
    cleanups.push(() => primary.stop());
    const replica = await startLocalRedis({ args: ['--replicaof', '127.0.0.1', `${primary.port}`] });
    cleanups.push(() => replica.stop());
    await redisCommand(replica.port, 'INFO replication', /master_link_status:up/);
    return [primary, replica];
  }
  async function connect(options: Omit<Parameters<typeof createRedisConnection>[0], 'name'>): Promise<RedisConnection> {
    const redis = createRedisConnection({ name: 'state', ...options }, log);
    cleanups.push(() => redis.close());
    await redis.connect();
    return redis;
  }
  async function caughtUp(primary: LocalRedis, replica: LocalRedis): Promise<void> {
    const offsetOf = async ({ port }: LocalRedis) =>
      /(?:master|slave)_repl_offset:(\d+)/.exec(await redisCommand(port, 'INFO replication', /repl_offset/))?.[1];
    await eventually('the replica has everything', async () => (await offsetOf(primary)) === (await offsetOf(replica)));
  }
  /** Everything that the primary has acknowledged so far is at the replica, and nothing that comes after. */
  async function cutOff(primary: LocalRedis, replica: LocalRedis): Promise<void> {
    await caughtUp(primary, replica);
    await redisCommand(replica.port, 'REPLICAOF 127.0.0.1 1', /OK/);
  }

  it('fences the owner after the promotion of a replica that lacks the tail, and goes on from what that has', async () => {
    const [primary, replica] = await startPair();
    const connection = switchable(await connect({ url: primary.url }));
    const store = new RedisStateStore(connection);
    const { epoch } = await store.acquire(scope);
    await store.apply(scope, epoch, [write('a', 1), write('b', 0)], 1);
    await cutOff(primary, replica);
    await store.apply(scope, epoch, [write('a', 2)], 2);
    await store.apply(scope, epoch, [write('a', 3)], 3);
    await redisCommand(replica.port, 'REPLICAOF NO ONE', /OK/);
    connection.switchTo(await connect({ url: replica.url }));
    expect(await store.load(scope, epoch, ['a'])).toEqual({ kind: 'fenced' });
    expect(await store.apply(scope, epoch, [write('a', 4)], 4)).toEqual({ kind: 'fenced' });
    expect(await store.clear(scope, epoch)).toEqual({ kind: 'fenced' });
    const again = await store.acquire(scope);
    expect(again.epoch).toBeGreaterThan(epoch);
    expect(again.appliedOffset).toBe(1);
    expect(await store.load(scope, again.epoch, ['a', 'b'])).toMatchObject({ states: [{ offset: 1 }, { offset: 0 }] });
  });

  it('changes no output of a stage by such a promotion: the lost tail is done again with the same bytes', async () => {
    const [primary, replica] = await startPair();
    const connection = switchable(await connect({ url: primary.url }));
    const store = new RedisStateStore(connection);
    const run = await createStagedRun(store);
    cleanups.push(() => run.stopAll());
    await run.put(inputs(100));
    await run.start({ options: { maxRecordsPerMicroBatch: 10 } });
    await run.untilDone();
    await cutOff(primary, replica);
    await run.put(inputs(60));
    await run.untilDone();
    await redisCommand(replica.port, 'REPLICAOF NO ONE', /OK/);
    connection.switchTo(await connect({ url: replica.url }));
    await run.put(inputs(20));
    await run.untilDone();
    expect(await run.expectOnce()).toBeGreaterThanOrEqual(60);
    await run.expectStates(store);
  });

  it('is followed to its new primary where sentinels say which one it is', async () => {
    const [primary, replica] = await startPair();
    const sentinel = await startLocalRedisSentinel(primary.port);
    cleanups.push(() => sentinel.stop());
    await redisCommand(sentinel.port, `SENTINEL replicas ${localSentinelPrimary}`, new RegExp(`${replica.port}`));
    const url = `redis://127.0.0.1:${sentinel.port}`;
    const redis = await connect({ url, mode: 'sentinel', sentinelPrimary: localSentinelPrimary });
    const store = new RedisStateStore(redis);
    const { epoch } = await store.acquire(scope);
    await store.apply(scope, epoch, [write('a', 1)], 1);
    await caughtUp(primary, replica);
    primary.kill('SIGKILL');
    let owner = { epoch, appliedOffset: undefined as number | undefined };
    await eventually('a replica was promoted', async () => {
      try {
        owner = await store.acquire(scope);
        return true;
      } catch {
        return false;
      }
    });
    expect(owner.appliedOffset).toBe(1);
    expect(await store.load(scope, owner.epoch, ['a'])).toMatchObject({ states: [{ offset: 1 }] });
    expect(await store.apply(scope, owner.epoch, [write('a', 2)], 2)).toMatchObject({ written: 1 });
    await redisCommand(replica.port, 'INFO replication', /role:master/);
  });
});
