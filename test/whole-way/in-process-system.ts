import { alertingConfig } from '../../alerting/config.ts';
import { createAlertingProcess } from '../../alerting/process.ts';
import { trialIdentity, trialSettings } from '../../cli/trial/trial-identity.ts';
import { settingsOf } from '../../cli/trial/trial-settings.ts';
import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import type { Template } from '../../detection/words/template.ts';
import type { Verdict } from '../../detection/words/verdict.ts';
import { ingestConfig } from '../../ingest/config.ts';
import { type DeviceTokenClaims, signDeviceToken } from '../../ingest/device-token.ts';
import { createIngestProcess } from '../../ingest/process.ts';
import { createTenantPseudonymisers } from '../../ingest/pseudonymiser.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { systemClock } from '../../platform/clock.ts';
import { createMetrics } from '../../platform/metrics.ts';
import type { PausedPartition } from '../../platform/stage/run-keyed-stage.ts';
import type { KeyValueStore } from '../../platform/store/key-value-store.ts';
import type { StateStore } from '../../platform/store/state-store.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import type { DeadLetter } from '../../schemas/dead-letter.ts';
import { createTemplateActivationCodec } from '../../schemas/template-activation.ts';
import { type TopicNames, topicNames } from '../../schemas/topic-names.ts';
import { scorerConfig } from '../../scorer/config.ts';
import { createScorerProcess } from '../../scorer/process.ts';
import { createTemplateChangelog } from '../../templates/template-changelog.ts';
import { encodeTemplate, templateVersion } from '../../templates/template-format.ts';
import { createTemplateStore } from '../../templates/template-store.ts';
import { publishTemplates } from '../../training/publish.ts';
import { createCapturedLog } from '../fixtures/captured-log.ts';
import { deadLettersOf, recordsOf, type WrittenVerdict, writtenVerdicts } from './topic-content.ts';

const identity = trialIdentity(7);
const partitions = 4;

export interface InProcessParts {
  /** Connected, and closed by whoever made it. */
  broker: Broker;
  /** Of processes that have an account of their own, and of who activates; the others share `broker`. */
  brokers?: Partial<Record<'ingest' | 'scorer' | 'alerting' | 'train', Broker>>;
  states: StateStore;
  values: KeyValueStore;
  /** Settings of any process, by key. */
  settings?: Readonly<Record<string, unknown>>;
}

/** An answer of the gateway. */
export interface Answer {
  status: number;
  /** `code` of the problem, or `status` of what was recorded. */
  outcome: string;
  /** What to do about it; empty where nothing is wrong. */
  fix: string;
  retryAfterSeconds: number | undefined;
}

/** The three processes as they run in production, in this process and on the given adapters, with what they say and count. */
export interface InProcessSystem {
  topics: TopicNames;
  /** Posts a body with the token of the device and its subject, unless a token is given. */
  post(body: Buffer, token: string, contentType?: string): Promise<Answer>;
  /** Sends a batch as its own device. */
  send(batch: BehaviourBatch): Promise<Answer>;
  tokenFor(claims: Pick<DeviceTokenClaims, 'device' | 'subjects'> & Partial<DeviceTokenClaims>): Promise<string>;
  pseudonymOf(subject: string): string;
  /** Writes bytes into the behaviour topic, past the gateway. */
  write(key: string, value: Buffer): Promise<void>;
  /** Makes the template the active one of the collector's subject. */
  activate(template: Omit<Template, 'version'>): Promise<void>;
  /** Resolves when scorer and alerting have committed everything that their topics hold. */
  settled(): Promise<boolean>;
  committed(): Promise<number>;
  resting(): PausedPartition[];
  recorded(): Promise<BehaviourBatch[]>;
  verdicts(): Promise<WrittenVerdict[]>;
  deadLetters(): Promise<DeadLetter[]>;
  alerts(): Promise<number>;
  /** A metric's value, for example `gaitkeeper_ingest_requests_total{outcome="accepted"}`; 0 for one that was never counted. */
  counted(series: string): Promise<number>;
  logLines(): string;
  stop(): Promise<void>;
}

export async function startInProcess({
  broker,
  brokers,
  states,
  values,
  settings,
}: InProcessParts): Promise<InProcessSystem> {
  const given = { ...trialSettings(identity), ingestPort: 0, ...settings };
  const ingest = settingsOf(ingestConfig, given);
  const scoring = settingsOf(scorerConfig, given);
  const warning = settingsOf(alertingConfig, given);
  const topics = topicNames(ingest.topicPrefix);
  const metrics = createMetrics();
  const { log, lines } = createCapturedLog();
  const codec = createBehaviourBatchCodec();
  const pseudonym = createTenantPseudonymisers(Buffer.from(identity.pseudonymKey, 'hex'), '1')(identity.tenant);

  await broker.createTopics(
    Object.values(topics).map((name) => ({ name, partitions, replicationFactor: 1, config: {} })),
  );
  const built = createIngestProcess(ingest, {
    broker: brokers?.ingest ?? broker,
    store: values,
    clock: systemClock,
    log,
    metrics,
  });
  if (!built.ok) throw new Error(built.problem.why);
  const { gateway } = built;
  const scorer = createScorerProcess(scoring, { broker: brokers?.scorer ?? broker, states, values, log, metrics });
  const { members: alertingMembers } = createAlertingProcess(warning, {
    broker: brokers?.alerting ?? broker,
    states,
    log,
    metrics,
  });
  const alerting = alertingMembers.map(({ createRunner }) => createRunner());
  await scorer.start();
  for (const stage of alerting) await stage.start();
  const { url } = await gateway.start();

  const tokenFor: InProcessSystem['tokenFor'] = (claims) =>
    signDeviceToken(
      { tenant: identity.tenant, issuedAtMs: systemClock.nowMs(), lifetimeMs: 600_000, ...claims },
      { algorithm: 'HS256', key: Buffer.from(identity.tokenSecret) },
    );

  async function post(body: Buffer, token: string, contentType = 'avro/binary'): Promise<Answer> {
    const response = await fetch(`${url}/v1/batches`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
    });
    const told = (await response.json()) as { status: string | number; code?: string; fix?: string };
    const retryAfter = response.headers.get('retry-after');
    return {
      status: response.status,
      outcome: told.code ?? String(told.status),
      fix: told.fix ?? '',
      retryAfterSeconds: retryAfter === null ? undefined : Number(retryAfter),
    };
  }

  async function behind(group: string, topic: string): Promise<number> {
    const ends = (await broker.offsets(topic)).reduce((sum, { high }) => sum + high, 0);
    return ends - (await committedBy(group, topic));
  }

  async function committedBy(group: string, topic: string): Promise<number> {
    const offsets = await broker.committedOffsets(group, topic);
    return offsets.reduce((sum, { offset }) => sum + Math.max(0, offset), 0);
  }

  return {
    topics,
    post,
    async send(batch) {
      return await post(codec.encode(batch), await tokenFor({ device: batch.device, subjects: [batch.subject] }));
    },
    tokenFor,
    pseudonymOf: (subject) => pseudonym('subject', subject),
    async write(key, value) {
      await broker.produce([{ topic: topics.behaviour, key: Buffer.from(key), value }]);
    },
    async activate(template) {
      const publisher = brokers?.train ?? broker;
      const sealed = { ...template, tenant: identity.tenant, subject: pseudonym('subject', template.subject) };
      const published = await publishTemplates([{ ...sealed, version: templateVersion(encodeTemplate(sealed)) }], {
        store: createTemplateStore({
          values,
          changelog: createTemplateChangelog({ broker: publisher, topic: topics.templates }),
        }),
        broker: publisher,
        codec: createTemplateActivationCodec(),
        behaviourTopic: topics.behaviour,
        activatedAtMs: systemClock.nowMs(),
        by: 'test',
      });
      if (!published.ok) throw new Error(published.detail);
    },
    async settled() {
      if ((await behind(scoring.scorerGroup, topics.behaviour)) > 0) return false;
      for (const { group, inputTopic } of alertingMembers) if ((await behind(group, inputTopic)) > 0) return false;
      return true;
    },
    committed: () => committedBy(scoring.scorerGroup, topics.behaviour),
    resting: () => scorer.health().paused,
    async recorded() {
      return (await recordsOf(broker, topics.behaviour)).flatMap(({ value }) => {
        const decoded = codec.decode(value);
        return decoded.ok ? [decoded.value] : []; // activations, and what was written past the gateway
      });
    },
    verdicts: () => writtenVerdicts(broker, topics.verdicts),
    deadLetters: () => deadLettersOf(broker, topics.deadLetters),
    alerts: async () => (await recordsOf(broker, topics.alerts)).length,
    async counted(series) {
      const line = (await metrics.exposition()).split('\n').find((each) => each.startsWith(`${series} `));
      return line === undefined ? 0 : Number(line.slice(series.length + 1));
    },
    logLines: () => lines.join(''),
    async stop() {
      await gateway.stop();
      await scorer.stop();
      for (const stage of alerting) await stage.stop();
    },
  };
}

/** Of the written verdicts, what was decided about each batch, the repeats of one id left out. */
export function decidedOf(written: readonly WrittenVerdict[]): Verdict[] {
  return [...new Map(written.map(({ verdict }) => [verdict.verdictId, verdict])).values()];
}
