import type { KeyValueStore } from './key-value-store.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Where in a shared Redis the values are. */
export interface RedisKeyValueStoreOptions {
  /** Begins every key, so that installations may share a server. */
  keyPrefix?: string;
}

/** What holds where nothing else is said. */
export const defaultRedisKeyValueStoreOptions = { keyPrefix: 'gk:kv:' } satisfies RedisKeyValueStoreOptions;

/** Most keys per `MGET`: one command must not block the server for long. */
const keysPerRead = 512;

/** Values in Redis, each under its own name: they may lie on any shard. */
export class RedisKeyValueStore implements KeyValueStore {
  readonly #redis: RedisConnection;
  readonly #prefix: string;

  constructor(redis: RedisConnection, options: RedisKeyValueStoreOptions = {}) {
    this.#redis = redis;
    this.#prefix = options.keyPrefix ?? defaultRedisKeyValueStoreOptions.keyPrefix;
  }

  async getMany(keys: readonly string[]) {
    const values: (Buffer | undefined)[] = [];
    for (let start = 0; start < keys.length; start += keysPerRead) {
      const names = keys.slice(start, start + keysPerRead).map((key) => this.#prefix + key);
      values.push(...(await this.#redis.getMany(names)));
    }
    return values;
  }

  async put(key: string, value: Buffer, options?: { expiresAfterMs?: number }) {
    await this.#redis.set(this.#prefix + key, value, options);
  }

  async putIfAbsent(key: string, value: Buffer, options?: { expiresAfterMs?: number }) {
    return await this.#redis.setIfAbsent(this.#prefix + key, value, options);
  }

  async delete(key: string) {
    await this.#redis.delete([this.#prefix + key]);
  }

  async *keys(prefix: string) {
    const seen = new Set<string>(); // a scan may name a key twice while the server grows its table
    for await (const name of this.#redis.scan(this.#prefix + prefix)) {
      if (seen.has(name)) continue;
      seen.add(name);
      yield name.slice(this.#prefix.length);
    }
  }

  async ping() {
    await this.#redis.ping();
  }
}
