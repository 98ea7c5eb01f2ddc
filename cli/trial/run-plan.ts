import type { EcsHeldBack, EcsIncident } from '../../alerting/formats/ecs.ts';
import { alertingGroupOf } from '../../alerting/stage-groups.ts';
import type { Verdict } from '../../detection/words/verdict.ts';
import type { PlannedBatch, PlannedSubject, ReplayPlan } from '../../evaluation/replay-plan.ts';
import { type BatchClient, createBatchClient } from '../../ingest/batch-client.ts';
import { signDeviceToken } from '../../ingest/device-token.ts';
import { createTenantPseudonymisers } from '../../ingest/pseudonymiser.ts';
import { systemClock } from '../../platform/clock.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { type Progress, trainingStep } from '../progress.ts';
import type { TrialIdentity } from './trial-identity.ts';
import type { TrainingSummary, TrialSystem } from './trial-system.ts';

/** The alert that tells of an incident's opening, as it stands on the topic, and the plan's subject that it is about. */
export interface TrialAlert {
  subject: string;
  sequence: number;
  /** Why, in words, as the alert says it. */
  reason: string;
  document: Record<string, unknown>;
}

/** Everything that came out of a plan. Subjects are the plan's ids, no longer pseudonyms. */
export interface PlanOutcome {
  verdicts: Verdict[];
  alerts: TrialAlert[];
  deadLetters: number;
  training: TrainingSummary;
  seconds: number;
}

/** How a plan is run. */
export interface RunPlanOptions {
  plan: ReplayPlan;
  system: TrialSystem;
  identity: TrialIdentity;
  progress: Progress;
  /** Called when this share of the later batches has been sent. */
  atLaterShare?: { share: number; action: () => Promise<void> };
}

/** Subjects whose batches are under way at once; a subject's own go one after the other. */
const subjectsAtOnce = 32;
const tokenLifetimeMs = 600_000;
/** Without progress for so long, something is broken. */
const stalledAfterMs = 60_000;
const pollMs = 50;

/** Sends the plan through the gateway, trains half-way, and reads what came out of the topics. */
export async function runPlan({
  plan,
  system,
  identity,
  progress,
  atLaterShare,
}: RunPlanOptions): Promise<PlanOutcome> {
  const startedAtMs = systemClock.nowMs();
  const enrolment = plan.subjects.map((subject) => ({
    subject,
    batches: subject.enrolment.flatMap(({ batches }) => batches),
  }));
  const later = plan.subjects.map((subject) => ({ subject, batches: subject.later.flatMap(({ batches }) => batches) }));
  const client = createBatchClient({
    url: system.gatewayUrl,
    token: tokensOf(plan, identity),
    encode: (batch) => codec.encode(batch),
  });
  const codec = createBehaviourBatchCodec();
  try {
    await sendAll('enrolment', enrolment);
    await judged();
    progress.begin(trainingStep, 0);
    let begun = false;
    const training = await system.train(({ doneModels, totalModels }) => {
      if (!begun) progress.begin(trainingStep, totalModels);
      begun = true;
      progress.advance(doneModels);
    });
    progress.end();
    await sendAll('later sessions', later, atLaterShare);
    await judged();
    await caughtUp('incidents', system.alertingGroup, system.topics.verdicts);
    await caughtUp('alerts', alertingGroupOf(system.alertingGroup, 'publishing'), system.topics.incidents);
    return { ...(await results()), training, seconds: (systemClock.nowMs() - startedAtMs) / 1000 };
  } finally {
    client.close();
  }

  async function sendAll(
    step: string,
    work: readonly SubjectWork[],
    at?: RunPlanOptions['atLaterShare'],
  ): Promise<void> {
    const total = countOf(work);
    progress.begin(step, total);
    let sent = 0;
    let due = at;
    let action: Promise<void> | undefined;
    await inParallel(work, subjectsAtOnce, async ({ subject, batches }) => {
      for (const batch of batches) {
        await sendOne(client, identity, subject, batch);
        sent += 1;
        progress.advance(sent);
        if (due !== undefined && sent >= due.share * total) {
          action = due.action();
          action.catch(() => undefined); // its failure is told when the sending is over
          due = undefined;
        }
      }
    });
    progress.end();
    await action;
  }

  /**
   * Waits until every batch so far has its verdict or its dead letter. Records of the verdict topic cannot tell: after a
   * crash some stand there twice.
   */
  async function judged(): Promise<void> {
    await caughtUp('verdicts', system.scorerGroup, system.topics.behaviour);
  }

  /** Waits until the group has committed what the topic holds now. */
  async function caughtUp(what: string, group: string, topic: string): Promise<void> {
    const wanted = (await system.broker.offsets(topic)).reduce((sum, { high }) => sum + high, 0);
    const committed = async () =>
      (await system.broker.committedOffsets(group, topic)).reduce((sum, { offset }) => sum + Math.max(0, offset), 0);
    await until(what, committed, wanted);
  }

  async function until(what: string, count: () => Promise<number>, wanted: number): Promise<void> {
    let best = -1;
    let bestAtMs = systemClock.nowMs();
    for (;;) {
      system.assertRunning();
      const have = await count();
      if (have >= wanted) return;
      const nowMs = systemClock.nowMs();
      if (have > best) {
        best = have;
        bestAtMs = nowMs;
      } else if (nowMs - bestAtMs > stalledAfterMs) {
        throw new Error(`${what}: ${have} of ${wanted}, and none for ${stalledAfterMs / 1000} s`);
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  async function recordsIn(topic: string): Promise<number> {
    return (await system.broker.offsets(topic)).reduce((sum, { low, high }) => sum + high - low, 0);
  }

  async function results(): Promise<Pick<PlanOutcome, 'verdicts' | 'alerts' | 'deadLetters'>> {
    const pseudonym = createTenantPseudonymisers(Buffer.from(identity.pseudonymKey, 'hex'), '1')(identity.tenant);
    const plannedIds = new Map(plan.subjects.map(({ id }) => [pseudonym('subject', id), id]));
    const idOf = (subject: string) => plannedIds.get(subject) ?? subject;
    const verdictCodec = createVerdictCodec();
    // A verdict may stand twice after a crash, with the same id and the same bytes: the first counts.
    const verdicts = new Map<string, Verdict>();
    for await (const { value } of system.broker.read({
      topic: system.topics.verdicts,
      from: 'earliest',
      until: 'end',
    })) {
      const decoded = verdictCodec.decode(value ?? Buffer.alloc(0));
      if (!decoded.ok) throw new Error(`a verdict cannot be read: ${decoded.detail}`);
      const { verdictId } = decoded.value;
      if (!verdicts.has(verdictId)) verdicts.set(verdictId, { ...decoded.value, subject: idOf(decoded.value.subject) });
    }
    const alerts = new Map<string, TrialAlert>();
    for await (const { value } of system.broker.read({ topic: system.topics.alerts, from: 'earliest', until: 'end' })) {
      const document = JSON.parse(value?.toString('utf8') ?? 'null') as EcsIncident | EcsHeldBack;
      if (!('user' in document) || document.gaitkeeper.alert.state !== 'open') continue;
      const alert = {
        subject: idOf(document.user.id),
        sequence: document.gaitkeeper.verdict.sequence,
        reason: document.event.reason,
        document: { ...document },
      };
      if (!alerts.has(document.event.id)) alerts.set(document.event.id, alert);
    }
    return {
      verdicts: [...verdicts.values()],
      alerts: [...alerts.values()],
      deadLetters: await recordsIn(system.topics.deadLetters),
    };
  }
}

interface SubjectWork {
  subject: PlannedSubject;
  batches: readonly PlannedBatch[];
}

function countOf(work: readonly SubjectWork[]): number {
  return work.reduce((sum, { batches }) => sum + batches.length, 0);
}

async function sendOne(
  client: BatchClient,
  { tenant }: TrialIdentity,
  subject: PlannedSubject,
  batch: PlannedBatch,
): Promise<void> {
  const { sequence, session, content } = batch;
  const outcome = await client.send({
    ...content,
    tenant,
    subject: subject.id,
    device: subject.device,
    session,
    sequence,
    receivedAtMs: 0,
    handling: 'full',
  });
  if (outcome.ok) return;
  const why = outcome.reason === 'refused' ? `${outcome.status} ${outcome.code}: ${outcome.detail}` : outcome.detail;
  throw new Error(`the gateway did not take a batch: ${why}`);
}

function tokensOf(plan: ReplayPlan, { tenant, tokenSecret }: TrialIdentity) {
  const subjectOf = new Map(plan.subjects.map(({ id, device }) => [device, id]));
  const tokens = new Map<string, { token: Promise<string>; untilMs: number }>();
  return (device: string): Promise<string> => {
    const nowMs = systemClock.nowMs();
    const held = tokens.get(device);
    if (held !== undefined && held.untilMs > nowMs) return held.token;
    const token = signDeviceToken(
      { device, subjects: [subjectOf.get(device) ?? device], tenant, issuedAtMs: nowMs, lifetimeMs: tokenLifetimeMs },
      { algorithm: 'HS256', key: Buffer.from(tokenSecret) },
    );
    tokens.set(device, { token, untilMs: nowMs + tokenLifetimeMs / 2 });
    return token;
  };
}

/** Runs `work` over the items, at most `limit` at once. The first failure ends it. */
async function inParallel<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: Math.min(limit, items.length) }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
