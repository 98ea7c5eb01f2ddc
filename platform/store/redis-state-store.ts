import { acquirePartition } from './acquire-partition.ts';
import { applyStates, fencedReply } from './apply-states.ts';
import type { RedisArgument, RedisConnection } from './redis-connection.ts';
import { scopePrefix } from './state-key.ts';
import type { ReadState, StateReader } from './state-reader.ts';
import { type ApplyOutcome, StateCorrupt, type StateScope, type StateStore, type StateWrite } from './state-store.ts';
import { decodeStoredState, encodeStoredState } from './stored-state-bytes.ts';

/** Where in a shared Redis the states are, and their bounds. */
export interface RedisStateStoreOptions {
  /** Begins every key, so that installations may share a server. */
  keyPrefix?: string;
  /** Most states per script call: a script blocks the server while it runs. */
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

/**
 * State of partitions in Redis: `…own` the fence, `…applied` the last contained input offset, `…s:<key>` the states.
 * Survives a crash of its users; a server that lost its acknowledged tail is noticed at the next call and reported as
 * `fenced`, because the fence then stands at an earlier step.
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
    const reply = await this.#redis.runScript(acquirePartition, [`${prefix}own`, `${prefix}applied`], []);
    const [epochText, appliedText] = reply as [Buffer, (Buffer | null)?];
    const epoch = Number(epochText.toString());
    this.#fences.set(prefix, { epoch, step: 0 });
    return { epoch, appliedOffset: appliedText == null ? undefined : Number(appliedText.toString()) };
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
    if (found !== fenceText(fence) && found !== fenceText({ epoch, step: fence.step + 1 })) {
      return { kind: 'fenced' } as const;
    }
    const states = values.map((value, index) =>
      value === undefined ? undefined : decodeStoredState(value, keys[index] ?? ''),
    );
    return { kind: 'loaded', states } as const;
  }

  async apply(
    scope: StateScope,
    epoch: number,
    writes: readonly StateWrite[],
    appliedOffset: number,
  ): Promise<ApplyOutcome> {
    const prefix = scopePrefix(this.#options.keyPrefix, scope);
    const fence = this.#fences.get(prefix);
    if (fence?.epoch !== epoch) return { kind: 'fenced' };
    let written = 0;
    let next = 0;
    do {
      const names = [`${prefix}own`, `${prefix}applied`];
      const values: Buffer[] = [];
      next = this.#fill(names, values, prefix, epoch, writes, next);
      const args: RedisArgument[] = [fenceText(fence), fenceText({ epoch, step: fence.step + 1 })];
      args.push(next === writes.length ? appliedOffset : '', ...values);
      const reply = await this.#redis.runScript(applyStates, names, args);
      if (reply === fencedReply) return { kind: 'fenced' };
      fence.step += 1;
      written += Number(reply);
    } while (next < writes.length);
    return { kind: 'applied', written, duplicates: writes.length - written };
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
