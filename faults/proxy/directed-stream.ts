import type { Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import { type Arrival, createPacing, type Release } from './pacing.ts';
import type { PlacedToxic } from './placed-toxic.ts';
import { resetSocket } from './reset-socket.ts';
import { createTaking, type End } from './taking.ts';

/** One direction of a connection: where its bytes come from and go to, and whom it tells. */
export interface DirectedStreamOptions {
  source: Socket;
  sink: Socket;
  clock: Clock;
  random: SeededRandom;
  /** The source rests while so many bytes wait; one more read of the socket may wait. */
  maxHeldBytes: number;
  /** A toxic ends the whole connection. */
  cut(how: End): void;
  /** A toxic took something here. */
  acted(placed: PlacedToxic): void;
}

/** Passes bytes on in order, with what the toxics do to them. */
export interface DirectedStream {
  heldBytes(): number;
  passedBytes(): number;
  lostBytes(): number;
  accept(bytes: Buffer): void;
  /** The source has ended; told to the sink once everything before it has gone. A reset may follow a close. */
  end(how: End): void;
  hit(placed: PlacedToxic): void;
  lift(placed: PlacedToxic): void;
  /** Nothing goes on any more: what waits and what still comes is dropped, so that the source can end. */
  discard(): void;
  /** No timer is left. */
  stop(): void;
}

/** Tiny pieces cost memory too. */
const maxHeldPieces = 16_384;

/** The caller hands on what the source gives; back-pressure rests the source. */
export function createDirectedStream(options: DirectedStreamOptions): DirectedStream {
  const { source, sink, clock, random, maxHeldBytes, cut, acted } = options;
  const pacing = createPacing(random);
  const taking = createTaking({ clock, cut, acted });
  const held: (Arrival & { bytes: Buffer })[] = [];
  let ending: (Arrival & { how: End }) | undefined;
  let planned: Release | undefined;
  let cancelTimer = (): void => {};
  let heldBytes = 0;
  let passedBytes = 0;
  let lostBytes = 0;
  let emptyAtMs = 0;
  let blocked = false;
  let discarding = false;

  const arrive = (): Arrival => ({ atMs: clock.nowMs(), luck: random.next() });

  /** Takes the oldest `bytes` out of what waits. */
  function take(bytes: number): Buffer {
    const oldest = held[0] as Arrival & { bytes: Buffer };
    const taken = oldest.bytes.subarray(0, bytes);
    if (bytes === oldest.bytes.length) held.shift();
    else oldest.bytes = oldest.bytes.subarray(bytes);
    heldBytes -= bytes;
    planned = undefined;
    emptyAtMs = clock.nowMs();
    return taken;
  }

  function drop(): void {
    lostBytes += heldBytes;
    heldBytes = 0;
    held.length = 0;
    planned = undefined;
    ending = undefined;
  }

  function write(bytes: Buffer): void {
    passedBytes += bytes.length;
    if (sink.write(bytes)) return;
    blocked = true;
    sink.once('drain', () => {
      blocked = false;
      step();
    });
  }

  function passOn(piece: Buffer): void {
    const { left, over } = taking.leftOf(piece);
    lostBytes += piece.length - left.length;
    if (left.length > 0) write(left);
    if (over) cut('close');
  }

  /** True after waiting was arranged, because it is not yet `atMs`. */
  function early(atMs: number): boolean {
    const nowMs = clock.nowMs();
    if (atMs <= nowMs) return false;
    cancelTimer = clock.after(atMs - nowMs, step);
    return true;
  }

  /** Passes on what is due. Called whenever something has changed. */
  function step(): void {
    cancelTimer();
    while (!discarding) {
      const oldest = held[0];
      if (taking.swallowsAll(oldest !== undefined || ending !== undefined)) {
        drop();
        break;
      }
      if (blocked) break;
      if (oldest !== undefined) {
        planned ??= pacing.plan(oldest, oldest.bytes.length, taking.toxics);
        if (early(planned.atMs)) break;
        pacing.released(planned, taking.toxics, clock.nowMs());
        passOn(take(planned.bytes));
        continue;
      }
      if (ending === undefined || early(pacing.endAtMs(ending, taking.toxics, emptyAtMs))) break;
      if (ending.how === 'close') sink.end();
      else resetSocket(sink);
      ending = undefined;
    }
    if (heldBytes >= maxHeldBytes || held.length >= maxHeldPieces) source.pause();
    else if (source.isPaused()) source.resume();
  }

  return {
    heldBytes: () => heldBytes,
    passedBytes: () => passedBytes,
    lostBytes: () => lostBytes,
    accept(bytes) {
      if (discarding) {
        lostBytes += bytes.length;
        return;
      }
      held.push({ ...arrive(), bytes });
      heldBytes += bytes.length;
      step();
    },
    end(how) {
      if (discarding) return;
      ending = { ...arrive(), how };
      step();
    },
    hit(placed) {
      taking.hit(placed);
      planned = undefined;
      step();
    },
    lift(placed) {
      const torn = taking.lift(placed);
      planned = undefined;
      if (torn) cut('close');
      else step();
    },
    discard() {
      discarding = true;
      drop();
      step();
    },
    stop() {
      cancelTimer();
      taking.stop();
    },
  };
}
