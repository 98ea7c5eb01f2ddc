import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** A connection as the Kafka client asks for it; `ssl` is left out where the connection is not encrypted. */
export interface KafkaSocketRequest {
  host: string;
  port: number;
  ssl?: ConnectionOptions;
  onConnect: () => void;
}

/** Every connection of one Kafka client. The client's own disconnect waits for answers, which a frozen broker never gives. */
export interface KafkaSockets {
  open(request: KafkaSocketRequest): Socket;
  /** Destroys what is open, and from now on whatever is opened: the client tries again by itself. */
  cut(): void;
}

const keepAliveDelayMs = 60_000;
/** As an error, so that whoever waits for an answer hears of it. */
const cutOff = 'the connection was cut';
const endedUnanswered = 'the connection was closed before anything was answered';

/** Opens the connections of a Kafka client and keeps hold of them for as long as they are open. */
export function createKafkaSockets(): KafkaSockets {
  const held = new Set<Socket>();
  let isCut = false;
  return {
    open: ({ host, port, ssl, onConnect }) => {
      // A name for the certificate, where there is one: addresses are not allowed as such.
      const name = isIP(host) === 0 ? { servername: host } : {};
      const socket = ssl ? connectTls({ host, port, ...name, ...ssl }, onConnect) : connect({ host, port }, onConnect);
      if (!ssl) failUnanswered(socket);
      socket.setKeepAlive(true, keepAliveDelayMs);
      // The client listens as well, but not for as long as the socket lives.
      socket.on('error', () => undefined);
      held.add(socket);
      socket.once('close', () => held.delete(socket));
      if (isCut) socket.destroy(new Error(cutOff));
      return socket;
    },
    cut: () => {
      isCut = true;
      for (const socket of held) socket.destroy(new Error(cutOff));
    },
  };
}

/**
 * Makes an end before the first byte an error. The client goes on to another broker behind errors only, and something may
 * take connections for a broker that is down.
 */
function failUnanswered(socket: Socket): void {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...told: unknown[]) => boolean;
  // Not a listener for the end: the client's own would hear of it all the same.
  socket.emit = (event: string | symbol, ...told: unknown[]): boolean => {
    if (event !== 'end' || socket.bytesRead > 0) return emit(event, ...told);
    socket.destroy(new Error(endedUnanswered));
    return true;
  };
}
