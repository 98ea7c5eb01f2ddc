import type {
  Admin,
  Base,
  BaseOptions,
  Broker,
  CallbackWithPromise,
  Connection,
  ConnectionPool,
  SASLOptions,
} from '@platformatic/kafka';
import { connectionTimeoutMs, type KafkaClientSettings } from '../kafka-clients.ts';
import { safeOffset } from '../kafka-record.ts';

type Library = typeof import('@platformatic/kafka');

/** Makes the library's clients, all with one configuration, and keeps hold of their connections for as long as they are open. */
export interface PlatformaticConnections {
  /** Loads the library, which takes a good part of a second: nothing else does before it has to. */
  load(): Promise<void>;
  /** A client for single requests; an answer may take `requestTimeoutMs`. */
  client(requestTimeoutMs: number): Promise<Base>;
  admin(): Promise<Admin>;
  /** Connections apart from those of a client: requests on one connection are answered one after the other. */
  pool(requestTimeoutMs: number): Promise<ConnectionPool>;
  cut(): void;
}

/** As an error, so that whoever waits for an answer hears of it. */
const cutOff = 'the connection was cut';

/** How the library is told where the cluster is and who we are. Its own attempts are none: those are ours. */
export function clientOptions(settings: KafkaClientSettings, requestTimeoutMs: number): BaseOptions {
  const { brokers, clientId, tls, sasl } = settings;
  const { ca, certificate, key } = tls === undefined || tls === true ? {} : tls;
  return {
    clientId,
    bootstrapBrokers: brokers.map(parseAddress),
    connectTimeout: connectionTimeoutMs,
    timeout: settings.requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retries: 0,
    autocreateTopics: false,
    ...(tls === undefined
      ? {}
      : { tls: { ...(ca && { ca }), ...(certificate && { cert: certificate }), ...(key && { key }) } }),
    ...(sasl === undefined
      ? {}
      : {
          sasl: {
            mechanism: sasl.mechanism.toUpperCase() as SASLOptions['mechanism'],
            username: sasl.username,
            password: sasl.password,
          },
        }),
  };
}

/** The library's own parsing takes no IPv6 address in brackets. */
function parseAddress(address: string): Broker {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: safeOffset(address.slice(colon + 1)) };
}

/** Brokers that broke no connection come first, then those that did so longest ago: the library begins with the first that accepts. */
function preferSound(pool: ConnectionPool): void {
  const brokeAt = new Map<string, number>();
  let breaks = 0;
  const addressOf = ({ host, port }: Broker): string => `${host}:${port}`;
  pool.on('disconnect', ({ broker }) => {
    breaks += 1;
    brokeAt.set(addressOf(broker), breaks);
  });
  const rank = (broker: Broker): number => brokeAt.get(addressOf(broker)) ?? 0;
  const first = pool.getFirstAvailable.bind(pool) as ConnectionPool['getFirstAvailable'];
  pool.getFirstAvailable = ((brokers: Broker[], callback: CallbackWithPromise<Connection>) =>
    first(
      [...brokers].sort((a, b) => rank(a) - rank(b)),
      callback,
    )) as ConnectionPool['getFirstAvailable'];
}

/** Nothing is opened, and the library is not even loaded, before the first client is asked for. */
export function createPlatformaticConnections(settings: KafkaClientSettings): PlatformaticConnections {
  const held = new Set<Connection>();
  let library: Promise<Library> | undefined;
  let isCut = false;
  let made = 0;

  /** The library begins with the first address: each client has another first. */
  const options = (requestTimeoutMs: number): BaseOptions => {
    const { brokers } = settings;
    const first = made % Math.max(1, brokers.length);
    made += 1;
    return clientOptions(
      { ...settings, brokers: [...brokers.slice(first), ...brokers.slice(0, first)] },
      requestTimeoutMs,
    );
  };
  const load = (): Promise<Library> => {
    library ??= import('@platformatic/kafka');
    return library;
  };
  const breakOff = (connection: Connection): void => {
    connection.socket?.destroy(new Error(cutOff));
  };
  const hold = (pool: ConnectionPool): void => {
    preferSound(pool);
    pool.on('connecting', ({ connection }) => {
      held.add(connection);
      connection.once('close', () => held.delete(connection));
      // The pool listens too, but to the first error only; whoever waits is told of it by other ways.
      connection.on('error', () => undefined);
      // The socket is made right behind this event.
      if (isCut) queueMicrotask(() => breakOff(connection));
    });
    pool.on('failed', ({ broker, connection }) => {
      held.delete(connection);
      settings.log.debug(
        { component: 'kafka connection', broker: `${broker.host}:${broker.port}` },
        'connection failed',
      );
    });
  };
  const holding = <Client extends Base>(client: Client): Client => {
    hold(client.connections);
    return client;
  };

  return {
    load: async () => {
      await load();
    },
    client: async (requestTimeoutMs) => {
      const { Base } = await load();
      return holding(new Base(options(requestTimeoutMs)));
    },
    admin: async () => {
      const { Admin } = await load();
      return holding(new Admin(options(settings.requestTimeoutMs)));
    },
    pool: async (requestTimeoutMs) => {
      const { ConnectionPool } = await load();
      const pool = new ConnectionPool(settings.clientId, options(requestTimeoutMs));
      hold(pool);
      return pool;
    },
    cut: () => {
      isCut = true;
      for (const connection of held) breakOff(connection);
    },
  };
}
