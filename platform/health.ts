import { type Clock, systemClock } from './clock.ts';

/** Whether one thing that the process needs is there. `reason` names neither people nor secrets. */
export type HealthOutcome = { ok: true } | { ok: false; reason: string };

/** A named condition of readiness, for example that the group is joined or that the store answers. */
export interface HealthCheck {
  name: string;
  /** What still holds while the check fails: the process is then ready, and degraded. Without it, it is not ready. */
  withoutIt?: string;
  /** A rejection counts as not healthy, with its message as reason. */
  check(): HealthOutcome | Promise<HealthOutcome>;
}

/** What `/readyz` answers. */
export interface HealthReport {
  ready: boolean;
  /** Ready, although something is away that it can do without for a while; the check that is `ok` with a reason says what. */
  degraded: boolean;
  checks: { name: string; ok: boolean; reason?: string }[];
}

const defaultCheckTimeoutMs = 2_000;

/** Asks every check at once; one that does not answer in time has failed. */
export async function checkHealth(
  checks: readonly HealthCheck[],
  { checkTimeoutMs = defaultCheckTimeoutMs, clock = systemClock }: { checkTimeoutMs?: number; clock?: Clock } = {},
): Promise<HealthReport> {
  const answers = checks.map(async (check) => {
    const outcome = await outcomeOf(check, checkTimeoutMs, clock);
    if (outcome.ok || check.withoutIt === undefined) return { name: check.name, ...outcome };
    return { name: check.name, ok: true, reason: `${outcome.reason}: ${check.withoutIt}` };
  });
  const results: HealthReport['checks'] = await Promise.all(answers);
  const ready = results.every(({ ok }) => ok);
  return { ready, degraded: ready && results.some(({ reason }) => reason !== undefined), checks: results };
}

async function outcomeOf({ check }: HealthCheck, timeoutMs: number, clock: Clock): Promise<HealthOutcome> {
  let cancel = () => {};
  const timeUp = new Promise<HealthOutcome>((resolve) => {
    cancel = clock.after(timeoutMs, () => resolve({ ok: false, reason: `no answer within ${timeoutMs} ms` }));
  });
  try {
    return await Promise.race([Promise.resolve().then(check), timeUp]);
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    cancel();
  }
}
