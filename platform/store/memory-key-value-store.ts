import { type Clock, systemClock } from '../clock.ts';
import type { KeyValueStore } from './key-value-store.ts';
import { StoreUnavailable } from './state-store.ts';

/** Bound of a store in memory. */
export interface MemoryKeyValueStoreOptions {
  /** Most bytes of values; a value beyond is refused. */
  maxBytes?: number;
  clock?: Clock;
}

/** 256 MiB. */
export const defaultMemoryKeyValueStoreOptions = { maxBytes: 268_435_456 } satisfies MemoryKeyValueStoreOptions;

interface Entry {
  value: Buffer;
  expiresAtMs: number;
}

/** Values in this process: the embedded default. Lost at its end. */
export class MemoryKeyValueStore implements KeyValueStore {
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(options: MemoryKeyValueStoreOptions = {}) {
    this.#maxBytes = options.maxBytes ?? defaultMemoryKeyValueStoreOptions.maxBytes;
    this.#clock = options.clock ?? systemClock;
  }

  getMany(keys: readonly string[]) {
    return Promise.resolve(
      keys.map((key) => {
        const entry = this.#live(key);
        return entry && Buffer.from(entry.value);
      }),
    );
  }

  put(key: string, value: Buffer, options: { expiresAfterMs?: number } = {}) {
    const room = this.#maxBytes - value.length + (this.#live(key)?.value.length ?? 0);
    if (this.#bytes > room) this.#removeExpired();
    if (this.#bytes > room) {
      const full = `the memory store is full: ${this.#maxBytes} bytes of values. Raise its maxBytes, or use Redis`;
      return Promise.reject(new StoreUnavailable(full));
    }
    this.#remove(key);
    const expiresAtMs = this.#clock.nowMs() + (options.expiresAfterMs ?? Number.POSITIVE_INFINITY);
    this.#entries.set(key, { value: Buffer.from(value), expiresAtMs });
    this.#bytes += value.length;
    return Promise.resolve();
  }

  async putIfAbsent(key: string, value: Buffer, options?: { expiresAfterMs?: number }) {
    if (this.#live(key) !== undefined) return false;
    await this.put(key, value, options); // takes effect before it returns
    return true;
  }

  delete(key: string) {
    this.#remove(key);
    return Promise.resolve();
  }

  async *keys(prefix: string) {
    for (const key of [...this.#entries.keys()]) {
      if (key.startsWith(prefix) && this.#live(key) !== undefined) yield key;
    }
  }

  ping() {
    return Promise.resolve();
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAtMs > this.#clock.nowMs()) return entry;
    this.#remove(key);
    return undefined;
  }

  #remove(key: string): void {
    this.#bytes -= this.#entries.get(key)?.value.length ?? 0;
    this.#entries.delete(key);
  }

  #removeExpired(): void {
    for (const key of [...this.#entries.keys()]) this.#live(key);
  }
}
