import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { childEnvironment } from '../../cli/trial/child-environment.ts';
import { type ChildProcessHandle, startChild } from '../../cli/trial/child-process.ts';
import { freePorts } from '../../deploy/local/free-ports.ts';
import { type LocalKafka, startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { type LocalRedis, startLocalRedis } from '../../deploy/local/local-redis.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { eventually } from '../contracts/eventually.ts';
import { freeze } from '../servers/frozen.ts';
import { describeOn, kafkaClient, realKafkaOfOurOwn, realRedisOfOurOwn } from '../servers/real-servers.ts';

const wholeMs = 120_000;
const outageMs = 45_000;

/** What `/readyz` said; `code` is 0 while nothing listens. */
interface Readiness {
  code: number;
  checks?: { name: string; ok: boolean; reason?: string }[];
}

function bothOfOurOwn(): ReturnType<typeof realKafkaOfOurOwn> {
  const kafka = realKafkaOfOurOwn();
  return kafka.available ? realRedisOfOurOwn() : kafka;
}

describeOn('Kafka and Redis of their own: a worker', bothOfOurOwn(), () => {
  let kafka: LocalKafka;
  let redis: LocalRedis;
  let worker: ChildProcessHandle | undefined;
  let adminUrl: string;

  const ready = async (): Promise<Readiness> => {
    worker?.assertRunning();
    const answer = await fetch(`${adminUrl}/readyz`).catch(() => undefined); // not listening yet
    if (answer === undefined) return { code: 0 };
    return { code: answer.status, ...((await answer.json()) as Omit<Readiness, 'code'>) };
  };

  beforeAll(async () => {
    [kafka, redis] = await Promise.all([startLocalKafka(), startLocalRedis()]);
    const broker = createKafkaBroker({ brokers: kafka.brokers, client: kafkaClient() });
    await broker.connect();
    const definition = { partitions: 1, replicationFactor: 1, config: {} };
    await broker.createTopics(Object.values(topicNames('gaitkeeper.')).map((name) => ({ name, ...definition })));
    await broker.close();
    const [adminPort] = await freePorts(1);
    adminUrl = `http://127.0.0.1:${adminPort}`;
    worker = startChild({
      name: 'scorer',
      args: [],
      env: childEnvironment(
        {
          ...{ kafkaBrokers: kafka.brokers.join(','), kafkaClient: kafkaClient(), redisUrl: redis.url, adminPort },
        },
        process.env,
      ),
    });
  }, wholeMs);

  afterAll(async () => {
    redis?.kill('SIGCONT');
    kafka?.kill('SIGCONT');
    await worker?.stop();
    await Promise.all([kafka?.stop(), redis?.stop()]);
  }, wholeMs);

  it.each([
    ['redis', () => ({ server: redis, pids: [redis.pid()] })],
    ['kafka', () => ({ server: kafka, pids: kafka.pids() })],
  ] as const)(
    'is not ready while %s answers nothing, says which it misses, and is ready again without a hand',
    async (name, serverOf) => {
      const { server, pids } = serverOf();
      await eventually('it is ready', async () => (await ready()).code === 200, outageMs);
      await freeze(server, pids);
      let away: Readiness = { code: 0 };
      await eventually('it is not ready', async () => {
        away = await ready();
        return away.code === 503;
      });
      expect(away.checks?.find((check) => check.name === name)).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/./),
      });
      server.kill('SIGCONT');
      await eventually('it is ready again', async () => (await ready()).code === 200, outageMs);
    },
    wholeMs,
  );
});
