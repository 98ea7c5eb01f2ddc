import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Logger } from '../log.ts';
import { EvictionRefused, refuseEviction } from './eviction-policy.ts';
import type { RedisScript } from './redis-script.ts';
import { StoreUnavailable } from './state-store.ts';

/** Which server, and how long it is waited for. */
export interface RedisConnectionOptions {
  /** `redis://[user:password@]host:port[/db]`, or `rediss://` for TLS. Never logged. */
  url: string;
  /** Names the connection in `CLIENT LIST` and in the log: `state`, `templates`. */
  name: string;
  /** Longest time any command may take. */
  commandTimeoutMs?: number;
  /** Longest time to reach the server at all. */
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
  /** Reaches the server. Rejects with {@link EvictionRefused} where it may delete live keys. */
  connect(): Promise<void>;
  ping(): Promise<void>;
  getMany(keys: readonly string[]): Promise<(Buffer | undefined)[]>;
  set(key: string, value: Buffer, options?: { expiresAfterMs?: number }): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  /** Every key that begins with `prefix`, each at least once, without blocking the server. */
  scan(prefix: string): AsyncIterable<string>;
  /** Runs a script, sending its source only where the server does not know it yet. Integers as numbers, strings as buffers. */
  runScript(script: RedisScript, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown>;
  /** Idempotent. */
  close(): Promise<void>;
}

const keysPerScan = 500;
const longestReconnectDelayMs = 2_000;
/** A peer that vanished without a FIN answers nothing for minutes: after so many timeouts in a row a new connection is tried. */
const timeoutsBeforeReconnect = 3;
const loadingPollMs = 100;
const longestLoadingMs = 60_000;

/**
 * The only place that knows the client package. Nothing is sent twice behind the caller's back: with the package's
 * defaults a command whose reply was lost is repeated, and a frozen server holds a command for ever (both measured).
 */
export function createRedisConnection(options: RedisConnectionOptions, log: Logger): RedisConnection {
  const { url, name, commandTimeoutMs, connectTimeoutMs } = { ...defaultRedisConnectionOptions, ...options };
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName: `gaitkeeper-${name}`,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: 200,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    // The package's own check warns on the console where INFO is forbidden; a loading server is waited for below.
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    // Half of the delay is chance, so that many workers do not return to a restarted server at the same instant.
    retryStrategy: (attempt) =>
      Math.min(longestReconnectDelayMs, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  const address = addressOf(url);
  let timeoutsInARow = 0;
  let lastLogged = '';

  redis.on('error', (error: Error) => {
    if (error.message === lastLogged) return; // one line per cause, not one per attempt
    lastLogged = error.message;
    log.warn({ connection: name, reason: error.message }, 'redis connection failed');
  });
  redis.on('ready', () => {
    lastLogged = '';
    log.info({ connection: name }, 'redis connection ready');
  });

  function unavailable(error: unknown): StoreUnavailable {
    const message = error instanceof Error ? error.message : String(error);
    if (message === 'Command timed out') {
      timeoutsInARow += 1;
      if (timeoutsInARow >= timeoutsBeforeReconnect && redis.status === 'ready') {
        timeoutsInARow = 0;
        log.warn({ connection: name, timeouts: timeoutsBeforeReconnect }, 'redis does not answer, connecting anew');
        redis.disconnect(true);
      }
      return new StoreUnavailable(`Redis at ${address} did not answer within ${commandTimeoutMs} ms`, { cause: error });
    }
    return new StoreUnavailable(`Redis at ${address}: ${message}`, { cause: error });
  }

  async function answered<Reply>(reply: Promise<Reply>): Promise<Reply> {
    try {
      const value = await reply;
      timeoutsInARow = 0;
      return value;
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** A server that reads its data from disk refuses commands until it has done so. */
  async function untilLoaded(): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += loadingPollMs) {
      try {
        await answered(redis.ping());
        return;
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('LOADING')) || waitedMs >= longestLoadingMs) throw error;
        await sleep(loadingPollMs);
      }
    }
  }

  async function checkEviction(): Promise<void> {
    try {
      refuseEviction(await redis.info('memory'));
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
      try {
        if (redis.status === 'wait' || redis.status === 'end') await redis.connect();
      } catch (error) {
        redis.disconnect();
        // The package rejects with a general phrase; its event before that has the cause.
        const reason = lastLogged || String(error);
        const advice = 'is it running, and is redisUrl right?';
        throw new StoreUnavailable(`Redis at ${address} cannot be reached (${reason}); ${advice}`, { cause: error });
      }
      try {
        await untilLoaded();
        await checkEviction();
      } catch (error) {
        redis.disconnect();
        throw error;
      }
    },
    async ping() {
      await answered(redis.ping());
    },
    async getMany(keys) {
      if (keys.length === 0) return [];
      const values = await answered(redis.mgetBuffer(keys as string[]));
      return values.map((value) => value ?? undefined);
    },
    async set(key, value, { expiresAfterMs } = {}) {
      if (expiresAfterMs === undefined) await answered(redis.set(key, value));
      else await answered(redis.set(key, value, 'PX', Math.max(1, Math.ceil(expiresAfterMs))));
    },
    async delete(keys) {
      if (keys.length > 0) await answered(redis.unlink(keys as string[]));
    },
    async *scan(prefix) {
      const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`;
      let cursor = '0';
      do {
        const [next, keys] = await answered(redis.scan(cursor, 'MATCH', pattern, 'COUNT', keysPerScan));
        yield* keys;
        cursor = next;
      } while (cursor !== '0');
    },
    async runScript({ source, digest }, keys, args) {
      const operands = [keys.length, ...keys, ...args];
      try {
        const reply = await redis.callBuffer('EVALSHA', [digest, ...operands]);
        timeoutsInARow = 0;
        return reply;
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw unavailable(error);
        return await answered(redis.callBuffer('EVAL', [source, ...operands]));
      }
    },
    close() {
      redis.disconnect();
      return Promise.resolve();
    },
  };
}

const defaultPort = 6379;

/** `host:port`, and nothing else of the URL: that is where the credentials are. */
function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? defaultPort : port}`;
}
