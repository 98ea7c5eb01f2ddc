import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { freePorts } from '../../deploy/local/free-ports.ts';
import { type LocalKafka, startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { type LocalRedis, startLocalRedis } from '../../deploy/local/local-redis.ts';
import { signDeviceToken } from '../../ingest/device-token.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import { eventually } from '../contracts/eventually.ts';
import { builtMain } from '../fixtures/built-program.ts';
import { ada, subjectOf, typedBatch } from '../fixtures/typing-fixture.ts';
import { freeze } from '../servers/frozen.ts';
import { describeOn, kafkaClient, realKafkaOfOurOwn, realRedisOfOurOwn } from '../servers/real-servers.ts';

const drainTimeoutMs = 1_500;
/** Ample for the drain and the end after it; without a cut the client holds the process for three quarters of a minute. */
const endsWithinMs = 12_000;
const cutMs = 120_000;
const secret = 's'.repeat(32);

const kafkaOfOurOwn = realKafkaOfOurOwn();
const redisOfOurOwn = realRedisOfOurOwn();

describeOn('Kafka and Redis of its own', kafkaOfOurOwn.available ? redisOfOurOwn : kafkaOfOurOwn, () => {
  let kafka: LocalKafka;
  let redis: LocalRedis;
  let child: ChildProcess | undefined;
  let said = '';

  beforeAll(async () => {
    [kafka, redis] = await Promise.all([startLocalKafka(), startLocalRedis()]);
    const broker = createKafkaBroker({ brokers: kafka.brokers, client: kafkaClient() });
    await broker.connect();
    const names = ['behaviour', 'verdicts', 'templates', 'snapshots', 'dead-letters'];
    await broker.createTopics(
      names.map((name) => ({ name: `gaitkeeper.${name}.v1`, partitions: 2, replicationFactor: 1, config: {} })),
    );
    await broker.close();
  }, cutMs);

  afterEach(() => {
    child?.kill('SIGKILL');
    kafka.kill('SIGCONT');
    redis.kill('SIGCONT');
  });

  afterAll(async () => {
    await kafka?.stop();
    await redis?.stop();
  });

  /** Starts a process and resolves with the address of its admin server once it is ready. */
  async function startReady(name: string, settings: Record<string, string> = {}): Promise<string> {
    const [adminPort] = await freePorts(1);
    const own = Object.entries(process.env).filter(
      ([variable]) => !variable.startsWith('GAITKEEPER_') && variable !== 'NODE_OPTIONS',
    );
    const started = spawn(process.execPath, [builtMain, name], {
      env: {
        ...Object.fromEntries(own),
        GAITKEEPER_KAFKA_BROKERS: kafka.brokers.join(','),
        GAITKEEPER_KAFKA_CLIENT: kafkaClient(),
        GAITKEEPER_REDIS_URL: redis.url,
        GAITKEEPER_ADMIN_PORT: String(adminPort),
        GAITKEEPER_DRAIN_TIMEOUT_MS: String(drainTimeoutMs),
        GAITKEEPER_LOG_FORMAT: 'json',
        ...settings,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    said = '';
    started.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    const url = `http://127.0.0.1:${adminPort}`;
    await eventually(`${name} is ready`, async () => {
      if (started.exitCode !== null) throw new Error(said);
      return await fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false, // not listening yet
      );
    });
    return url;
  }

  async function endAfterSigterm(): Promise<{ exitCode: number | null; tookMs: number }> {
    const atMs = performance.now();
    const exitCode = await new Promise<number | null>((resolve) => {
      child?.once('close', resolve);
      child?.kill('SIGTERM');
    });
    return { exitCode, tookMs: performance.now() - atMs };
  }

  function expectCut({ exitCode, tookMs }: { exitCode: number | null; tookMs: number }): void {
    expect(said).toContain('open work was cut');
    expect(exitCode).toBe(70);
    expect(tookMs).toBeLessThan(endsWithinMs);
  }

  it(
    'that freezes does not keep the gateway from ending: its open batch is cut, to be sent again',
    async () => {
      const [port] = await freePorts(1);
      const admin = await startReady('ingest', {
        GAITKEEPER_INGEST_PORT: String(port),
        GAITKEEPER_INGEST_DEVELOPMENT: 'true',
        GAITKEEPER_INGEST_DEVELOPMENT_SECRET: secret,
      });
      const batch = typedBatch({ subject: subjectOf('a'), sequence: 0, rhythm: ada });
      const claims = { device: batch.device, subjects: [batch.subject], tenant: 'default' };
      const token = await signDeviceToken(
        { ...claims, issuedAtMs: Date.now(), lifetimeMs: 600_000 },
        { algorithm: 'HS256', key: Buffer.from(secret) },
      );
      await freeze(kafka, kafka.pids());
      const answered = fetch(`http://127.0.0.1:${port}/v1/batches`, {
        method: 'POST',
        body: new Uint8Array(createBehaviourBatchCodec().encode(batch)),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'avro/binary' },
      }).then(
        ({ status }) => status,
        () => 'no answer',
      );
      await eventually('the batch waits for the broker', async () =>
        (await (await fetch(`${admin}/metrics`)).text()).includes('gaitkeeper_ingest_pending_batches 1'),
      );
      expectCut(await endAfterSigterm());
      expect(await answered).toBe('no answer');
    },
    cutMs,
  );

  it(
    'that freezes does not keep a scorer from ending',
    async () => {
      await startReady('scorer');
      await freeze(kafka, kafka.pids());
      expectCut(await endAfterSigterm());
    },
    cutMs,
  );

  it(
    'that freezes both do not keep a scorer from ending',
    async () => {
      await startReady('scorer');
      await freeze(kafka, kafka.pids());
      await freeze(redis, [redis.pid()]);
      expectCut(await endAfterSigterm());
    },
    cutMs,
  );
});
