import { Cluster, Redis } from 'ioredis';
import type { RedisMode } from './redis-modes.ts';

/** Which servers. */
export interface RedisServers {
  /** `redis://[user:password@]host:port[/db]`, or `rediss://` for TLS. Never logged. */
  url: string;
  /** Default: single. */
  mode?: RedisMode;
  /** `host:port` of more nodes of the cluster, or of more sentinels. */
  nodes?: readonly string[];
  /** What sentinels call the servers. Default: mymaster. */
  sentinelPrimary?: string;
  sentinelPassword?: string;
}

/** How long the servers are waited for, and what they are told of us. */
export interface RedisClientOptions extends RedisServers {
  connectionName: string;
  /** Also of the commands with which the package introduces itself: one that is late breaks the connection. */
  commandTimeoutMs: number;
  connectTimeoutMs: number;
}

/** The client package's own commands, as far as they are used; in a cluster each goes to the node that has its key. */
export type RedisCommands = Pick<Redis, 'mgetBuffer' | 'set' | 'unlink' | 'callBuffer'>;
/** The commands that are about one server. */
export type RedisServer = Pick<Redis, 'ping' | 'info' | 'scan'>;

/** One server, a cluster or what sentinels point at, behind the same few calls. */
export interface RedisClient {
  /** `host:port`, and nothing else of the URL: that is where the credentials are. */
  readonly address: string;
  readonly commands: RedisCommands;
  /** Whether keys with different hash tags may lie on different servers. */
  readonly isSharded: boolean;
  /** Every server that takes writes, as far as it is known now. */
  primaries(): RedisServer[];
  isReady(): boolean;
  /** From now on each command may take so long, in ms. Of no effect where {@link isSharded}: there none has a limit. */
  limitCommands(timeoutMs: number): void;
  /** Connects where nothing is connected or under way. */
  connect(): Promise<void>;
  disconnect(): void;
  reconnect(): void;
  onError(listener: (error: Error) => void): void;
  onReady(listener: () => void): void;
}

const longestReconnectDelayMs = 2_000;
/** A node that answers nothing tells of no new primary: who has which slots is asked again this often. */
const slotsRefreshIntervalMs = 2_000;
const defaultPort = 6379;

/** Half of the delay is chance, so that many workers do not return to a restarted server at the same instant. */
function reconnectDelay(attempt: number): number {
  return Math.min(longestReconnectDelayMs, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);
}

/**
 * The only place that knows the client package. Nothing is sent twice behind the caller's back: with the package's
 * defaults a command whose reply was lost is repeated, and a frozen server holds a command for ever (both measured).
 */
export function createRedisClient(options: RedisClientOptions): RedisClient {
  switch (options.mode ?? 'single') {
    case 'single':
      return adaptRedis(new Redis(options.url, serverOptions(options)), options);
    case 'sentinel':
      return adaptRedis(new Redis({ ...serverOptions(options), ...sentinelOptions(options) }), options);
    case 'cluster':
      return adaptCluster(options);
  }
}

function serverOptions({ connectionName, commandTimeoutMs, connectTimeoutMs }: RedisClientOptions) {
  return {
    lazyConnect: true,
    connectionName,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: 200,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    // The package's own check warns on the console where INFO is forbidden; a loading server is waited for by the connection.
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: reconnectDelay,
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
}

function sentinelOptions(options: RedisClientOptions) {
  const { sentinelPrimary = 'mymaster', sentinelPassword = '' } = options;
  const { credentials, database, isTls } = partsOf(options.url);
  return {
    sentinels: addressesOf(options),
    name: sentinelPrimary,
    sentinelRetryStrategy: reconnectDelay,
    db: database,
    ...credentials,
    ...(sentinelPassword === '' ? {} : { sentinelPassword }),
    ...(isTls ? { tls: {}, enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  };
}

function adaptRedis(redis: Redis, { url }: RedisClientOptions): RedisClient {
  return {
    address: addressOf(url),
    commands: redis,
    isSharded: false,
    primaries: () => [redis],
    isReady: () => redis.status === 'ready',
    limitCommands(timeoutMs) {
      redis.options.commandTimeout = timeoutMs; // read at each command
    },
    async connect() {
      if (redis.status === 'wait' || redis.status === 'end') await redis.connect();
    },
    disconnect: () => redis.disconnect(),
    reconnect: () => redis.disconnect(true),
    onError: (listener) => void redis.on('error', listener),
    onReady: (listener) => void redis.on('ready', listener),
  };
}

function adaptCluster(options: RedisClientOptions): RedisClient {
  const { credentials, isTls } = partsOf(options.url);
  const { commandTimeout: _, enableOfflineQueue: __, retryStrategy: ___, ...server } = serverOptions(options);
  const cluster = new Cluster(addressesOf(options), {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectDelay,
    slotsRefreshInterval: slotsRefreshIntervalMs,
    slotsRefreshTimeout: options.connectTimeoutMs,
    // A command whose connection broke may have been executed: that it is repeated is for the caller to decide.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    redisOptions: { ...server, ...credentials, ...(isTls ? { tls: {} } : {}) },
  });
  return {
    address: addressOf(options.url),
    commands: cluster,
    isSharded: true,
    primaries: () => cluster.nodes('master'),
    isReady: () => cluster.status === 'ready',
    limitCommands: () => undefined,
    async connect() {
      if (cluster.status === 'wait' || cluster.status === 'end') await cluster.connect();
    },
    disconnect: () => cluster.disconnect(),
    reconnect: () => cluster.disconnect(true),
    onError(listener) {
      cluster.on('error', listener);
      cluster.on('node error', listener);
    },
    onReady: (listener) => void cluster.on('ready', listener),
  };
}

function partsOf(url: string) {
  const { username, password, pathname, protocol } = new URL(url);
  return {
    credentials: {
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    },
    database: Number(pathname.slice(1)) || 0,
    isTls: protocol === 'rediss:',
  };
}

function addressesOf({ url, nodes = [] }: RedisServers): { host: string; port: number }[] {
  return [addressOf(url), ...nodes].map((address) => {
    const colon = address.lastIndexOf(':');
    return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) };
  });
}

function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? defaultPort : port}`;
}
