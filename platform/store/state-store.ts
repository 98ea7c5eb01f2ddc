/** The state of one stage for one input partition. Everything in it shares one hash tag, so it lives on one Redis shard. */
export interface StateScope {
  stage: string;
  topic: string;
  partition: number;
}

/** A key's state, stamped with the last input offset that it contains. */
export interface StoredState {
  offset: number;
  bytes: Buffer;
}

/** A state as it is to be stored. */
export interface StateWrite extends StoredState {
  key: string;
}

/** What an owner learns when it takes a partition. */
export interface Ownership {
  /** The fencing token: larger than every earlier owner's. */
  epoch: number;
  /** The last input offset contained in the state; `undefined` where the store holds none. */
  appliedOffset: number | undefined;
  /** When the log took the record at `appliedOffset`, in ms since 1970; `undefined` where the store was not told. */
  appliedTimestampMs: number | undefined;
}

/** `states` in the order of the keys; `undefined` for a key without state. `fenced` as in {@link ApplyOutcome}: what was read is void. */
export type LoadOutcome = { kind: 'loaded'; states: (StoredState | undefined)[] } | { kind: 'fenced' };

/** `fenced`: a later owner exists, or the store lost the ownership; nothing more may be written under this epoch. */
export type ApplyOutcome = { kind: 'applied'; written: number; duplicates: number } | { kind: 'fenced' };

/** How much of a walk one call takes at most; a single larger state goes alone. */
export interface PageBounds {
  maxStates: number;
  maxBytes: number;
}

/**
 * Some states of a walk, by their offsets; `isLast`: there were no others when it was taken. `appliedOffset` and its record's
 * timestamp are of the same instant as the states. `fenced` as in {@link ApplyOutcome}.
 */
export type PageOutcome =
  | {
      kind: 'page';
      states: StateWrite[];
      isLast: boolean;
      appliedOffset: number | undefined;
      appliedTimestampMs: number | undefined;
    }
  | { kind: 'fenced' };

/** `states`: how many were removed. `fenced` as in {@link ApplyOutcome}. */
export type ClearOutcome = { kind: 'cleared'; states: number } | { kind: 'fenced' };

/**
 * Keyed state under a fencing epoch. A write whose offset is not above the stored one changes nothing, so a write whose
 * reply was lost may be repeated. One writing call per scope at a time. Adapters: `RedisStateStore`, `MemoryStateStore`; one contract suite runs on both.
 * Every call rejects with {@link StoreUnavailable} within the configured time when the store does not answer.
 */
export interface StateStore {
  /** The last input offset contained in the state; `undefined` where the store holds none. Takes no fence and moves none. */
  appliedOffset(scope: StateScope): Promise<number | undefined>;
  acquire(scope: StateScope): Promise<Ownership>;
  /**
   * Fenced like a write, so that an owner never computes from the state of a later one, nor from a store that went back in time.
   * Rejects with {@link StateCorrupt} where a stored state is not what was written.
   */
  load(scope: StateScope, epoch: number, keys: readonly string[]): Promise<LoadOutcome>;
  /**
   * Writes every state, then `appliedOffset` with the timestamp of its record where that is known, in this order, each under
   * the fence; without an offset, what was applied stays.
   */
  apply(
    scope: StateScope,
    epoch: number,
    writes: readonly StateWrite[],
    appliedOffset: number | undefined,
    appliedTimestampMs?: number,
  ): Promise<ApplyOutcome>;
  /**
   * The states whose offset is above `afterOffset` (-1: all), in the order of their offsets, which differ: one record writes
   * one key. May be called while `apply` is under way. A walk goes on behind the last state of a page, but not behind
   * `appliedOffset`: what is written meanwhile lies above that. Once a page is the last, every state has been seen as it is
   * now. Rejects with {@link StateCorrupt} as `load`.
   */
  page(scope: StateScope, epoch: number, afterOffset: number, bounds: PageBounds): Promise<PageOutcome>;
  /** Removes `appliedOffset` and its timestamp, then every state, each under the fence: the scope is as if nobody had ever written it. */
  clear(scope: StateScope, epoch: number): Promise<ClearOutcome>;
}

/** The store did not answer in time, or refused. Whether the command was executed is unknown. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** A stored state fails its checksum or its layout. */
export class StateCorrupt extends Error {
  override readonly name = 'StateCorrupt';
  /** Which state; in no message, as it names a subject. */
  readonly key: string;

  constructor(key: string, detail: string) {
    super(`a stored state is corrupt: ${detail}`);
    this.key = key;
  }
}
