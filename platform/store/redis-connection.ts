import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import { EvictionRefused, refuseEviction } from './eviction-policy.ts';
import { placesByHashTag } from './hash-tag.ts';
import { createRedisClient, type RedisServer, type RedisServers } from './redis-client.ts';
import type { RedisScript } from './redis-script.ts';
import { StoreUnavailable } from './state-store.ts';

/** Which servers, and how long they are waited for. */
export interface RedisConnectionOptions extends RedisServers {
  /** Names the connection in `CLIENT LIST` and in the log: `state`, `templates`. */
  name: string;
  /** Longest time any command may take once connected. */
  commandTimeoutMs?: number;
  /** Longest time to reach the server at all, and for each answer until it is connected: a process should not end because its server is slow just then. */
  connectTimeoutMs?: number;
}

/** What holds where nothing else is said. */
export const defaultRedisConnectionOptions = {
  commandTimeoutMs: 500,
  connectTimeoutMs: 5_000,
} satisfies Partial<RedisConnectionOptions>;

/** A value as it goes into a command. */
export type RedisArgument = string | number | Buffer;

/**
 * The few commands that the stores need, with no type of the client package. Every failure is a {@link StoreUnavailable}
 * within the command timeout; a command that failed so may still be executed later.
 */
export interface RedisConnection {
  /** Reaches the server, in a cluster every primary. Rejects with {@link EvictionRefused} where it may delete live keys. */
  connect(): Promise<void>;
  ping(): Promise<void>;
  /** Of one instant where the keys share their hash tag, or there is one server. */
  getMany(keys: readonly string[]): Promise<(Buffer | undefined)[]>;
  set(key: string, value: Buffer, options?: { expiresAfterMs?: number }): Promise<void>;
  /** Whether it was set: `false` where the key has a value. */
  setIfAbsent(key: string, value: Buffer, options?: { expiresAfterMs?: number }): Promise<boolean>;
  delete(keys: readonly string[]): Promise<void>;
  /** Every key that begins with `prefix`, each at least once, without blocking the server. */
  scan(prefix: string): AsyncIterable<string>;
  /** Runs a script, sending its source only where the server does not know it yet. Integers as numbers, strings as buffers. */
  runScript(script: RedisScript, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** The client package's own words. */
const timedOut = 'Command timed out';
const keysPerScan = 500;
/** A peer that vanished without a FIN answers nothing for minutes: after so many timeouts in a row a new connection is tried. */
const timeoutsBeforeReconnect = 3;
const loadingPollMs = 100;
const longestLoadingMs = 60_000;

/** A connection to the given servers, not yet connected. */
export function createRedisConnection(options: RedisConnectionOptions, log: Logger): RedisConnection {
  const { name, ...told } = { ...defaultRedisConnectionOptions, ...options };
  const { commandTimeoutMs, connectTimeoutMs } = told;
  const client = createRedisClient({ ...told, connectionName: `gaitkeeper-${name}` });
  const { address, commands } = client;
  let limitMs = commandTimeoutMs;
  let timeoutsInARow = 0;
  let lastLogged = '';

  client.onError((error) => {
    if (error.message === lastLogged) return; // one line per cause, not one per attempt
    lastLogged = error.message;
    log.warn({ connection: name, reason: error.message }, 'redis connection failed');
  });
  client.onReady(() => {
    lastLogged = '';
    log.info({ connection: name }, 'redis connection ready');
  });

  function unavailable(error: unknown): StoreUnavailable {
    const message = error instanceof Error ? error.message : String(error);
    if (message === timedOut) {
      timeoutsInARow += 1;
      if (timeoutsInARow >= timeoutsBeforeReconnect && client.isReady()) {
        timeoutsInARow = 0;
        log.warn({ connection: name, timeouts: timeoutsBeforeReconnect }, 'redis does not answer, connecting anew');
        client.reconnect();
      }
      return new StoreUnavailable(`Redis at ${address} did not answer within ${limitMs} ms`, { cause: error });
    }
    return new StoreUnavailable(`Redis at ${address}: ${message}`, { cause: error });
  }

  function limitCommands(timeoutMs: number): void {
    limitMs = timeoutMs;
    client.limitCommands(timeoutMs);
  }

  /** In a cluster a command may wait for a node before it is sent, where the package bounds nothing. */
  async function inTime<Reply>(reply: Promise<Reply>): Promise<Reply> {
    if (!client.isSharded) return await reply;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(timedOut)), limitMs);
    });
    try {
      return await Promise.race([reply, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function answered<Reply>(reply: Promise<Reply>): Promise<Reply> {
    try {
      const value = await inTime(reply);
      timeoutsInARow = 0;
      return value;
    } catch (error) {
      throw unavailable(error);
    }
  }

  async function onEveryPrimary<Reply>(ask: (server: RedisServer) => Promise<Reply>): Promise<Reply[]> {
    return await answered(Promise.all(client.primaries().map(ask)));
  }

  /** A server that reads its data from disk refuses commands until it has done so. */
  async function untilLoaded(): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += loadingPollMs) {
      try {
        await onEveryPrimary((server) => server.ping());
        return;
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('LOADING')) || waitedMs >= longestLoadingMs) throw error;
        await sleep(loadingPollMs);
      }
    }
  }

  async function checkEviction(): Promise<void> {
    try {
      for (const memory of await onEveryPrimary((server) => server.info('memory'))) refuseEviction(memory);
    } catch (error) {
      if (error instanceof EvictionRefused) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(
        { connection: name, reason },
        'the eviction policy could not be checked: make sure that it is noeviction',
      );
    }
  }

  return {
    async connect() {
      limitCommands(Math.max(connectTimeoutMs, commandTimeoutMs));
      try {
        await client.connect();
      } catch (error) {
        client.disconnect();
        // The package rejects with a general phrase; its event before that has the cause.
        const reason = lastLogged || String(error);
        const advice = 'is it running, and is redisUrl right?';
        throw new StoreUnavailable(`Redis at ${address} cannot be reached (${reason}); ${advice}`, { cause: error });
      }
      try {
        await untilLoaded();
        await checkEviction();
      } catch (error) {
        client.disconnect();
        throw error;
      }
      limitCommands(commandTimeoutMs);
    },
    async ping() {
      await onEveryPrimary((server) => server.ping());
    },
    async getMany(keys) {
      if (keys.length === 0) return [];
      if (!client.isSharded) return (await answered(commands.mgetBuffer(keys as string[]))).map(present);
      const values: (Buffer | undefined)[] = new Array(keys.length);
      const reads = placesByHashTag(keys).map(async (places) => {
        const found = await commands.mgetBuffer(places.map((place) => keys[place] as string));
        for (const [i, place] of places.entries()) values[place] = present(found[i] ?? null);
      });
      await answered(Promise.all(reads));
      return values;
    },
    async set(key, value, { expiresAfterMs } = {}) {
      if (expiresAfterMs === undefined) await answered(commands.set(key, value));
      else await answered(commands.set(key, value, 'PX', wholeMs(expiresAfterMs)));
    },
    async setIfAbsent(key, value, { expiresAfterMs } = {}) {
      if (expiresAfterMs === undefined) return (await answered(commands.set(key, value, 'NX'))) !== null;
      return (await answered(commands.set(key, value, 'PX', wholeMs(expiresAfterMs), 'NX'))) !== null;
    },
    async delete(keys) {
      if (keys.length === 0) return;
      const groups = client.isSharded ? placesByHashTag(keys) : [[...keys.keys()]];
      const removals = groups.map((places) => commands.unlink(places.map((place) => keys[place] as string)));
      await answered(Promise.all(removals));
    },
    async *scan(prefix) {
      const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`;
      for (const server of client.primaries()) {
        let cursor = '0';
        do {
          const [next, keys] = await answered(server.scan(cursor, 'MATCH', pattern, 'COUNT', keysPerScan));
          yield* keys;
          cursor = next;
        } while (cursor !== '0');
      }
    },
    async runScript({ source, digest }, keys, args) {
      const operands = [keys.length, ...keys, ...args];
      try {
        const reply = await inTime(commands.callBuffer('EVALSHA', [digest, ...operands]));
        timeoutsInARow = 0;
        return reply;
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw unavailable(error);
        return await answered(commands.callBuffer('EVAL', [source, ...operands]));
      }
    },
    close() {
      client.disconnect();
      return Promise.resolve();
    },
  };
}

function wholeMs(expiresAfterMs: number): number {
  return Math.max(1, Math.ceil(expiresAfterMs));
}

function present(value: Buffer | null): Buffer | undefined {
  return value ?? undefined;
}
