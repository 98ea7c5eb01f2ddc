import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Lets sockets and timers have their turn between pieces of synchronous work. Answers that arrive together wake many
 * partitions one behind the other; without a turn in between, the answer to the last one would count as late although it
 * has been there all the time.
 */
export interface LoopTurns {
  /** Resolves when the caller may work: in the present turn while that is young, else in a later one. In the order of the calls. */
  take(): Promise<void>;
}

/** A turn is over after `maxTurnMs` of work; at least one caller works in each. */
export function createLoopTurns(maxTurnMs: number, now: () => number = () => performance.now()): LoopTurns {
  const waiting: (() => void)[] = [];
  let turnAtMs = Number.NEGATIVE_INFINITY;
  let handingOut = false;

  async function handOut(): Promise<void> {
    handingOut = true;
    for (let goOn = waiting.shift(); goOn !== undefined; goOn = waiting.shift()) {
      if (now() - turnAtMs >= maxTurnMs) {
        await nextTurn();
        turnAtMs = now();
      }
      goOn();
      // The caller's work is the next thing that happens; the clock is looked at again behind it.
      await Promise.resolve();
    }
    handingOut = false;
  }
  return {
    take: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        if (!handingOut) void handOut();
      }),
  };
}
