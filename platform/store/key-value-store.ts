/**
 * Values under keys, for what is immutable or forgettable: template files, pointers, sequence marks.
 * Adapters: `RedisKeyValueStore`, `MemoryKeyValueStore`; one contract suite runs on both.
 * Every call rejects with `StoreUnavailable` within the configured time when the store does not answer.
 */
export interface KeyValueStore {
  /** In the order of `keys`; `undefined` for an absent key. */
  getMany(keys: readonly string[]): Promise<(Buffer | undefined)[]>;
  put(key: string, value: Buffer, options?: { expiresAfterMs?: number }): Promise<void>;
  /** Puts where there is nothing, and says whether it has: of several callers at once one. */
  putIfAbsent(key: string, value: Buffer, options?: { expiresAfterMs?: number }): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Keys that begin with `prefix`, in no order, without blocking the store. */
  keys(prefix: string): AsyncIterable<string>;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
}
