import type { ReadState, StateReader } from './state-reader.ts';
import {
  type ApplyOutcome,
  type LoadOutcome,
  type StateScope,
  type StateStore,
  type StateWrite,
  type StoredState,
  StoreUnavailable,
} from './state-store.ts';

/** Bound of a store in memory. */
export interface MemoryStateStoreOptions {
  /** Most bytes of states; a write beyond is refused. */
  maxBytes?: number;
}

/** 1 GiB. */
export const defaultMemoryStateStoreOptions = { maxBytes: 1_073_741_824 } satisfies MemoryStateStoreOptions;

interface Partition {
  epoch: number;
  applied: number | undefined;
  states: Map<string, StoredState>;
}

const scopeName = ({ stage, topic, partition }: StateScope): string => `${stage}:${topic}:${partition}`;

/** State of partitions in this process: the embedded default. Lost at its end. */
export class MemoryStateStore implements StateStore, StateReader {
  readonly #maxBytes: number;
  readonly #partitions = new Map<string, Partition>();
  #bytes = 0;

  constructor(options: MemoryStateStoreOptions = {}) {
    this.#maxBytes = options.maxBytes ?? defaultMemoryStateStoreOptions.maxBytes;
  }

  acquire(scope: StateScope) {
    const partition = this.#partitions.get(scopeName(scope)) ?? { epoch: 0, applied: undefined, states: new Map() };
    this.#partitions.set(scopeName(scope), partition);
    partition.epoch += 1;
    return Promise.resolve({ epoch: partition.epoch, appliedOffset: partition.applied });
  }

  load(scope: StateScope, epoch: number, keys: readonly string[]): Promise<LoadOutcome> {
    const partition = this.#partitions.get(scopeName(scope));
    if (partition?.epoch !== epoch) return Promise.resolve({ kind: 'fenced' });
    const states = keys.map((key) => {
      const stored = partition.states.get(key);
      return stored && { offset: stored.offset, bytes: Buffer.from(stored.bytes) };
    });
    return Promise.resolve({ kind: 'loaded', states });
  }

  apply(scope: StateScope, epoch: number, writes: readonly StateWrite[], appliedOffset: number): Promise<ApplyOutcome> {
    const partition = this.#partitions.get(scopeName(scope));
    if (partition?.epoch !== epoch) return Promise.resolve({ kind: 'fenced' });
    let written = 0;
    for (const { key, offset, bytes } of writes) {
      const stored = partition.states.get(key);
      if (stored !== undefined && stored.offset >= offset) continue;
      const bytesAfter = this.#bytes + bytes.length - (stored?.bytes.length ?? 0);
      if (bytesAfter > this.#maxBytes) {
        const full = `the memory store is full: ${this.#maxBytes} bytes of states. Raise its maxBytes, or use Redis`;
        return Promise.reject(new StoreUnavailable(full));
      }
      this.#bytes = bytesAfter;
      partition.states.set(key, { offset, bytes: Buffer.from(bytes) });
      written += 1;
    }
    partition.applied = Math.max(partition.applied ?? appliedOffset, appliedOffset);
    return Promise.resolve({ kind: 'applied', written, duplicates: writes.length - written });
  }

  appliedOffset(scope: StateScope) {
    return Promise.resolve(this.#partitions.get(scopeName(scope))?.applied);
  }

  async *states(scope: StateScope): AsyncGenerator<ReadState> {
    const states = this.#partitions.get(scopeName(scope))?.states ?? new Map<string, StoredState>();
    for (const [key, { offset, bytes }] of [...states]) yield { kind: 'state', key, offset, bytes: Buffer.from(bytes) };
  }
}
