import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { alertingGroupOf } from '../../alerting/stage-groups.ts';
import { startProcessSystem } from '../../cli/trial/process-system.ts';
import type { PlanOutcome } from '../../cli/trial/run-plan.ts';
import type { TrialSystem } from '../../cli/trial/trial-system.ts';
import type { Verdict } from '../../detection/words/verdict.ts';
import { batchesOf, type ReplayPlan } from '../../evaluation/replay-plan.ts';
import { createLogger } from '../../platform/log.ts';
import type { VerifyReport } from '../../verifier/verify-report.ts';
import { eventually } from '../contracts/eventually.ts';
import { describeOn, kafkaClient } from '../servers/real-servers.ts';
import { gaitkeeper } from './command-line.ts';
import { kafkaAndRedis } from './kafka-and-redis.ts';
import { alertPlaces, decisions, embeddedOutcome, identity, outcomeOf, seed, smallPlan } from './small-plan.ts';
import { sequencesBySubject, writtenVerdicts } from './topic-content.ts';
import { verdictsCounted } from './verdicts-counted.ts';

const killMs = 120_000;

describeOn('Kafka and Redis: kill -9', kafkaAndRedis(), ({ env, redisUrl, brokers }) => {
  let plan: ReplayPlan;
  let undisturbed: PlanOutcome;
  let system: TrialSystem;

  beforeAll(async () => {
    plan = await smallPlan();
    undisturbed = await embeddedOutcome(plan);
  });

  afterEach(() => system?.stop());

  async function start(): Promise<TrialSystem> {
    const log = createLogger({ name: 'test', level: 'error', format: 'json' });
    system = await startProcessSystem({ identity, workers: 1, seed, log, env });
    return system;
  }

  it(
    'of the scorer in the middle of the work loses no batch, contradicts nothing and changes no decision',
    async () => {
      const { crashScorer } = await start();
      let crashed = 0;
      const outcome = await outcomeOf(plan, system, {
        share: 0.5,
        async action() {
          await crashScorer?.(0);
          crashed += 1;
        },
      });
      expect(crashed).toBe(1);
      const [successor = ''] = system.scorerAdminUrls ?? [];
      expect(await verdictsCounted(successor)).toBeGreaterThan(0);
      expectAVerdictForEach(plan, outcome);
      await expectNoContradiction(system);
      for (const own of (await sequencesBySubject(system)).values()) expect(own).toEqual(own.map((_, index) => index));
      expect(outcome.deadLetters).toBe(0);
      expect(decisions(outcome)).toEqual(decisions(undisturbed));
      expect(alertPlaces(outcome)).toEqual(alertPlaces(undisturbed));
      await untilCommitted(system);
      const { exitCode, stdout } = await gaitkeeper(['verify', '--settled', '--json', '--quiet'], {
        GAITKEEPER_KAFKA_BROKERS: brokers.join(','),
        GAITKEEPER_KAFKA_CLIENT: kafkaClient(),
        GAITKEEPER_REDIS_URL: redisUrl,
        GAITKEEPER_TOPIC_PREFIX: system.topics.behaviour.replace(/behaviour\.v1$/, ''),
        GAITKEEPER_SCORER_GROUP: system.scorerGroup,
        GAITKEEPER_ALERTING_GROUP: system.alertingGroup,
      });
      const report = JSON.parse(stdout) as VerifyReport;
      expect(report).toMatchObject({ ok: true, complete: true, findings: [], pending: 0, verdicts: report.batches });
      expect(report.batches).toBeGreaterThanOrEqual(outcome.verdicts.length);
      expect(report.states).toBeGreaterThan(0);
      expect(exitCode).toBe(0);
    },
    killMs,
  );

  it(
    'of the gateway loses nothing that it had acknowledged; what is sent again is judged once',
    async () => {
      const { crashGateway } = await start();
      let crashed = 0;
      const outcome = await outcomeOf(plan, system, {
        share: 0.5,
        async action() {
          await crashGateway?.();
          crashed += 1;
        },
      });
      expect(crashed).toBe(1);
      expectAVerdictForEach(plan, outcome);
      await expectNoContradiction(system);
      expect(outcome.deadLetters).toBe(0);
      // A batch whose acknowledgement was lost with the gateway is recorded again, and is no news to the scorer.
      const news = outcome.verdicts.filter(({ reason }) => reason !== 'duplicate');
      expect(decisions({ verdicts: news })).toEqual(decisions(undisturbed));
    },
    killMs,
  );
});

function expectAVerdictForEach(plan: ReplayPlan, { verdicts }: { verdicts: readonly Verdict[] }): void {
  const judged = new Set(verdicts.map(({ subject, sequence }) => `${subject}/${sequence}`));
  const batches = plan.subjects.flatMap((subject) =>
    batchesOf(subject).map(({ sequence }) => `${subject.id}/${sequence}`),
  );
  expect(batches.filter((batch) => !judged.has(batch))).toEqual([]);
}

async function untilCommitted({ broker, topics, scorerGroup, alertingGroup }: TrialSystem): Promise<void> {
  const isDone = async (group: string, topic: string) => {
    const done = await broker.committedOffsets(group, topic);
    const ends = await broker.offsets(topic);
    return ends.every(({ partition, high }) => high === 0 || done[partition]?.offset === high);
  };
  await eventually('everything is committed', async () => {
    return (
      (await isDone(scorerGroup, topics.behaviour)) &&
      (await isDone(alertingGroup, topics.verdicts)) &&
      (await isDone(alertingGroupOf(alertingGroup, 'publishing'), topics.incidents))
    );
  });
}

async function expectNoContradiction({ broker, topics }: TrialSystem): Promise<void> {
  const bytesOf = new Map<string, string>();
  for (const { verdict, bytes } of await writtenVerdicts(broker, topics.verdicts)) {
    expect(bytes).toBe(bytesOf.get(verdict.verdictId) ?? bytes);
    bytesOf.set(verdict.verdictId, bytes);
  }
}
