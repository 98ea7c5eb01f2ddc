import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';

/** Work beside the batches that comes again and again, never twice at once. */
export interface Rounds {
  /** The first round is one pause away. */
  start(): void;
  /** No further round; resolves when the one under way has ended. Idempotent, and never rejects. */
  stop(): Promise<void>;
}

/** What comes again and again. */
export interface RoundsOptions {
  /** What a round does, for the log. */
  name: string;
  /** A rejection is a defect: it is logged, and the next round comes all the same. Work on batches does not depend on it. */
  round: () => Promise<void>;
  /** Between the end of one round and the next. */
  pauseMs: number;
  clock: Clock;
  log: Logger;
}

/** Rounds that have not begun. */
export function createRounds({ name, round, pauseMs, clock, log }: RoundsOptions): Rounds {
  let underWay = Promise.resolve();
  let stopped = false;
  let cancel = (): void => undefined;

  async function once(): Promise<void> {
    try {
      await round();
    } catch (error) {
      log.error({ err: error, round: name }, 'work beside the batches failed: a defect; it is done again');
    }
    if (!stopped) schedule();
  }
  function schedule(): void {
    cancel = clock.after(pauseMs, () => {
      underWay = once();
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
