import type { Clock } from '../../platform/clock.ts';
import type { PlacedToxic } from './placed-toxic.ts';
import type { StreamToxic } from './toxic.ts';

/** How a stream, or a whole connection, ends: in order (FIN) or not (RST). */
export type End = 'close' | 'reset';

/** Whom the toxics that take bytes tell. */
export interface TakingOptions {
  clock: Clock;
  /** The whole connection ends. */
  cut(how: End): void;
  /** For the log: the first time that a toxic takes something here. */
  acted(placed: PlacedToxic): void;
}

/** The toxics on one direction of a connection, and what those that take bytes have taken. */
export interface Taking {
  /** In the order in which they came. */
  readonly toxics: readonly StreamToxic[];
  hit(placed: PlacedToxic): void;
  /** True where the stream has a hole now, so that the connection must not go on. */
  lift(placed: PlacedToxic): boolean;
  /** True where nothing may pass now. `waiting`: there is something that would. */
  swallowsAll(waiting: boolean): boolean;
  /** What is left of a piece on its way, and whether the connection ends after it. */
  leftOf(piece: Buffer): { left: Buffer; over: boolean };
  /** No timer is left. */
  stop(): void;
}

interface Met {
  placed: PlacedToxic;
  /** Bytes counted against `limitData` and `dropOnce`. */
  bytes: number;
  acted: boolean;
  cancel: () => void;
}

/** One for each direction of a connection. */
export function createTaking({ clock, cut, acted }: TakingOptions): Taking {
  const met: Met[] = [];
  const toxics: StreamToxic[] = [];

  function act(on: Met): void {
    if (!on.acted) acted(on.placed);
    on.acted = true;
  }

  return {
    toxics,
    hit(placed) {
      const on: Met = { placed, bytes: 0, acted: false, cancel: () => {} };
      met.push(on);
      toxics.push(placed.toxic);
      if (placed.toxic.kind !== 'timeout' || placed.toxic.timeoutMs === 0) return;
      on.cancel = clock.after(placed.toxic.timeoutMs, () => {
        act(on);
        cut('close');
      });
    },
    lift(placed) {
      const index = met.findIndex((each) => each.placed === placed);
      const lifted = met[index];
      if (lifted === undefined) return false;
      met.splice(index, 1);
      toxics.splice(index, 1);
      lifted.cancel();
      const { kind } = placed.toxic;
      return lifted.acted && (kind === 'timeout' || kind === 'resetPeer' || kind === 'dropOnce');
    },
    swallowsAll(waiting) {
      for (const on of met) {
        const { toxic } = on.placed;
        if (toxic.kind === 'timeout') {
          if (waiting) act(on);
          return true;
        }
        if (toxic.kind === 'resetPeer' && on.acted) return true;
        if (toxic.kind === 'resetPeer' && waiting) {
          act(on);
          if (toxic.timeoutMs === 0) cut('reset');
          else on.cancel = clock.after(toxic.timeoutMs, () => cut('reset'));
          return true;
        }
      }
      return false;
    },
    leftOf(piece) {
      let left = piece;
      let over = false;
      for (const on of met) {
        const { toxic } = on.placed;
        if (toxic.kind === 'dropOnce' && left.length > 0 && (on.acted || on.placed.take())) {
          act(on);
          on.bytes += left.length;
          left = left.subarray(0, 0);
          over ||= on.bytes >= toxic.bytes;
        }
        if (toxic.kind === 'limitData') {
          left = left.subarray(0, toxic.bytes - on.bytes);
          on.bytes += left.length;
          if (on.bytes < toxic.bytes) continue;
          act(on);
          over = true;
        }
      }
      return { left, over };
    },
    stop() {
      for (const { cancel } of met) cancel();
    },
  };
}
