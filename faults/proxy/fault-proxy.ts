import { createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '../../deploy/local/free-ports.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import { createEventLog, type EventsKept } from '../event-log.ts';
import { type PlacedToxic, placeToxic } from './placed-toxic.ts';
import { type ProxiedConnection, proxyConnection, type Upstream } from './proxied-connection.ts';
import type { ProxyEvent } from './proxy-event.ts';
import { checkToxic, type Direction, type Toxic } from './toxic.ts';

/** What a proxy stands before, and its bounds. */
export interface FaultProxyOptions {
  /** Looked at anew for each connection. */
  upstream: Upstream;
  /** On the loopback interface. Default: any free one. */
  port?: number;
  clock: Clock;
  /** Whom a toxic hits, jitter and sizes of slices. */
  random: SeededRandom;
  /** Bytes that wait in one direction of one connection before its source rests; one read of the socket more. Default: 1 MiB. */
  maxHeldBytes?: number;
  /** Clients beyond are turned away. Default: 1,024. */
  maxConnections?: number;
  /** Newest events kept. Default: 10,000. */
  maxEvents?: number;
}

/** A toxic at work. */
export interface AddedToxic {
  /** As in the log. */
  readonly id: number;
  /** Resolves when it works no more; after `down`, when clients are accepted again. Idempotent. */
  remove(): Promise<void>;
}

/** A TCP proxy on the loopback interface that does to its connections what networks and servers do on bad days. */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** Hits new connections and those there are. Throws a RangeError naming the attribute that makes no sense. */
  add(toxic: Toxic): Promise<AddedToxic>;
  /** Removes every toxic. */
  clear(): Promise<void>;
  connections(): number;
  /** Bytes that wait in the proxy, over all connections. */
  heldBytes(direction: Direction): number;
  /** Newest events, oldest first; `forgotten` older ones are no longer kept. */
  events(): EventsKept<ProxyEvent>;
  /** Ends every connection and the listener; resolves when all are gone. Idempotent. */
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/** Starts to listen. Rejects when the port cannot be had. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { upstream, clock, random } = options;
  const { maxHeldBytes = 1024 * 1024, maxConnections = 1_024, maxEvents = 10_000 } = options;
  const log = createEventLog<ProxyEvent>(clock, maxEvents);
  const live = new Map<number, ProxiedConnection>();
  const placed = new Map<number, PlacedToxic>();
  const added = new Map<number, AddedToxic>();
  let connectionsSoFar = 0;
  let toxicsSoFar = 0;
  let downs = 0;
  let stopped = false;
  let whenEmpty = (): void => {};

  /** Drawn from names, not in turn, so that it does not matter who came first. */
  function isHit({ id, toxic }: PlacedToxic, connection: number): boolean {
    return random.fork(`toxic ${id} connection ${connection}`).chance(toxic.toxicity ?? 1);
  }

  function accept(client: Socket): void {
    connectionsSoFar += 1;
    const connection = connectionsSoFar;
    const proxied = proxyConnection({
      ...{ connection, client, upstream, clock, maxHeldBytes, log, random: random.fork(`connection ${connection}`) },
      gone() {
        live.delete(connection);
        if (live.size === 0) whenEmpty();
      },
    });
    live.set(connection, proxied);
    for (const each of placed.values()) if (isHit(each, connection)) proxied.hit(each);
  }

  function listen(): Promise<Server> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    server.maxConnections = maxConnections;
    server.on('drop', () => log.add({ kind: 'refused', reason: `more than ${maxConnections} clients` }));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        server.on('error', (error) => log.add({ kind: 'refused', reason: error.message }));
        resolve(server);
      });
    });
  }

  // Not any port that the system gives: while the proxy is down, an outgoing connection could take one of those.
  const port = options.port ?? ((await freePorts(1))[0] as number);
  let server = await listen();

  async function goDown(): Promise<void> {
    downs += 1;
    if (downs > 1) return;
    server.close();
    for (const each of live.values()) each.cut('close');
  }

  async function comeUp(): Promise<void> {
    downs -= 1;
    if (downs > 0 || stopped) return;
    server = await listen();
    if (downs > 0 || stopped) server.close();
  }

  function hitAll(toxic: PlacedToxic): void {
    placed.set(toxic.id, toxic);
    for (const [connection, each] of live) if (isHit(toxic, connection)) each.hit(toxic);
  }

  function liftAll(toxic: PlacedToxic): void {
    placed.delete(toxic.id);
    for (const each of live.values()) each.lift(toxic);
  }

  async function clear(): Promise<void> {
    for (const each of added.values()) await each.remove();
  }

  return {
    host,
    port,
    async add(toxic) {
      checkToxic(toxic);
      toxicsSoFar += 1;
      const id = toxicsSoFar;
      const onStreams = toxic.kind === 'down' ? undefined : placeToxic(id, toxic);
      log.add({ kind: 'toxicAdded', toxicId: id, toxic });
      const handle: AddedToxic = {
        id,
        async remove() {
          if (!added.delete(id)) return;
          log.add({ kind: 'toxicRemoved', toxicId: id, toxic });
          if (onStreams === undefined) await comeUp();
          else liftAll(onStreams);
        },
      };
      added.set(id, handle);
      if (onStreams === undefined) await goDown();
      else hitAll(onStreams);
      return handle;
    },
    clear,
    connections: () => live.size,
    heldBytes(direction) {
      let sum = 0;
      for (const each of live.values()) sum += each.heldBytes(direction);
      return sum;
    },
    events: () => log.read(),
    async stop() {
      stopped = true;
      // One that is down already calls back with an error that tells nothing new.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const empty = new Promise<void>((resolve) => {
        whenEmpty = resolve;
      });
      if (live.size === 0) whenEmpty();
      for (const each of live.values()) each.destroy();
      await Promise.all([closed, empty]);
    },
  };
}
