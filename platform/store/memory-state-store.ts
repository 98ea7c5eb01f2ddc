import type { ReadState, StateReader } from './state-reader.ts';
import {
  type ApplyOutcome,
  type ClearOutcome,
  type LoadOutcome,
  type PageBounds,
  type PageOutcome,
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
  appliedTimestampMs: number | undefined;
  states: Map<string, StoredState>;
}

const nobodysPartition = (): Partition => ({
  epoch: 0,
  applied: undefined,
  appliedTimestampMs: undefined,
  states: new Map(),
});

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
    const partition = this.#partitions.get(scopeName(scope)) ?? nobodysPartition();
    this.#partitions.set(scopeName(scope), partition);
    partition.epoch += 1;
    const { epoch, applied: appliedOffset, appliedTimestampMs } = partition;
    return Promise.resolve({ epoch, appliedOffset, appliedTimestampMs });
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

  apply(
    scope: StateScope,
    epoch: number,
    writes: readonly StateWrite[],
    appliedOffset: number | undefined,
    appliedTimestampMs?: number,
  ): Promise<ApplyOutcome> {
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
    if (appliedOffset !== undefined && appliedOffset > (partition.applied ?? -1)) {
      partition.applied = appliedOffset;
      partition.appliedTimestampMs = appliedTimestampMs;
    }
    return Promise.resolve({ kind: 'applied', written, duplicates: writes.length - written });
  }

  page(
    scope: StateScope,
    epoch: number,
    afterOffset: number,
    { maxStates, maxBytes }: PageBounds,
  ): Promise<PageOutcome> {
    const partition = this.#partitions.get(scopeName(scope));
    if (partition?.epoch !== epoch) return Promise.resolve({ kind: 'fenced' });
    const found: StateWrite[] = [];
    for (const [key, { offset, bytes }] of partition.states)
      if (offset > afterOffset) found.push({ key, offset, bytes });
    found.sort((a, b) => a.offset - b.offset);
    const states: StateWrite[] = [];
    let size = 0;
    for (const state of found) {
      if (states.length > 0 && (states.length >= maxStates || size + state.bytes.length > maxBytes)) break;
      states.push({ ...state, bytes: Buffer.from(state.bytes) });
      size += state.bytes.length;
    }
    const isLast = states.length === found.length;
    const { applied: appliedOffset, appliedTimestampMs } = partition;
    return Promise.resolve({ kind: 'page', states, isLast, appliedOffset, appliedTimestampMs });
  }

  clear(scope: StateScope, epoch: number): Promise<ClearOutcome> {
    const partition = this.#partitions.get(scopeName(scope));
    if (partition?.epoch !== epoch) return Promise.resolve({ kind: 'fenced' });
    const { size } = partition.states;
    for (const { bytes } of partition.states.values()) this.#bytes -= bytes.length;
    partition.applied = undefined;
    partition.appliedTimestampMs = undefined;
    partition.states.clear();
    return Promise.resolve({ kind: 'cleared', states: size });
  }

  appliedOffset(scope: StateScope) {
    return Promise.resolve(this.#partitions.get(scopeName(scope))?.applied);
  }

  async *states(scope: StateScope): AsyncGenerator<ReadState> {
    const states = this.#partitions.get(scopeName(scope))?.states ?? new Map<string, StoredState>();
    for (const [key, { offset, bytes }] of [...states]) yield { kind: 'state', key, offset, bytes: Buffer.from(bytes) };
  }
}
