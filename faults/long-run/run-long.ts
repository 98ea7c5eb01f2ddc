import { setTimeout as delay } from 'node:timers/promises';
import { alertingGroupOf } from '../../alerting/stage-groups.ts';
import { valueKeyPrefix } from '../../cli/connections.ts';
import { readTopicDefinitions, topicsFile } from '../../cli/topic-definitions.ts';
import { startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { startLocalRedis } from '../../deploy/local/local-redis.ts';
import { type Broker, BrokerUnavailable } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { createRedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisKeyValueStore } from '../../platform/store/redis-key-value-store.ts';
import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { createTemplateChangelog } from '../../templates/template-changelog.ts';
import { createTemplateReader } from '../../templates/template-reader.ts';
import { createTemplateStore } from '../../templates/template-store.ts';
import type { AckedId } from '../../verifier/acked-ids.ts';
import type { VerifyReport } from '../../verifier/verify-report.ts';
import { verifyRun } from '../../verifier/verify-run.ts';
import { createProcessFleet } from '../processes/process-fleet.ts';
import { createLongInput } from './long-input.ts';

/** How long a long run is. */
export interface LongRunOptions {
  batches: number;
  /** Of scorers, `kill -9`, at seeded places while there is work left. */
  kills: number;
  subjects: number;
  seed: number;
  client: 'kafkajs' | 'platformatic';
  tell(words: string): void;
}

/** What came of it. */
export interface LongRunReport {
  batches: number;
  kills: number;
  seed: number;
  /** Records that waited when a scorer was killed, over all kills. */
  lagAtKill: { least: number; most: number };
  /** From the first record to the last committed verdict. */
  runSeconds: number;
  verified: VerifyReport;
}

const prefix = 'gaitkeeper.';
const groups = { scorer: 'gaitkeeper-scorer', alerting: 'gaitkeeper-alerting' };
const batchesPerSend = 400;
/** The producer waits while more than this is unread: a kill must meet work, and the run must not become one burst. */
const mostLag = 4_000;
const pollMs = 50;
/** Without any progress for so long, the system has stopped for ever. */
const patienceMs = 120_000;

/** Kafka, Redis, two scorers and alerting of one's own; kills, waits until all is done, and verifies everything. */
export async function runLong(options: LongRunOptions): Promise<LongRunReport> {
  const { batches, kills, subjects, seed, client, tell } = options;
  const topics = topicNames(prefix);
  const log = createLogger({ name: 'long-run', level: 'error', format: 'json' });
  const stops: (() => Promise<unknown>)[] = [];
  try {
    tell('starting Kafka and Redis');
    const kafka = await startLocalKafka();
    stops.push(() => kafka.stop());
    const redis = await startLocalRedis({ appendOnly: true });
    stops.push(() => redis.stop());
    const broker = createKafkaBroker({ brokers: kafka.brokers, clientId: 'long-run', client, log });
    stops.push(() => broker.close());
    const connection = createRedisConnection({ url: redis.url, name: 'long-run', commandTimeoutMs: 10_000 }, log);
    stops.push(() => connection.close());
    await Promise.all([broker.connect(), connection.connect()]);
    const definitions = readTopicDefinitions(topicsFile, { prefix, replicationFactor: 1 });
    await broker.createTopics(definitions);
    const values = new RedisKeyValueStore(connection, { keyPrefix: valueKeyPrefix(prefix) });
    const templates = createTemplateStore({
      values,
      changelog: createTemplateChangelog({ broker, topic: topics.templates }),
    });
    const partitions = definitions.find(({ name }) => name === topics.behaviour)?.partitions ?? 0;

    tell('starting two scorers and alerting');
    const settings = { kafkaBrokers: kafka.brokers.join(','), kafkaClient: client, redisUrl: redis.url };
    const fleet = createProcessFleet({
      settings: { ...settings, topicPrefix: prefix, logFormat: 'json', logLevel: 'warn' },
      env: process.env,
      clock: systemClock,
    });
    stops.push(() => fleet.stop());
    const scorers = [await fleet.start('scorer'), await fleet.start('scorer')];
    await fleet.start('alerting');

    const input = createLongInput({ topic: topics.behaviour, partitions, seed, subjects, publish: templates.put });
    const chance = createSeededRandom(`kills ${seed}`);
    const places = Array.from({ length: kills }, (_, index) =>
      Math.floor(((index + chance.uniform(0.3, 0.9)) * batches) / kills),
    );
    const acked: AckedId[] = [];
    const lags: number[] = [];
    const startedAtMs = performance.now();
    await broker.produce(await input.first());
    let restarting: Promise<unknown> = Promise.resolve();
    for (let made = 0; made < batches; made += batchesPerSend) {
      const { records, made: batchesOf } = await input.next(Math.min(batchesPerSend, batches - made));
      const positions = await broker.produce(records);
      positions.forEach(({ partition, offset }, index) => {
        const batch = batchesOf[index];
        if (batch !== undefined) acked.push({ partition, offset, ...batch });
      });
      while ((places[0] ?? Number.POSITIVE_INFINITY) < made + batchesPerSend) {
        places.shift();
        await restarting; // one at a time: somebody is there to take over
        const lag = await untilLag(broker, topics.behaviour, groups.scorer, (waiting) => waiting > 0);
        lags.push(lag);
        const victim = chance.pick(scorers);
        tell(`kill ${lags.length} of ${kills}: ${victim.name}, ${lag} records wait`);
        restarting = victim.restart();
        restarting.catch(() => undefined); // told when it is waited for
      }
      await untilLag(broker, topics.behaviour, groups.scorer, (waiting) => waiting < mostLag);
    }
    await restarting;
    tell('waiting until everything is judged');
    await untilLag(broker, topics.behaviour, groups.scorer, (waiting) => waiting === 0);
    await untilLag(broker, topics.verdicts, groups.alerting, (waiting) => waiting === 0);
    await untilLag(
      broker,
      topics.incidents,
      alertingGroupOf(groups.alerting, 'publishing'),
      (waiting) => waiting === 0,
    );
    const runSeconds = (performance.now() - startedAtMs) / 1000;
    fleet.assertRunning();

    tell('verifying');
    let told = 0;
    const verified = await verifyRun({
      ...{ broker, topics, groups, ackedIds: acked, settled: true },
      templates: createTemplateReader({ values, broker, topic: topics.templates }),
      states: new RedisStateStore(connection),
      onProgress(step, done, total) {
        if (step === 'replay' && done - told < 10_000) return;
        told = step === 'replay' ? done : 0;
        tell(`${step} ${done}/${total}`);
      },
    });
    const lagAtKill = { least: Math.min(...lags), most: Math.max(...lags) };
    return { batches, kills: lags.length, seed, lagAtKill, runSeconds, verified };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Resolves with the group's lag once that is as wanted; rejects when the group makes no progress any more. */
async function untilLag(
  broker: Pick<Broker, 'offsets' | 'committedOffsets'>,
  topic: string,
  group: string,
  wanted: (lag: number) => boolean,
): Promise<number> {
  let best = -1;
  let progressAtMs = performance.now();
  for (;;) {
    const committed = new Map(
      (await broker.committedOffsets(group, topic)).map(({ partition, offset }) => [partition, offset]),
    );
    const ends = await broker.offsets(topic);
    const done = ends.reduce((sum, { partition }) => sum + Math.max(0, committed.get(partition) ?? 0), 0);
    const lag = ends.reduce((sum, { high }) => sum + high, 0) - done;
    if (wanted(lag)) return lag;
    if (done > best) {
      best = done;
      progressAtMs = performance.now();
    } else if (performance.now() - progressAtMs > patienceMs) {
      throw new BrokerUnavailable(`group ${group} has made no progress for ${patienceMs} ms, ${lag} records wait`);
    }
    await delay(pollMs);
  }
}
