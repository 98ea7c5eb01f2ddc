import type { Clock } from '../clock.ts';

/** Work beside the batches that comes again and again, never twice at once. */
export interface Rounds {
  /** The first round is one pause away. */
  start(): void;
  /** No further round; resolves when the one under way has ended. Idempotent. */
  stop(): Promise<void>;
}

/** `round` must not reject. The pause is between the end of one round and the next. */
export function createRounds(clock: Clock, pauseMs: number, round: () => Promise<void>): Rounds {
  let underWay = Promise.resolve();
  let stopped = false;
  let cancel = (): void => undefined;

  function schedule(): void {
    cancel = clock.after(pauseMs, () => {
      underWay = round().finally(() => {
        if (!stopped) schedule();
      });
    });
  }
  return {
    start: schedule,
    async stop() {
      stopped = true;
      cancel();
      await underWay;
    },
  };
}
