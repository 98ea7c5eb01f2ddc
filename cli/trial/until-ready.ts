import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../platform/clock.ts';
import type { ChildProcessHandle } from './child-process.ts';

/** How long a process may take until it is ready. */
const readyWithinMs = 60_000;
/** A process that accepts connections and is stuck must not hold the wait up. */
const answerWithinMs = 2_000;
const pollMs = 50;

/** Resolves when the process says on its admin server that it can be given work. Rejects with its last words when it ends, or takes more than a minute. */
export async function untilReady(child: ChildProcessHandle, adminUrl: string): Promise<void> {
  const deadlineMs = systemClock.nowMs() + readyWithinMs;
  while (!(await isReady(adminUrl))) {
    child.assertRunning();
    if (systemClock.nowMs() > deadlineMs)
      throw new Error(`${child.name} was not ready within ${readyWithinMs} ms: ${child.lastWords()}`);
    await delay(pollMs);
  }
  child.assertRunning();
}

/** Whether a process says that it can be given work; one that does not answer is not ready. */
export function isReady(adminUrl: string): Promise<boolean> {
  return fetch(`${adminUrl}/readyz`, { signal: AbortSignal.timeout(answerWithinMs) }).then(
    (response) => response.ok,
    () => false,
  );
}
