import { setTimeout as delay } from 'node:timers/promises';

const pollEveryMs = 10;

/** Resolves once `condition` holds; rejects, naming it, when it does not within `timeoutMs`. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 50_000,
): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`did not come about within ${timeoutMs} ms: ${what}`);
    await delay(pollEveryMs);
  }
}
