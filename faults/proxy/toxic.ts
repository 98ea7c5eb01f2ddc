/** The half of a connection that a toxic works on: what the client sends, or what it is answered. */
export type Direction = 'toServer' | 'toClient';

/** What every toxic on a stream of bytes says beside its own attributes. */
interface Reach {
  direction: Direction;
  /** Share of the connections that it hits, above 0 and at most 1; each is decided once, from the seed. Default: 1. */
  toxicity?: number;
}

/** Each piece comes later by `latencyMs`, give or take up to `jitterMs`; order is kept, the end of the stream is delayed too. */
export type Latency = Reach & { kind: 'latency'; latencyMs: number; jitterMs?: number };
/** So many thousand bytes a second and no more; the slowest of several holds. */
export type Bandwidth = Reach & { kind: 'bandwidth'; kilobytesPerSecond: number };
/** The end of the stream, orderly or not, is passed on only after `delayMs`. */
export type SlowClose = Reach & { kind: 'slowClose'; delayMs: number };
/**
 * Nothing passes, not even the end of the stream; the connection is closed after `timeoutMs`. 0 is a black hole: never
 * closed. A connection that lost something to it is closed when the toxic is removed: the rest would make no sense.
 */
export type Timeout = Reach & { kind: 'timeout'; timeoutMs: number };
/** The next bytes are swallowed, and `timeoutMs` later both ends get a TCP RST. */
export type ResetPeer = Reach & { kind: 'resetPeer'; timeoutMs: number };
/** Pieces of `averageBytes`, give or take `variationBytes`, at least `delayUs` microseconds apart. */
export type Slicer = Reach & { kind: 'slicer'; averageBytes: number; variationBytes?: number; delayUs?: number };
/** After `bytes` more bytes the connection is closed. */
export type LimitData = Reach & { kind: 'limitData'; bytes: number };
/**
 * The next `bytes` bytes are swallowed, then the connection is closed: towards the client, a reply lost after the server
 * has done the work. Once only: the first connection with anything to swallow takes it. What came along is lost as well.
 */
export type DropOnce = Reach & { kind: 'dropOnce'; bytes: number };

/** What can be wrong with the bytes of one direction; names and meaning as in toxiproxy, units in the attributes' names. */
export type StreamToxic = Latency | Bandwidth | SlowClose | Timeout | ResetPeer | Slicer | LimitData | DropOnce;

/** New connections are refused, and those there are closed. */
export type Down = { kind: 'down' };

/** Everything that the proxy can do to its connections. */
export type Toxic = StreamToxic | Down;

/** Node's timers fire at once where they are set for longer. */
const longestMs = 2 ** 31 - 1;

/** @throws RangeError naming the attribute that makes no sense, and what it may be */
export function checkToxic(toxic: Toxic): void {
  if (toxic.kind === 'down') return;
  const within = (name: string, value: number | undefined, low: number, high = Number.MAX_SAFE_INTEGER): void => {
    if (value === undefined || (value >= low && value <= high)) return;
    throw new RangeError(`${toxic.kind}: ${name} is ${value}; give ${low} to ${high}`);
  };
  within('toxicity', toxic.toxicity, Number.MIN_VALUE, 1);
  switch (toxic.kind) {
    case 'latency':
      within('latencyMs', toxic.latencyMs, 0, longestMs);
      within('jitterMs', toxic.jitterMs, 0, longestMs);
      break;
    case 'bandwidth':
      within('kilobytesPerSecond', toxic.kilobytesPerSecond, 0.001);
      break;
    case 'slowClose':
      within('delayMs', toxic.delayMs, 0, longestMs);
      break;
    case 'timeout':
    case 'resetPeer':
      within('timeoutMs', toxic.timeoutMs, 0, longestMs);
      break;
    case 'slicer':
      within('averageBytes', toxic.averageBytes, 1);
      within('variationBytes', toxic.variationBytes, 0, toxic.averageBytes - 1);
      within('delayUs', toxic.delayUs, 0, longestMs);
      break;
    case 'limitData':
      within('bytes', toxic.bytes, 0);
      break;
    case 'dropOnce':
      within('bytes', toxic.bytes, 1);
      break;
    default:
      toxic satisfies never;
  }
}
