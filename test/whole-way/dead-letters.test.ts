import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { valueKeyPrefix } from '../../cli/connections.ts';
import { childEnvironment } from '../../cli/trial/child-environment.ts';
import { type ChildProcessHandle, startChild } from '../../cli/trial/child-process.ts';
import { freePorts } from '../../deploy/local/free-ports.ts';
import type { Broker, OutgoingRecord } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { createLogger } from '../../platform/log.ts';
import { createRedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisKeyValueStore } from '../../platform/store/redis-key-value-store.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import { createDeadLetterCodec, deadLetterOf } from '../../schemas/dead-letter.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { createTemplateChangelog } from '../../templates/template-changelog.ts';
import { createTemplateStore } from '../../templates/template-store.ts';
import { eventually } from '../contracts/eventually.ts';
import { recordsIn } from '../fixtures/records-in.ts';
import { templateOf } from '../fixtures/template-fixture.ts';
import { ada, subjectOf, typedBatch } from '../fixtures/typing-fixture.ts';
import { describeOn, kafkaClient } from '../servers/real-servers.ts';
import { gaitkeeper } from './command-line.ts';
import { kafkaAndRedis } from './kafka-and-redis.ts';

const maxInARow = 5;
const batches = 4;
const poison = 9;
const wholeMs = 120_000;
const subject = subjectOf('a');
const codec = createBehaviourBatchCodec();

describeOn('Kafka and Redis: a flood of dead letters', kafkaAndRedis(), ({ brokers, redisUrl }) => {
  const prefix = `test-${randomBytes(4).toString('hex')}.`;
  const topics = topicNames(prefix);
  const env = {
    GAITKEEPER_KAFKA_BROKERS: brokers.join(','),
    GAITKEEPER_KAFKA_CLIENT: kafkaClient(),
    GAITKEEPER_REDIS_URL: redisUrl,
    GAITKEEPER_TOPIC_PREFIX: prefix,
  };
  let broker: Broker;
  let scorer: ChildProcessHandle | undefined;
  let adminUrl: string;
  let stopped: number;
  /** The id of the first dead letter. */
  let firstPoison: string;

  const batchAt = (sequence: number): OutgoingRecord => ({
    ...{ topic: topics.behaviour, key: Buffer.from(subject) },
    value: codec.encode(typedBatch({ subject, sequence, rhythm: ada })),
  });
  const command = async (args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await gaitkeeper([...args, '--json'], env);
    expect({ args, exitCode, stderr }).toEqual({ args, exitCode: 0, stderr: expect.any(String) });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const letters = (...args: string[]) => command(['dead-letters', ...args]);

  /** One of the subject that nobody has activated. */
  async function storeTemplate(): Promise<string> {
    const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
    const redis = createRedisConnection({ url: redisUrl, name: 'values' }, log);
    await redis.connect();
    try {
      const values = new RedisKeyValueStore(redis, { keyPrefix: valueKeyPrefix(prefix) });
      const changelog = createTemplateChangelog({ broker, topic: topics.templates });
      return await createTemplateStore({ values, changelog }).put(templateOf({ rhythm: ada, subject }));
    } finally {
      await redis.close();
    }
  }

  beforeAll(async () => {
    broker = createKafkaBroker({ brokers, client: kafkaClient() });
    await broker.connect();
    const definition = { partitions: 2, replicationFactor: 1, config: {} };
    await broker.createTopics(Object.values(topics).map((name) => ({ name, ...definition })));
    const [port] = await freePorts(1);
    adminUrl = `http://127.0.0.1:${port}`;
    scorer = startChild({
      name: 'scorer',
      args: [],
      env: {
        ...childEnvironment(
          {
            ...{ scorerGroup: `${prefix}scorer`, kafkaSessionTimeoutMs: 6_000, stageMaxDeadLettersInARow: maxInARow },
            ...{ adminPort: port, logFormat: 'json' },
          },
          process.env,
        ),
        ...env,
      },
    });
    const [judged] = await broker.produce(Array.from({ length: batches }, (_, sequence) => batchAt(sequence)));
    // In the other partition: the subject goes on.
    stopped = 1 - (judged?.partition ?? 0);
    const positions = await broker.produce(
      Array.from({ length: poison }, (_, index) => ({
        ...{
          topic: topics.behaviour,
          partition: stopped,
          key: Buffer.from(`k${index}`),
          value: Buffer.from('nonsense'),
        },
      })),
    );
    firstPoison = `${topics.behaviour}/${stopped}/${positions[0]?.offset}`;
  }, wholeMs);

  afterAll(async () => {
    await scorer?.stop();
    await broker?.close();
  });

  it(
    'stops the partition at the limit, and the operator finds out where and why, and what to do',
    async () => {
      const ready = () =>
        fetch(`${adminUrl}/readyz`).then(
          async (answer) => `${answer.status} ${await answer.text()}`,
          () => '', // not listening yet
        );
      await eventually('the scorer says so', async () => {
        scorer?.assertRunning();
        return (await ready()).includes(`partition ${stopped} waits for dead-letter-limit`);
      });
      expect(await ready()).toMatch(/^503 .*dead-letters list/s);
      const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
      expect(metrics).toContain('gaitkeeper_stage_dead_letter_limit_reached{stage="scorer"} 1');
      expect(metrics).toContain('gaitkeeper_stage_restarts_total');
      const [listed, shown, unknown] = await Promise.all([
        letters('list', '--limit', '2'),
        letters('show', firstPoison),
        gaitkeeper(['dead-letters', 'replay', `${topics.behaviour}/0/4711`], env),
      ]);
      expect(listed).toMatchObject({ total: maxInARow, shown: 2 });
      expect(listed['reasons']).toEqual([{ reason: 'unknown-framing', count: maxInARow, fix: expect.any(String) }]);
      expect(listed['letters']).toContainEqual(expect.objectContaining({ id: firstPoison }));
      expect(shown).toMatchObject({ id: firstPoison, kind: 'refused', valueBytes: 8, stage: 'scorer' });
      expect(unknown).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('dead-letters list') });
    },
    wholeMs,
  );

  it(
    'and what can be read again is replayed once, judged, and rescored to the same decisions into a topic of its own',
    async () => {
      // As a stage of an older version would have set it aside.
      const refused = { ...batchAt(batches), key: Buffer.from(subject), partition: 0, offset: 4_711 };
      const told = { stage: 'scorer', reason: 'unknown-schema', detail: 'as told' };
      const letter = deadLetterOf({ ...refused, headers: {}, timestampMs: 1_700_000_000_000 }, told);
      const value = createDeadLetterCodec().encode(letter);
      await broker.produce([{ topic: topics.deadLetters, key: refused.key, value }]);
      const which = ['--reason', 'unknown-schema'];
      const id = `${topics.behaviour}/0/4711`;

      expect(await letters('replay', ...which, '--quiet')).toMatchObject({ dryRun: false, replayed: 1 });
      await eventually(
        'every batch has its verdict',
        async () => (await recordsIn(broker, topics.verdicts)).length === batches + 1,
      );

      const into = `${prefix}verdicts-shadow.v1`;
      const version = await storeTemplate();
      const unknownVersion = '0'.repeat(version.length);
      const [again, report, withTemplate, unknown] = await Promise.all([
        letters('replay', id, '--quiet'),
        command(['rescore', '--into', into, '--quiet']),
        command(['rescore', '--template', version, '--quiet']),
        gaitkeeper(['rescore', '--template', unknownVersion, '--quiet'], env),
      ]);
      expect(again).toMatchObject({ replayed: 0, passedOver: { 'replayed-before': 1 } });
      const behaviour = await recordsIn(broker, topics.behaviour);
      expect(behaviour.filter(({ headers }) => headers['gaitkeeper-replay-of'] === id)).toHaveLength(1);
      expect(report).toMatchObject({ verdicts: batches + 1, sameDecision: batches + 1, differentDecision: 0, into });
      expect(report['deadLetters']).toEqual({ 'unknown-framing': poison });
      expect(withTemplate).toMatchObject({ template: version, verdicts: batches + 1, into: null });
      // The first batches are too few to judge either way.
      expect(withTemplate['changes']).toEqual([{ live: 'undecided', rescored: 'genuine', verdicts: batches }]);
      expect(unknown).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('tail verdicts') });
      const bytesOf = async (topic: string) =>
        (await recordsIn(broker, topic)).map(({ value }) => value?.toString('hex'));
      expect(await bytesOf(into)).toEqual(await bytesOf(topics.verdicts));
    },
    wholeMs,
  );
});
