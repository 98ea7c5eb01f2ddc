import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ChildProcessHandle, startChild } from '../../cli/trial/child-process.ts';
import { freePorts } from '../../deploy/local/free-ports.ts';
import { type LocalRedis, startLocalRedis } from '../../deploy/local/local-redis.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { eventually } from '../contracts/eventually.ts';
import { freeze } from '../servers/frozen.ts';
import { describeOn, kafkaClient } from '../servers/real-servers.ts';
import { kafkaAndRedis } from './kafka-and-redis.ts';

const wholeMs = 60_000;

describeOn('Kafka and a Redis of its own: a gateway', kafkaAndRedis(), ({ brokers }) => {
  const prefix = `test-${randomBytes(4).toString('hex')}.`;
  let redis: LocalRedis;
  let gateway: ChildProcessHandle | undefined;
  let adminUrl: string;

  const ready = async (): Promise<{ code: number; status?: string; checks?: { name: string }[] }> => {
    gateway?.assertRunning();
    const answer = await fetch(`${adminUrl}/readyz`).catch(() => undefined); // not listening yet
    if (answer === undefined) return { code: 0 };
    return { code: answer.status, ...((await answer.json()) as { status: string; checks: { name: string }[] }) };
  };

  beforeAll(async () => {
    redis = await startLocalRedis();
    const broker = createKafkaBroker({ brokers, client: kafkaClient() });
    await broker.connect();
    const topic = topicNames(prefix).behaviour;
    await broker.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
    await broker.close();
    const [port, adminPort] = await freePorts(2);
    adminUrl = `http://127.0.0.1:${adminPort}`;
    const own = Object.entries(process.env).filter(([name]) => name !== 'NODE_OPTIONS');
    gateway = startChild({
      name: 'ingest',
      args: [],
      env: {
        ...Object.fromEntries(own),
        GAITKEEPER_KAFKA_BROKERS: brokers.join(','),
        GAITKEEPER_KAFKA_CLIENT: kafkaClient(),
        GAITKEEPER_REDIS_URL: redis.url,
        GAITKEEPER_TOPIC_PREFIX: prefix,
        GAITKEEPER_INGEST_PORT: String(port),
        GAITKEEPER_ADMIN_PORT: String(adminPort),
        GAITKEEPER_INGEST_DEVELOPMENT: 'true',
        GAITKEEPER_INGEST_DEVELOPMENT_SECRET: 'x'.repeat(32),
      },
    });
  }, wholeMs);

  afterAll(async () => {
    redis?.kill('SIGCONT');
    await gateway?.stop();
    await redis?.stop();
  });

  it(
    'is degraded, and stays ready, while Redis answers nothing',
    async () => {
      await eventually('it is ready', async () => (await ready()).code === 200);
      expect(await ready()).toMatchObject({ code: 200, status: 'ready' });
      await freeze(redis, [redis.pid()]);
      const frozen = await ready();
      expect(frozen).toMatchObject({ code: 200, status: 'degraded' });
      expect(frozen.checks?.find(({ name }) => name === 'redis')).toMatchObject({
        ok: true,
        reason: expect.stringMatching(/^Redis at .*: batches are accepted all the same/),
      });
      redis.kill('SIGCONT');
      await eventually('it has Redis again', async () => (await ready()).status === 'ready');
    },
    wholeMs,
  );
});
