import { LRUCache } from 'lru-cache';
import type { StateEntry } from './state-entry.ts';

/** An empty or small state still costs its key and its place. */
const entryOverheadBytes = 256;

/** Decoded states of the partitions that this member owns, the least recently used ones given up first. */
export class StateCache<State> {
  readonly #entries: LRUCache<string, StateEntry<State>>;
  #ownerships = 0;

  constructor({ maxStates, maxBytes }: { maxStates: number; maxBytes: number }) {
    this.#entries = new LRUCache({ max: maxStates, maxSize: maxBytes });
  }

  /** A part of its own for one ownership of one partition: states of different epochs never meet. */
  open(): StateCachePart<State> {
    this.#ownerships += 1;
    return new StateCachePart(this.#entries, `${this.#ownerships}:`);
  }

  get size(): number {
    return this.#entries.size;
  }
}

/** States known under one epoch of one partition. */
export class StateCachePart<State> {
  readonly #entries: LRUCache<string, StateEntry<State>>;
  readonly #prefix: string;

  constructor(entries: LRUCache<string, StateEntry<State>>, prefix: string) {
    this.#entries = entries;
    this.#prefix = prefix;
  }

  get(key: string): StateEntry<State> | undefined {
    return this.#entries.get(this.#prefix + key);
  }

  keep(entry: StateEntry<State>): void {
    this.#entries.set(this.#prefix + entry.key, entry, { size: entryOverheadBytes + entry.sizeBytes });
  }

  /** Forgets every state of the ownership. */
  drop(): void {
    for (const name of [...this.#entries.keys()]) if (name.startsWith(this.#prefix)) this.#entries.delete(name);
  }
}
