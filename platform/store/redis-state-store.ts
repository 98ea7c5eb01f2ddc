import { acquirePartition } from './acquire-partition.ts';
import { applyStates, fencedReply } from './apply-states.ts';
import { clearStates } from './clear-states.ts';
import { pageStates } from './page-states.ts';
import type { RedisArgument, RedisConnection } from './redis-connection.ts';
import { scopePrefix } from './state-key.ts';
import type { ReadState, StateReader } from './state-reader.ts';
import {
  type ApplyOutcome,
  type ClearOutcome,
  type PageBounds,
  type PageOutcome,
  StateCorrupt,
  type StateScope,
  type StateStore,
  type StateWrite,
} from './state-store.ts';
import { decodeStoredState, encodeStoredState } from './stored-state-bytes.ts';

/** Where in a shared Redis the states are, and their bounds. */
export interface RedisStateStoreOptions {
  /** Begins every key, so that installations may share a server. */
  keyPrefix?: string;
  /** Most states per script call, at most 2,000: a script blocks the server while it runs, and Lua's stack has an end. */
  maxKeysPerCall?: number;
  /** Most bytes of states per script call; a single larger state goes alone. */
  maxBytesPerCall?: number;
}

/** What holds where nothing else is said. */
export const defaultRedisStateStoreOptions = {
  keyPrefix: 'gk',
  maxKeysPerCall: 512,
  maxBytesPerCall: 1_048_576,
} satisfies RedisStateStoreOptions;

/** The fence as this process knows it: its step counts the acknowledged calls of the epoch. */
interface Fence {
  epoch: number;
  step: number;
}

/** States per `MGET` of a walk: one command must not block the server for long. */
const statesPerRead = 256;

function readState(value: Buffer, key: string): ReadState {
  try {
    return { kind: 'state', key, ...decodeStoredState(value, key) };
  } catch (error) {
    if (!(error instanceof StateCorrupt)) throw error;
    return { kind: 'corrupt', key, detail: error.message };
  }
}

const fenceText = ({ epoch, step }: Fence): string => `${epoch}:${step}`;
const nextFenceText = ({ epoch, step }: Fence): string => `${epoch}:${step + 1}`;

/**
 * State of partitions in Redis: `…own` the fence, `…applied` the last contained input offset, `…stamp` its record's timestamp,
 * `…s:<key>` the states, `…index` their keys by offset. Survives a crash of its users; a server that lost its acknowledged tail is noticed at the next call
 * and reported as `fenced`, because the fence then stands at an earlier step.
 */
export class RedisStateStore implements StateStore, StateReader {
  readonly #redis: RedisConnection;
  readonly #options: Required<RedisStateStoreOptions>;
  /** By scope prefix; as many as partitions were ever acquired here. */
  readonly #fences = new Map<string, Fence>();

  constructor(redis: RedisConnection, options: RedisStateStoreOptions = {}) {
    this.#redis = redis;
    this.#options = { ...defaultRedisStateStoreOptions, ...options };
  }

  async acquire(scope: StateScope) {
    const prefix = scopePrefix(this.#options.keyPrefix, scope);
    const names = [`${prefix}own`, `${prefix}applied`, `${prefix}stamp`];
    const reply = await this.#redis.runScript(acquirePartition, names, []);
    const [epochText, applied, stamp] = reply as [Buffer, (Buffer | null)?, (Buffer | null)?];
    const epoch = Number(epochText.toString());
    this.#fences.set(prefix, { epoch, step: 0 });
    return { epoch, ...readApplied(applied, stamp) };
  }

  async load(scope: StateScope, epoch: number, keys: readonly string[]) {
    const prefix = scopePrefix(this.#options.keyPrefix, scope);
    const fence = this.#fences.get(prefix);
    if (fence?.epoch !== epoch) return { kind: 'fenced' } as const;
    const names = [`${prefix}own`];
    for (const key of keys) names.push(`${prefix}s:${key}`);
    const [own, ...values] = await this.#redis.getMany(names);
    // The step after the known one is that of a call whose reply was lost.
    const found = own?.toString();
    if (found !== fenceText(fence) && found !== nextFenceText(fence)) return { kind: 'fenced' } as const;
    const states = values.map((value, index) =>
      value === undefined ? undefined : decodeStoredState(value, keys[index] ?? ''),
    );
    return { kind: 'loaded', states } as const;
  }

  async apply(
    scope: StateScope,
    epoch: number,
    writes: readonly StateWrite[],
    appliedOffset: number | undefined,
    appliedTimestampMs?: number,
  ): Promise<ApplyOutcome> {
    const prefix = scopePrefix(this.#options.keyPrefix, scope);
    const fence = this.#fences.get(prefix);
    if (fence?.epoch !== epoch) return { kind: 'fenced' };
    const stamp = appliedTimestampMs === undefined ? '' : `${appliedOffset}:${appliedTimestampMs}`;
    let written = 0;
    let next = 0;
    do {
      const names = scopeNames(prefix);
      const values: Buffer[] = [];
      next = this.#fill(names, values, prefix, epoch, writes, next);
      const args: RedisArgument[] = [fenceText(fence), nextFenceText(fence)];
      args.push(...(next === writes.length ? [appliedOffset ?? '', stamp] : ['', '']), ...values);
      const reply = await this.#redis.runScript(applyStates, names, args);
      if (reply === fencedReply) return { kind: 'fenced' };
      fence.step += 1;
      written += Number(reply);
    } while (next < writes.length);
    return { kind: 'applied', written, duplicates: writes.length - written };
  }

  async page(scope: StateScope, epoch: number, afterOffset: number, bounds: PageBounds): Promise<PageOutcome> {
    const prefix = scopePrefix(this.#options.keyPrefix, scope);
    const maxStates = Math.min(bounds.maxStates, this.#options.maxKeysPerCall);
    const maxBytes = Math.min(bounds.maxBytes, this.#options.maxBytesPerCall);
    const args = [epoch, afterOffset, maxStates, maxBytes];
    const reply = await this.#redis.runScript(pageStates, scopeNames(prefix), args);
    if (reply === fencedReply) return { kind: 'fenced' };
    const [applied, stamp, isLast, ...parts] = reply as [Buffer, Buffer, number, ...Buffer[]];
    const states: StateWrite[] = [];
    for (let i = 0; i + 2 < parts.length; i += 3) {
      const [name, score, value] = parts.slice(i, i + 3) as [Buffer, Buffer, Buffer];
      const key = name.toString();
      const state = decodeStoredState(value, key);
      if (state.offset !== Number(score.toString())) throw new StateCorrupt(key, 'its offset is not the indexed one');
      states.push({ key, ...state });
    }
    return { kind: 'page', states, isLast: isLast === 1, ...readApplied(applied, stamp) };
  }

  async clear(scope: StateScope, epoch: number): Promise<ClearOutcome> {
    const prefix = scopePrefix(this.#options.keyPrefix, scope);
    const fence = this.#fences.get(prefix);
    if (fence?.epoch !== epoch) return { kind: 'fenced' };
    for (let states = 0; ; ) {
      const args = [fenceText(fence), nextFenceText(fence), this.#options.maxKeysPerCall];
      const reply = await this.#redis.runScript(clearStates, scopeNames(prefix), args);
      if (reply === fencedReply) return { kind: 'fenced' };
      fence.step += 1;
      if (Number(reply) === 0) return { kind: 'cleared', states };
      states += Number(reply);
    }
  }

  async appliedOffset(scope: StateScope) {
    const [applied] = await this.#redis.getMany([`${scopePrefix(this.#options.keyPrefix, scope)}applied`]);
    return applied === undefined ? undefined : Number(applied.toString());
  }

  async *states(scope: StateScope): AsyncGenerator<ReadState> {
    const prefix = `${scopePrefix(this.#options.keyPrefix, scope)}s:`;
    let names: string[] = [];
    for await (const name of this.#redis.scan(prefix)) {
      names.push(name);
      if (names.length < statesPerRead) continue;
      yield* this.#read(prefix, names);
      names = [];
    }
    yield* this.#read(prefix, names);
  }

  async *#read(prefix: string, names: readonly string[]): AsyncGenerator<ReadState> {
    const values = await this.#redis.getMany(names);
    for (let i = 0; i < names.length; i++) {
      const value = values[i];
      if (value !== undefined) yield readState(value, names[i]?.slice(prefix.length) ?? '');
    }
  }

  /** Appends the writes of one script call, from `start` on; returns the first write that is left. */
  #fill(
    names: string[],
    values: Buffer[],
    prefix: string,
    epoch: number,
    writes: readonly StateWrite[],
    start: number,
  ) {
    let bytes = 0;
    let next = start;
    for (; next < writes.length && values.length < this.#options.maxKeysPerCall; next++) {
      const write = writes[next];
      if (write === undefined || (values.length > 0 && bytes + write.bytes.length > this.#options.maxBytesPerCall))
        break;
      names.push(`${prefix}s:${write.key}`);
      values.push(encodeStoredState(write, epoch));
      bytes += write.bytes.length;
    }
    return next;
  }
}

/** The keys that every script of a scope gets, in their order. */
function scopeNames(prefix: string): string[] {
  return [`${prefix}own`, `${prefix}applied`, `${prefix}index`, `${prefix}stamp`];
}

/**
 * The stamp is "offset:timestamp", and of another offset where a version that does not know of stamps has applied since.
 * Apart from the applied offset, so that such a version can read that.
 */
function readApplied(applied: Buffer | null | undefined, stamp: Buffer | null | undefined) {
  if (applied == null || applied.length === 0) return { appliedOffset: undefined, appliedTimestampMs: undefined };
  const appliedOffset = Number(applied.toString());
  const [offset, timestampMs] = (stamp?.toString() ?? '').split(':').map(Number);
  return { appliedOffset, appliedTimestampMs: offset === appliedOffset ? timestampMs : undefined };
}
