import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Lets sockets and timers have their turn between pieces of synchronous work. Answers that arrive together wake many
 * partitions one behind the other; without a turn in between, the last one's answer would count as late although it
 * has been there all the time.
 */
export interface LoopTurns {
  /** Resolves at once while the present turn is young, else in a later one; again later where others took that one up. */
  take(): Promise<void>;
}

/** A turn is over after `maxTurnMs` of work. */
export function createLoopTurns(maxTurnMs: number, now: () => number = () => performance.now()): LoopTurns {
  let turnAtMs = Number.NEGATIVE_INFINITY;
  let next: Promise<void> | undefined;

  async function begin(): Promise<void> {
    await nextTurn();
    next = undefined;
    turnAtMs = now();
  }
  return {
    async take() {
      while (now() - turnAtMs > maxTurnMs) {
        next ??= begin();
        await next;
      }
    },
  };
}
