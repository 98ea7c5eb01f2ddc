import { beforeAll, describe, expect, it } from '@jest/globals';
import type { PlanOutcome } from '../../cli/trial/run-plan.ts';
import type { ReplayPlan } from '../../evaluation/replay-plan.ts';
import { reportReplay } from '../../evaluation/replay-report.ts';
import { alertPlaces, decisions, embeddedOutcome, plannedBatches, smallPlan } from './small-plan.ts';

describe('a small workforce on the embedded default', () => {
  let plan: ReplayPlan;
  let outcome: PlanOutcome;

  beforeAll(async () => {
    plan = await smallPlan();
    outcome = await embeddedOutcome(plan);
  });

  it('gets one verdict for each batch, and no dead letter', () => {
    const verdictOf = new Set(outcome.verdicts.map(({ subject, sequence }) => `${subject}/${sequence}`));
    expect(outcome.verdicts).toHaveLength(plannedBatches(plan));
    expect(verdictOf.size).toBe(plannedBatches(plan));
    expect(outcome.deadLetters).toBe(0);
  });

  it('is enrolled, everybody', () => {
    expect(outcome.training.enrolled).toBe(plan.subjects.length);
  });

  it('loses one desk to an impostor and one to an injector, and both are caught within minutes of typing', () => {
    const report = reportReplay(plan, outcome);
    expect(report).toMatchObject({ impostors: 1, impostorsDetected: 1, injector: { swaps: 1, detected: 1 } });
    expect(report.medianKeysToDetect).toBeLessThanOrEqual(250);
    expect(report.injector.medianKeysToDetect).toBeLessThanOrEqual(50);
  });

  it('is never called genuine before a template exists', () => {
    const genuine = outcome.verdicts.filter(({ decision }) => decision === 'genuine');
    expect(genuine.length).toBeGreaterThan(0);
    expect(
      genuine.filter(({ templateKind, templateVersion }) => templateKind === 'none' || templateVersion === ''),
    ).toEqual([]);
    const enrolment = new Set(
      plan.subjects.flatMap(({ id, enrolment }) =>
        enrolment.flatMap(({ batches }) => batches.map(({ sequence }) => `${id}/${sequence}`)),
      ),
    );
    expect(genuine.filter(({ subject, sequence }) => enrolment.has(`${subject}/${sequence}`))).toEqual([]);
  });

  it('is judged the same on another run of the same plan', async () => {
    const again = await embeddedOutcome(plan);
    expect(decisions(again)).toEqual(decisions(outcome));
    expect(alertPlaces(again)).toEqual(alertPlaces(outcome));
  });
});
