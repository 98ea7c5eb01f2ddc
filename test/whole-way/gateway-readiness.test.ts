import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { childEnvironment } from '../../cli/trial/child-environment.ts';
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

/** What `/readyz` said; `code` is 0 while nothing listens. */
interface Readiness {
  code: number;
  status?: string;
  checks?: { name: string }[];
}

describeOn('Kafka and a Redis of its own: a gateway', kafkaAndRedis(), ({ brokers }) => {
  const prefix = `test-${randomBytes(4).toString('hex')}.`;
  let redis: LocalRedis;
  let gateway: ChildProcessHandle | undefined;
  let adminUrl: string;

  const ready = async (): Promise<Readiness> => {
    gateway?.assertRunning();
    const answer = await fetch(`${adminUrl}/readyz`).catch(() => undefined); // not listening yet
    if (answer === undefined) return { code: 0 };
    return { code: answer.status, ...((await answer.json()) as Omit<Readiness, 'code'>) };
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
    gateway = startChild({
      name: 'ingest',
      args: [],
      env: childEnvironment(
        {
          ...{ kafkaBrokers: brokers.join(','), kafkaClient: kafkaClient(), redisUrl: redis.url, topicPrefix: prefix },
          ...{ ingestPort: port, adminPort, ingestDevelopment: true, ingestDevelopmentSecret: 'x'.repeat(32) },
        },
        process.env,
      ),
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
      // Each step is waited for: on a busy machine a single answer of Kafka's may take longer than a check waits.
      await eventually('it is ready', async () => (await ready()).status === 'ready');
      await freeze(redis, [redis.pid()]);
      let frozen: Readiness = { code: 0 };
      await eventually('it is degraded', async () => {
        frozen = await ready();
        return frozen.status === 'degraded';
      });
      expect(frozen.code).toBe(200);
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
