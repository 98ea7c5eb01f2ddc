import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { publishingStageName } from '../../alerting/publishing/publishing-stage.ts';
import { alertingGroupOf } from '../../alerting/stage-groups.ts';
import { valueKeyPrefix } from '../../cli/connections.ts';
import { readTopicDefinitions, topicsFile } from '../../cli/topic-definitions.ts';
import { type TrialIdentity, trialIdentity, trialSettings } from '../../cli/trial/trial-identity.ts';
import { freePorts } from '../../deploy/local/free-ports.ts';
import type { Template } from '../../detection/words/template.ts';
import type { TokenSigner } from '../../ingest/device-token.ts';
import { createTenantPseudonymisers, type Pseudonymiser } from '../../ingest/pseudonymiser.ts';
import type { KafkaClientName } from '../../platform/broker/kafka-clients.ts';
import { partitionOfKey } from '../../platform/broker/partition-chooser.ts';
import type { Clock } from '../../platform/clock.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { RedisKeyValueStore } from '../../platform/store/redis-key-value-store.ts';
import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import { createTemplateActivationCodec } from '../../schemas/template-activation.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { activationRecords } from '../../templates/activation-records.ts';
import { createTemplateChangelog } from '../../templates/template-changelog.ts';
import { createTemplateReader } from '../../templates/template-reader.ts';
import { createTemplateStore } from '../../templates/template-store.ts';
import { createEventLog } from '../event-log.ts';
import { createProcessFleet } from '../processes/process-fleet.ts';
import { createAckedLog } from './acked-log.ts';
import type { Cluster } from './cluster.ts';
import { createDirectSender, produceStubbornly, stubbornly } from './direct-sender.ts';
import type { FaultRun, RunNote } from './fault-run.ts';
import { createGatewaySender, type GatewaySender } from './gateway-sender.ts';
import { createLoad, type Load } from './load.ts';
import { metricsOf } from './member-metrics.ts';
import { createPeople } from './people.ts';
import { rememberInput } from './remembered-input.ts';
import { partitionsBehind } from './stored-offsets.ts';
import { createTokenIssuer } from './token-issuer.ts';
import { watchVerdicts } from './verdict-watch.ts';

/** On what a run is built. */
export interface FaultRunOptions {
  cluster: Cluster;
  row: string;
  seed: number;
  client: KafkaClientName;
  clock: Clock;
  env: NodeJS.ProcessEnv;
}

const partitions = 12;
const peopleCount = 60;
const pollMs = 20;
/** Fault and recovery of the slowest row, on a busy machine. */
const defaultWithinMs = 60_000;
/** Far below the shortest session timeout. */
const lastWordsMs = 1_000;
const settleWithinMs = 120_000;

/** Creates the topics, activates the templates and starts alerting; scorers are the row's to start. */
export async function startFaultRun({ cluster, row, seed, client, clock, env }: FaultRunOptions): Promise<FaultRun> {
  const { broker, replicationFactor } = cluster;
  const run = `${row}-${seed}-${randomBytes(3).toString('hex')}`;
  const prefix = `faults.${run}.`;
  const topics = topicNames(prefix);
  const groups = { scorer: `${run}-scorer`, alerting: `${run}-alerting` };
  const inputs = {
    scorer: { stage: 'scorer', topic: topics.behaviour, group: groups.scorer },
    alerting: { stage: 'alerting', topic: topics.verdicts, group: groups.alerting },
    publishing: {
      stage: publishingStageName,
      topic: topics.incidents,
      group: alertingGroupOf(groups.alerting, 'publishing'),
    },
  };
  const identity: TrialIdentity = trialIdentity(seed);
  const random = createSeededRandom(`${row} ${seed}`);
  const ownPseudonyms = { key: identity.pseudonymKey, epoch: '1' };
  const sharedSecret = (): TokenSigner => ({ algorithm: 'HS256', key: Buffer.from(identity.tokenSecret) });
  const ownTokens = createTokenIssuer({ tenant: identity.tenant, clock, signer: sharedSecret });
  const people = createPeople({ tenant: identity.tenant, count: peopleCount, seed });
  const acked = createAckedLog();
  const notes = createEventLog<RunNote>(clock, 10_000);
  const states = new RedisStateStore(cluster.redisConnection);
  const silent = new Set<number>();
  const values = new RedisKeyValueStore(cluster.redisConnection, { keyPrefix: valueKeyPrefix(prefix) });
  const templates = createTemplateStore({
    values,
    changelog: createTemplateChangelog({ broker, topic: topics.templates }),
  });
  const activationCodec = createTemplateActivationCodec();
  const shared = {
    ...trialSettings(identity),
    kafkaBrokers: cluster.kafkaProxies.map(({ host, port }) => `${host}:${port}`).join(','),
    kafkaClient: client,
    redisUrl: `redis://${cluster.redisProxy.host}:${cluster.redisProxy.port}`,
    topicPrefix: prefix,
    // A run lasts a minute: what is to be built from snapshots must find some.
    snapshotIntervalMs: 3_000,
    scorerGroup: groups.scorer,
    alertingGroup: groups.alerting,
    logFormat: 'json',
    logLevel: 'info',
  };
  const fleet = createProcessFleet({ settings: shared, env, clock, maxMembers: 64, startAttempts: 3 });
  const definitions = readTopicDefinitions(topicsFile, { prefix, replicationFactor, partitions });
  await stubbornly(() => broker.createTopics(definitions), clock);
  const watch = watchVerdicts(broker, topics.verdicts, clock);
  const loads: Load[] = [];
  const senders: GatewaySender[] = [];
  const ends: (() => Promise<void>)[] = [];

  const addLoad = (load: Load): Load => {
    loads.push(load);
    return load;
  };
  const activate = async (template: Omit<Template, 'version'>): Promise<string> => {
    const version = await stubbornly(() => templates.put(template), clock);
    const plan = { topic: topics.behaviour, partitions, activatedAtMs: clock.nowMs(), by: 'faults' };
    await produceStubbornly(broker, activationRecords(activationCodec, { ...template, version }, plan), clock);
    return version;
  };
  const until: FaultRun['until'] = async (what, holds, withinMs = defaultWithinMs) => {
    const untilMs = clock.nowMs() + withinMs;
    while (!(await holds())) {
      fleet.assertRunning();
      if (clock.nowMs() > untilMs) throw new Error(`within ${withinMs} ms it did not come to this: ${what}`);
      await delay(pollMs);
    }
  };
  const waiting: FaultRun['waiting'] = (among) =>
    acked.all().filter(({ name, position }) => {
      if (among !== undefined && (position === undefined || !among.has(position.partition))) return false;
      return watch.arrivedAtMs(name) === undefined;
    }).length;
  const committedAll = async (group: string, topic: string): Promise<boolean> => {
    const ends = await broker.offsets(topic);
    const committed = new Map(
      (await broker.committedOffsets(group, topic)).map(({ partition, offset }) => [partition, offset]),
    );
    return ends.every(({ partition, high }) => high === 0 || (committed.get(partition) ?? 0) >= high);
  };

  const scorers = () => fleet.members().filter(({ name, state }) => name.startsWith('scorer') && state() === 'running');
  const scorersSay: FaultRun['scorersSay'] = async (metric, labels) => {
    const said = await Promise.all(scorers().map(metricsOf));
    return said.reduce((sum, member) => sum + member.sum(metric, labels), 0);
  };

  async function stop(): Promise<void> {
    await fleet.stop();
    for (const sender of senders) sender.close();
    await watch.stop();
    for (const end of ends.splice(0)) await end();
  }

  try {
    for (const template of [people.cohort, ...people.own]) await activate(template);
    await fleet.start('alerting');
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    ...{
      cluster,
      seed,
      random,
      clock,
      tenant: identity.tenant,
      topics,
      groups,
      fleet,
      people,
      acked,
      watch,
      input: rememberInput(broker, topics.behaviour),
      templates: createTemplateReader({ values, broker, topic: topics.templates }),
      notes,
    },
    ...{ sharedSecret, activate, until, waiting, scorers, scorersSay, stop },
    load: addLoad(
      createLoad({
        ...{ people, sender: createDirectSender(broker, topics.behaviour, acked, clock), clock },
        free: (subject) => !silent.has(partitionOfKey(Buffer.from(subject), partitions)),
      }),
    ),
    silence(among) {
      for (const partition of among) silent.add(partition);
    },
    behind: () => partitionsBehind(broker, states, inputs.scorer),
    async startGateway({ settings, program, tokens = ownTokens, pseudonyms = ownPseudonyms } = {}) {
      const [ingestPort] = await freePorts(1);
      const url = `http://127.0.0.1:${ingestPort}`;
      const { key: ingestPseudonymKey, epoch: ingestPseudonymEpoch } = pseudonyms;
      const own = { ingestPort, ingestPseudonymKey, ingestPseudonymEpoch, ...settings };
      const member = await fleet.start('ingest', own, program);
      const pseudonym: Pseudonymiser = createTenantPseudonymisers(
        Buffer.from(pseudonyms.key, 'hex'),
        pseudonyms.epoch,
      )(identity.tenant);
      // The gateway gives people other names: their templates follow them.
      for (const template of pseudonyms === ownPseudonyms ? people.own : []) {
        await activate({ ...template, subject: pseudonym('subject', template.subject) });
      }
      const sender = createGatewaySender({ url, tokens, pseudonym, acked, clock });
      senders.push(sender);
      return { load: addLoad(createLoad({ people, sender, clock })), sender, url, member };
    },
    async startScorers(count) {
      await Promise.all(Array.from({ length: count }, () => fleet.start('scorer')));
    },
    atEnd(end) {
      ends.push(end);
    },
    async put(records) {
      await produceStubbornly(broker, records, clock);
    },
    async recoveries(sinceMs, among) {
      const firstAfter = (atMs: number) =>
        acked.firstAfter(atMs, among).filter(({ position }) => !silent.has(position?.partition ?? -1));
      // Never more than there are people: devices whose names have changed do not come back.
      const used = Math.min(peopleCount, Math.max(1, firstAfter(0).length));
      await until('each partition has an acknowledgement after the fault', () => firstAfter(sinceMs).length >= used);
      const first = firstAfter(sinceMs);
      await until('each partition has a verdict again', () =>
        first.every(({ name }) => watch.arrivedAtMs(name) !== undefined),
      );
      return first.map(({ name }) => (watch.arrivedAtMs(name) ?? Number.NaN) - sinceMs);
    },
    async takeovers(diedAtMs, among) {
      const used = new Set(acked.all().map(({ position }) => position?.partition ?? 0));
      const taken = [...among].filter((partition) => used.has(partition));
      // What the dead member had written is read for a moment longer; nobody can follow as fast.
      const next = (partition: number) => watch.nextArrivalMs(partition, diedAtMs + lastWordsMs);
      await until('each partition has another owner', () => taken.every((partition) => next(partition) !== undefined));
      return taken.map((partition) => (next(partition) ?? Number.NaN) - diedAtMs);
    },
    async countFromNow(metric, labels) {
      const before = await scorersSay(metric, labels);
      return async () => (await scorersSay(metric, labels)) - before;
    },
    async settle() {
      for (const load of loads) await load.stop();
      await until('every acknowledged batch has its verdict', () => waiting() === 0, settleWithinMs);
      for (const input of [inputs.scorer, inputs.alerting, inputs.publishing]) {
        const { stage, topic, group } = input;
        const committed = () => committedAll(group, topic).catch(() => false);
        await until(`${group} has committed all of ${topic}`, committed, settleWithinMs);
        const contained = async () => (await partitionsBehind(broker, states, input)).length === 0;
        const whole = () => contained().catch(() => false);
        await until(`the states of ${stage} contain all of ${topic}`, whole, settleWithinMs);
      }
    },
  };
}
