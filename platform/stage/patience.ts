import { BrokerUnavailable } from '../broker/broker.ts';
import type { Clock } from '../clock.ts';
import { StoreUnavailable } from '../store/state-store.ts';

/** A dependency that is away may be back in a moment: it is asked a few times before the partition rests. */
export interface Patience {
  attempts: number;
  firstRetryDelayMs: number;
  /** After so long it is not asked again: one that keeps us waiting for each answer has been asked for long enough. */
  patienceMs: number;
  clock: Clock;
}

/** Whether a dependency is away, so that waiting helps; anything else is a defect. */
export function isUnavailable(error: unknown): error is BrokerUnavailable | StoreUnavailable {
  return error instanceof StoreUnavailable || error instanceof BrokerUnavailable;
}

/** Resolves after `ms` on the given clock. */
export function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}

/**
 * Repeats `ask` while its dependency is away, with growing waits, each followed by a sign of life. `ask` must be
 * harmless to repeat: a lost answer does not mean that nothing was done.
 */
export async function askPatiently<Answer>(
  { attempts, firstRetryDelayMs, patienceMs, clock }: Patience,
  signOfLife: () => Promise<void>,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const untilMs = clock.nowMs() + patienceMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!isUnavailable(error) || attempt >= attempts || clock.nowMs() >= untilMs) throw error;
    }
    await wait(clock, firstRetryDelayMs * 2 ** (attempt - 1));
    await signOfLife();
  }
}
