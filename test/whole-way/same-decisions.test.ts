import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startProcessSystem } from '../../cli/trial/process-system.ts';
import type { PlanOutcome } from '../../cli/trial/run-plan.ts';
import type { TrialSystem } from '../../cli/trial/trial-system.ts';
import type { ReplayPlan } from '../../evaluation/replay-plan.ts';
import { createLogger } from '../../platform/log.ts';
import { eventually } from '../contracts/eventually.ts';
import { describeOn, realKcat } from '../servers/real-servers.ts';
import { kafkaAndRedis } from './kafka-and-redis.ts';
import { type KcatSubscriber, startKcatSubscriber } from './kcat-subscriber.ts';
import {
  alertPlaces,
  decisions,
  embeddedOutcome,
  identity,
  outcomeOf,
  plannedBatches,
  seed,
  smallPlan,
} from './small-plan.ts';
import { recordsOf, sequencesBySubject } from './topic-content.ts';
import { verdictsCounted } from './verdicts-counted.ts';

const workers = 2;
const startMs = 90_000;

describeOn('Kafka and Redis, every process on its own', kafkaAndRedis(), ({ brokers, env }) => {
  const kcat = realKcat();
  let plan: ReplayPlan;
  let system: TrialSystem;
  let outcome: PlanOutcome;
  let subscriber: KcatSubscriber | undefined;

  beforeAll(async () => {
    const log = createLogger({ name: 'test', level: 'error', format: 'json' });
    plan = await smallPlan();
    system = await startProcessSystem({ identity, workers, seed, log, env });
    if (kcat.available) {
      const listening = startKcatSubscriber({ path: kcat.path, brokers, topic: system.topics.alerts });
      subscriber = listening;
      await eventually('kcat gets its partitions', () => /assigned: /.test(listening.messages()));
    }
    outcome = await outcomeOf(plan, system);
  }, startMs);

  afterAll(async () => {
    await subscriber?.stop();
    await system?.stop();
  });

  it('decides as the embedded default does, about every subject, session and sequence', async () => {
    const embedded = await embeddedOutcome(plan);
    expect(embedded.training.backend).toBe(outcome.training.backend);
    expect(decisions(outcome)).toEqual(decisions(embedded));
    expect(alertPlaces(outcome)).toEqual(alertPlaces(embedded));
  });

  it('writes one verdict for each batch and no dead letter', async () => {
    expect(await recordsOf(system.broker, system.topics.verdicts)).toHaveLength(plannedBatches(plan));
    expect(outcome.verdicts).toHaveLength(plannedBatches(plan));
    expect(outcome.deadLetters).toBe(0);
  });

  it('keeps the order of each subject', async () => {
    const sequences = await sequencesBySubject(system);
    expect(sequences.size).toBe(plan.subjects.length);
    for (const own of sequences.values()) expect(own).toEqual(own.map((_, index) => index));
  });

  it('shares the work among the scorers', async () => {
    const judged = await Promise.all((system.scorerAdminUrls ?? []).map(verdictsCounted));
    expect(judged).toHaveLength(workers);
    expect(Math.min(...judged)).toBeGreaterThan(0);
    expect(judged.reduce((sum, count) => sum + count, 0)).toBe(plannedBatches(plan));
  });

  const withKcat = kcat.available ? it : it.skip;
  withKcat(
    `shows every alert to kcat, a client of other people${kcat.available ? '' : `: skipped, ${kcat.reason}`}`,
    async () => {
      const written = await recordsOf(system.broker, system.topics.alerts);
      const openings = written.filter(({ value }) => stateOf(value) === 'open');
      expect(openings).toHaveLength(outcome.alerts.length);
      expect(openings.length).toBeGreaterThan(0);
      await eventually('kcat has every alert', () => (subscriber?.records().length ?? 0) >= written.length);
      const received = subscriber?.records() ?? [];
      expect(received.map(({ key, value }) => `${key} ${value}`).sort()).toEqual(
        written.map(({ key, value }) => `${key?.toString()} ${value?.toString()}`).sort(),
      );
      for (const { key, value } of received) {
        const asks = ['open', 'escalated'].includes(stateOf(value) ?? '');
        expect(JSON.parse(value)).toMatchObject({ user: { id: key }, event: { kind: asks ? 'alert' : 'event' } });
      }
    },
  );
});

/** What an alert says of its incident. */
function stateOf(value: Buffer | string | null): string | undefined {
  return (JSON.parse(`${value}`) as { gaitkeeper: { alert?: { state: string } } }).gaitkeeper.alert?.state;
}
