import { startEmbeddedSystem } from '../../cli/trial/embedded-system.ts';
import { type PlanOutcome, type RunPlanOptions, runPlan } from '../../cli/trial/run-plan.ts';
import { trialIdentity } from '../../cli/trial/trial-identity.ts';
import type { TrialSystem } from '../../cli/trial/trial-system.ts';
import { batchesOf, planReplay, type ReplayPlan } from '../../evaluation/replay-plan.ts';
import { createWorkforce } from '../../evaluation/workforce/workforce.ts';
import { createLogger } from '../../platform/log.ts';

export const seed = 2;
export const identity = trialIdentity(seed);

/** Six made-up people: one loses the desk to another person half-way, one to an injector. Small enough for a test. */
export function smallPlan(): Promise<ReplayPlan> {
  const workforce = createWorkforce({
    seed,
    workers: 6,
    enrolmentSessions: 4,
    laterSessions: 2,
    keysPerSession: 400,
    strokesPerSession: 20,
  });
  return planReplay(workforce, { seed, impostorShare: 0.17, injectorShare: 0.17 });
}

export function plannedBatches(plan: ReplayPlan): number {
  return plan.subjects.reduce((sum, subject) => sum + batchesOf(subject).length, 0);
}

const silent = { begin: () => {}, advance: () => {}, end: () => {} };

/** Runs the plan through a system, without a word. */
export function outcomeOf(
  plan: ReplayPlan,
  system: TrialSystem,
  atLaterShare?: RunPlanOptions['atLaterShare'],
): Promise<PlanOutcome> {
  return runPlan({ plan, system, identity, progress: silent, ...(atLaterShare === undefined ? {} : { atLaterShare }) });
}

/** What comes of the plan in one process on the memory adapters, with nothing in its way. */
export async function embeddedOutcome(plan: ReplayPlan): Promise<PlanOutcome> {
  const log = createLogger({ name: 'test', level: 'error', format: 'json' });
  const system = await startEmbeddedSystem({ identity, workers: 1, seed, log });
  try {
    return await outcomeOf(plan, system);
  } finally {
    await system.stop();
  }
}

/** `subject/session/sequence` and what was decided about it, sorted: two runs of a plan are compared by it. */
export function decisions({ verdicts }: Pick<PlanOutcome, 'verdicts'>): string[] {
  return verdicts
    .map(
      ({ subject, session, sequence, decision, reason, risk }) =>
        `${subject}/${session}/${sequence} ${decision} ${reason} ${risk}`,
    )
    .sort();
}

/** Whom the alerts are about and on which batch they began, sorted. */
export function alertPlaces({ alerts }: Pick<PlanOutcome, 'alerts'>): string[] {
  return alerts.map(({ subject, sequence }) => `${subject}/${sequence}`).sort();
}
