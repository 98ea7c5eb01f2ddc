import { connect, type Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import type { EventLog } from '../event-log.ts';
import { createDirectedStream, type DirectedStream } from './directed-stream.ts';
import type { PlacedToxic } from './placed-toxic.ts';
import type { ProxyEvent } from './proxy-event.ts';
import { resetSocket } from './reset-socket.ts';
import type { End } from './taking.ts';
import type { Direction } from './toxic.ts';

/** Where a proxy passes its connections on to. */
export interface Upstream {
  host: string;
  port: number;
}

/** A client that has come, and what its connection is made with. */
export interface ProxiedConnectionOptions {
  /** For the log. */
  connection: number;
  /** Accepted with half-open sockets allowed. */
  client: Socket;
  upstream: Upstream;
  clock: Clock;
  random: SeededRandom;
  maxHeldBytes: number;
  log: EventLog<ProxyEvent>;
  /** Both sockets are gone. */
  gone(): void;
}

/** One client and its own connection to the server. */
export interface ProxiedConnection {
  /** Bytes that came and have not gone on, the sockets' own buffers apart. */
  heldBytes(direction: Direction): number;
  hit(placed: PlacedToxic): void;
  lift(placed: PlacedToxic): void;
  /** Ends both sides, after what has been passed on to them already. */
  cut(how: End): void;
  /** Ends both sides at once. */
  destroy(): void;
}

/** Connects to the server for a client. */
export function proxyConnection(options: ProxiedConnectionOptions): ProxiedConnection {
  const { connection, client, upstream, clock, random, maxHeldBytes, log, gone } = options;
  const server = connect({ ...upstream, allowHalfOpen: true, noDelay: true });
  const streams: Record<Direction, DirectedStream> = {
    toServer: createDirectedStream({
      ...{ source: client, sink: server, clock, maxHeldBytes, cut, random: random.fork('toServer') },
      acted: (placed) => acted(placed, 'toServer'),
    }),
    toClient: createDirectedStream({
      ...{ source: server, sink: client, clock, maxHeldBytes, cut, random: random.fork('toClient') },
      acted: (placed) => acted(placed, 'toClient'),
    }),
  };
  const { toServer, toClient } = streams;
  let openSockets = 2;
  let reachedServer = false;

  function acted(placed: PlacedToxic, direction: Direction): void {
    log.add({ kind: 'toxicActed', toxicId: placed.id, toxic: placed.toxic.kind, connection, direction });
  }

  function cut(how: End): void {
    toServer.discard();
    toClient.discard();
    for (const socket of [client, server]) {
      if (how === 'reset') resetSocket(socket);
      else socket.destroySoon();
    }
  }

  function closed(): void {
    openSockets -= 1;
    if (openSockets > 0) return;
    toServer.stop();
    toClient.stop();
    const lostBytes = toServer.lostBytes() + toClient.lostBytes();
    const [toServerBytes, toClientBytes] = [toServer.passedBytes(), toClient.passedBytes()];
    log.add({ kind: 'closed', connection, toServerBytes, toClientBytes, lostBytes });
    gone();
  }

  /** What comes from `socket` goes out by `out`; what should go to it is dropped once it is gone. */
  function wire(socket: Socket, out: DirectedStream, back: DirectedStream): void {
    let failure: string | undefined;
    socket.on('data', (bytes: Buffer) => out.accept(bytes));
    socket.once('end', () => out.end('close'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      failure = error.code ?? error.message;
    });
    socket.once('close', () => {
      if (failure !== undefined) {
        if (socket === server && !reachedServer) log.add({ kind: 'upstreamFailed', connection, reason: failure });
        out.end('reset');
      }
      back.discard();
      closed();
    });
  }

  server.once('connect', () => {
    reachedServer = true;
  });
  wire(client, toServer, toClient);
  wire(server, toClient, toServer);
  log.add({ kind: 'opened', connection });

  return {
    heldBytes: (direction) => streams[direction].heldBytes(),
    hit: (placed) => streams[placed.toxic.direction].hit(placed),
    lift: (placed) => streams[placed.toxic.direction].lift(placed),
    cut,
    destroy() {
      client.destroy();
      server.destroy();
    },
  };
}
