import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { freePorts } from '../../deploy/local/free-ports.ts';
import { type LocalRedis, startLocalRedis } from '../../deploy/local/local-redis.ts';
import { redisCommand } from '../../deploy/local/redis-command.ts';
import { startFaultProxy } from '../../faults/proxy/fault-proxy.ts';
import { systemClock } from '../../platform/clock.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import {
  createRedisConnection,
  type RedisConnection,
  type RedisConnectionOptions,
} from '../../platform/store/redis-connection.ts';
import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import { scopePrefix } from '../../platform/store/state-key.ts';
import { StateCorrupt, type StateScope, StoreUnavailable } from '../../platform/store/state-store.ts';
import { createCapturedLog } from '../fixtures/captured-log.ts';
import { describeOn, realRedis } from '../servers/real-servers.ts';

const { log, lines } = createCapturedLog();
const scope: StateScope = { stage: 'scorer', topic: 'behaviour', partition: 3 };
const write = (key: string, offset: number) => ({ key, offset, bytes: Buffer.from(`${key}@${offset}`) });

/** A server of its own: these tests freeze it, restart it and change its settings. */
describeOn('a Redis of its own', realRedis(), () => {
  let server: LocalRedis;
  let keyPrefix: string;
  const open: RedisConnection[] = [];

  async function connect(options: Partial<RedisConnectionOptions> = {}): Promise<RedisConnection> {
    const redis = createRedisConnection({ url: server.url, name: 'state', ...options }, log);
    open.push(redis);
    await redis.connect();
    return redis;
  }

  /** Answers come back: until then every command is refused at once. */
  async function untilAnswered(redis: RedisConnection): Promise<void> {
    for (;;) {
      try {
        return await redis.ping();
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnavailable);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  beforeAll(async () => {
    server = await startLocalRedis();
  });
  afterEach(async () => {
    server.kill('SIGCONT');
    for (const redis of open.splice(0)) await redis.close();
    lines.length = 0;
  });
  afterAll(async () => {
    await server.stop();
  });

  it('keeps everything of one scope in one cluster slot, whatever the keys', async () => {
    // A node that holds every slot refuses a command whose keys lie in two: cross-slot access shows as an error.
    const [busPort] = await freePorts(1);
    const cluster = await startLocalRedis({ args: ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`] });
    try {
      await redisCommand(cluster.port, 'CLUSTER ADDSLOTSRANGE 0 16383', /OK/);
      await redisCommand(cluster.port, 'CLUSTER INFO', /cluster_state:ok/);
      const redis = await connect({ url: cluster.url });
      const store = new RedisStateStore(redis);
      const writes = ['a', '{b}', '}{', '', 'c d'].map((key, i) => write(key, i));
      const { epoch } = await store.acquire(scope);
      expect(await store.apply(scope, epoch, writes, 4)).toMatchObject({ written: 5 });
      expect(
        await store.load(
          scope,
          epoch,
          writes.map(({ key }) => key),
        ),
      ).toMatchObject({ kind: 'loaded' });
      await expect(redis.getMany(['a', 'b'])).rejects.toThrow('CROSSSLOT'); // so the check can fail
    } finally {
      await cluster.stop();
    }
    const elsewhere = new RedisStateStore(await connect());
    await expect(elsewhere.acquire({ ...scope, stage: 'a}b' })).rejects.toThrow('cannot be part of a state key');
  });

  it('answers StoreUnavailable within the command timeout while the server is frozen, and works again afterwards', async () => {
    const redis = await connect({ commandTimeoutMs: 100 });
    const store = new RedisStateStore(redis, { keyPrefix: `test-${randomUUID()}` });
    const { epoch } = await store.acquire(scope);
    await store.apply(scope, epoch, [write('a', 1)], 1);
    server.kill('SIGSTOP');
    const calls = [
      store.load(scope, epoch, ['a']),
      store.apply(scope, epoch, [write('a', 2)], 2),
      store.acquire(scope),
    ];
    const outcomes = await Promise.allSettled(calls);
    for (const outcome of outcomes) {
      expect(outcome.status === 'rejected' && outcome.reason).toBeInstanceOf(StoreUnavailable);
      expect(outcome.status === 'rejected' && outcome.reason.message).toContain('did not answer within 100 ms');
    }
    await expect(redis.ping()).rejects.toBeInstanceOf(StoreUnavailable);
    server.kill('SIGCONT');
    await untilAnswered(redis);
    const again = await store.acquire(scope);
    expect(again.epoch).toBeGreaterThan(epoch);
    expect(await store.apply(scope, again.epoch, [write('a', 3)], 3)).toEqual({
      kind: 'applied',
      written: 1,
      duplicates: 0,
    });
  });

  it('waits for the first answers as long as for the connection itself, and afterwards for each as long as it is told', async () => {
    const upstream = { host: '127.0.0.1', port: server.port };
    const proxy = await startFaultProxy({ upstream, clock: systemClock, random: createSeededRandom(1) });
    try {
      const url = `redis://${proxy.host}:${proxy.port}`;
      const slow = await proxy.add({ kind: 'latency', direction: 'toClient', latencyMs: 100 });
      const redis = await connect({ url, commandTimeoutMs: 30 });
      expect(lines.join('')).not.toContain('could not be checked');
      await expect(redis.ping()).rejects.toThrow('did not answer within 30 ms');
      await slow.remove();
      await untilAnswered(redis);

      await proxy.add({ kind: 'timeout', direction: 'toClient', timeoutMs: 0 });
      await expect(connect({ url, commandTimeoutMs: 30, connectTimeoutMs: 150 })).rejects.toThrow('cannot be reached');
    } finally {
      await proxy.stop();
    }
  });

  it('connects by itself to a server that came back empty, and fences the owner whose state is gone', async () => {
    const redis = await connect();
    const store = new RedisStateStore(redis, { keyPrefix: 'lost' });
    const { epoch } = await store.acquire(scope);
    await store.apply(scope, epoch, [write('a', 1)], 1);
    server.kill('SIGKILL');
    await expect(
      (async () => {
        for (;;) await store.apply(scope, epoch, [write('a', 2)], 2);
      })(),
    ).rejects.toBeInstanceOf(StoreUnavailable);
    await server.restart();
    await untilAnswered(redis);
    expect(await store.load(scope, epoch, ['a'])).toEqual({ kind: 'fenced' });
    expect(await store.apply(scope, epoch, [write('a', 2)], 2)).toEqual({ kind: 'fenced' });
    const again = await store.acquire(scope);
    expect(again.appliedOffset).toBeUndefined();
    expect(again.epoch).toBeGreaterThan(epoch); // also after the counter itself was lost
    expect(lines.join('')).toContain('redis connection failed');
  });

  it('fences the owner of a store that went back in time, at reading and at writing', async () => {
    keyPrefix = `test-${randomUUID()}`;
    const redis = await connect();
    const store = new RedisStateStore(redis, { keyPrefix });
    const { epoch } = await store.acquire(scope);
    await store.apply(scope, epoch, [write('a', 1)], 1);
    const names: string[] = [];
    for await (const key of redis.scan(keyPrefix)) names.push(key);
    const before = await redis.getMany(names);
    await store.apply(scope, epoch, [write('a', 2)], 2);
    for (const [i, name] of names.entries()) await redis.set(name, before[i] as Buffer); // the tail is lost
    expect(await store.load(scope, epoch, ['a'])).toEqual({ kind: 'fenced' });
    expect(await store.apply(scope, epoch, [write('b', 3)], 3)).toEqual({ kind: 'fenced' });
    const again = await store.acquire(scope);
    expect(again.appliedOffset).toBe(1);
    expect(await store.load(scope, again.epoch, ['a', 'b'])).toMatchObject({ states: [{ offset: 1 }, undefined] });
  });

  it('reads the applied offset of a version that keeps no timestamp with it, also behind one that does', async () => {
    keyPrefix = `test-${randomUUID()}`;
    const redis = await connect();
    const store = new RedisStateStore(redis, { keyPrefix });
    const applied = `${scopePrefix(keyPrefix, scope)}applied`;
    await redis.set(applied, Buffer.from('41'));
    const { epoch, ...found } = await store.acquire(scope);
    expect(found).toEqual({ appliedOffset: 41, appliedTimestampMs: undefined });
    await store.apply(scope, epoch, [], 42, 1_000);
    expect(await store.acquire(scope)).toMatchObject({ appliedOffset: 42, appliedTimestampMs: 1_000 });
    expect(await redis.getMany([applied])).toEqual([Buffer.from('42')]); // which that version can read in turn
    await redis.set(applied, Buffer.from('43'));
    expect(await store.acquire(scope)).toMatchObject({ appliedOffset: 43, appliedTimestampMs: undefined });
  });

  it('takes a call whose reply was lost after execution, repeated, as duplicates', async () => {
    keyPrefix = `test-${randomUUID()}`;
    const redis = await connect();
    let lose = 0;
    const lossy: RedisConnection = {
      ...redis,
      async runScript(...call) {
        const reply = await redis.runScript(...call);
        if (lose-- > 0) throw new StoreUnavailable('the reply was lost');
        return reply;
      },
    };
    const store = new RedisStateStore(lossy, { keyPrefix, maxKeysPerCall: 2 });
    const { epoch } = await store.acquire(scope);
    const writes = ['a', 'b', 'c', 'd', 'e'].map((key, i) => write(key, i));
    for (const lost of [1, 1, 0]) {
      lose = lost;
      const outcome = store.apply(scope, epoch, writes, 4);
      if (lost > 0) await expect(outcome).rejects.toBeInstanceOf(StoreUnavailable);
      else expect(await outcome).toEqual({ kind: 'applied', written: 3, duplicates: 2 });
    }
    expect(await store.apply(scope, epoch, [write('a', 9)], 9)).toEqual({ kind: 'applied', written: 1, duplicates: 0 });
    expect(await store.load(scope, epoch, ['a', 'e'])).toMatchObject({ states: [{ offset: 9 }, { offset: 4 }] });
  });

  it('writes the applied offset only with the last chunk', async () => {
    keyPrefix = `test-${randomUUID()}`;
    const redis = await connect();
    let left = 2;
    const cut: RedisConnection = {
      ...redis,
      runScript: (...call) => (left-- > 0 ? redis.runScript(...call) : Promise.reject(new StoreUnavailable('cut off'))),
    };
    const store = new RedisStateStore(cut, { keyPrefix, maxKeysPerCall: 1 });
    const { epoch } = await store.acquire(scope);
    await expect(store.apply(scope, epoch, [write('a', 1), write('b', 2)], 2)).rejects.toBeInstanceOf(StoreUnavailable);
    left = 9;
    const again = await store.acquire(scope);
    expect(again.appliedOffset).toBeUndefined();
    expect(await store.load(scope, again.epoch, ['a', 'b'])).toMatchObject({ states: [{ offset: 1 }, undefined] });
  });

  it('refuses a state of which any single bit has changed, without naming its key', async () => {
    keyPrefix = `test-${randomUUID()}`;
    const redis = await connect();
    const store = new RedisStateStore(redis, { keyPrefix });
    const { epoch } = await store.acquire(scope);
    await store.apply(scope, epoch, [write('subject-a', 1)], 1);
    const name = `${keyPrefix}:{scorer:behaviour:3}:s:subject-a`;
    const [stored] = await redis.getMany([name]);
    const good = stored as Buffer;
    for (let bit = 16 * 8; bit < good.length * 8; bit++) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      await redis.set(name, bad);
      const error: unknown = await store.load(scope, epoch, ['subject-a']).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(StateCorrupt);
      expect((error as StateCorrupt).message).not.toContain('subject-a');
    }
    await redis.set(name, good.subarray(0, 19));
    await expect(store.load(scope, epoch, ['subject-a'])).rejects.toBeInstanceOf(StateCorrupt);
  });

  it('refuses to start where the server may evict, and says how to change that', async () => {
    const evicting = await startLocalRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
    try {
      const redis = createRedisConnection({ url: evicting.url, name: 'state' }, log);
      await expect(redis.connect()).rejects.toThrow(/allkeys-lru.*CONFIG SET maxmemory-policy noeviction/);
      await expect(redis.ping()).rejects.toBeInstanceOf(StoreUnavailable);
    } finally {
      await evicting.stop();
    }
  });

  it('starts, and says that it could not check, where the server forbids to ask', async () => {
    const guarded = await startLocalRedis({ args: ['--user', 'worker', 'on', 'nopass', '~*', '&*', '+@all', '-info'] });
    try {
      await connect({ url: guarded.url.replace('redis://', 'redis://worker:x@') });
      expect(lines.join('')).toContain('the eviction policy could not be checked');
      expect(lines.join('')).not.toContain('worker:x');
    } finally {
      await guarded.stop();
    }
  });

  it('rejects with StoreUnavailable where there is no server', async () => {
    const nowhere = createRedisConnection({ url: 'redis://127.0.0.1:1', name: 'state', connectTimeoutMs: 500 }, log);
    await expect(nowhere.connect()).rejects.toBeInstanceOf(StoreUnavailable);
    await nowhere.close();
  });

  it('runs its scripts on a server that has forgotten them', async () => {
    keyPrefix = `test-${randomUUID()}`;
    const redis = await connect();
    const store = new RedisStateStore(redis, { keyPrefix });
    const { epoch } = await store.acquire(scope);
    const flush = { source: 'return 1', digest: '0'.repeat(40) };
    expect(await redis.runScript(flush, [], [])).toBe(1);
    await server.restart(); // an empty server also knows no script
    await untilAnswered(redis);
    const again = await store.acquire(scope);
    expect(again.epoch).toBeGreaterThan(epoch);
    expect(await store.apply(scope, again.epoch, [write('a', 1)], 1)).toMatchObject({ written: 1 });
  });
});
