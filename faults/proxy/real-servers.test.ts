import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePorts } from '../../deploy/local/free-ports.ts';
import { type LocalKafka, startLocalKafka } from '../../deploy/local/local-kafka.ts';
import type { Broker, ConsumedRecord } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { createRedisConnection, type RedisConnection } from '../../platform/store/redis-connection.ts';
import { createRedisScript } from '../../platform/store/redis-script.ts';
import { StoreUnavailable } from '../../platform/store/state-store.ts';
import { eventually } from '../../test/contracts/eventually.ts';
import { describeOn, realKafkaOfOurOwn, realRedis } from '../../test/servers/real-servers.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

const startMs = 120_000;
const log = createLogger({ level: 'silent', name: 'faults', format: 'json' });
const random = createSeededRandom(1);

describeOn('Redis behind a proxy', realRedis(), ({ url }) => {
  const key = `faults-proxy-${process.pid}`;
  const increment = createRedisScript("return redis.call('INCR', KEYS[1])");
  let proxy: FaultProxy;
  let direct: RedisConnection;
  let proxied: RedisConnection;

  beforeAll(async () => {
    const { hostname, port } = new URL(url);
    proxy = await startFaultProxy({ upstream: { host: hostname, port: Number(port) }, clock: systemClock, random });
    direct = createRedisConnection({ url, name: 'direct' }, log);
    proxied = createRedisConnection({ url: `redis://${proxy.host}:${proxy.port}`, name: 'proxied' }, log);
    await Promise.all([direct.connect(), proxied.connect()]);
  }, startMs);

  afterAll(async () => {
    await direct.delete([key]);
    await Promise.all([direct.close(), proxied.close()]);
    await proxy.stop();
  }, startMs);

  async function counted(): Promise<string | undefined> {
    const [value] = await direct.getMany([key]);
    return value?.toString();
  }

  it('executes once a command whose reply is lost, and the client is told that it does not know', async () => {
    expect(await proxied.runScript(increment, [key], [])).toBe(1);
    await proxy.add({ kind: 'dropOnce', direction: 'toClient', bytes: 1 });
    await expect(proxied.runScript(increment, [key], [])).rejects.toThrow(StoreUnavailable);
    expect(await counted()).toBe('2');
    await eventually('the client is back', () =>
      proxied.ping().then(
        () => true,
        () => false,
      ),
    );
    expect(await proxied.runScript(increment, [key], [])).toBe(3);
    expect(await counted()).toBe('3');
  });

  it('bounds a command by its timeout while the server is behind a black hole', async () => {
    const hole = await proxy.add({ kind: 'timeout', direction: 'toServer', timeoutMs: 0 });
    await expect(proxied.ping()).rejects.toThrow('did not answer within 500 ms');
    await hole.remove();
    await eventually('the client is back', () =>
      proxied.ping().then(
        () => true,
        () => false,
      ),
    );
  });
});

describeOn('Kafka behind a proxy', realKafkaOfOurOwn(), () => {
  const topic = 'faults-proxy';
  let kafka: LocalKafka | undefined;
  let proxy: FaultProxy | undefined;
  let broker: Broker | undefined;

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    kafka = await startLocalKafka({ advertisedPorts: [port] });
    const [host = '', upstreamPort] = (kafka.brokers[0] ?? '').split(':');
    proxy = await startFaultProxy({ upstream: { host, port: Number(upstreamPort) }, port, clock: systemClock, random });
    broker = createKafkaBroker({ brokers: [`127.0.0.1:${port}`], produceTimeoutMs: 5_000, requestTimeoutMs: 5_000 });
    await broker.connect();
    await broker.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
  }, startMs);

  afterAll(async () => {
    await broker?.close();
    await proxy?.stop();
    await kafka?.stop();
  }, startMs);

  async function values(): Promise<string[]> {
    const records: ConsumedRecord[] = [];
    for await (const record of (broker as Broker).read({ topic, from: 'earliest', until: 'end' })) records.push(record);
    return records.map(({ value }) => String(value));
  }

  it('serves clients through the proxy alone, refuses while it is down, and repeats nothing after a lost reply', async () => {
    const [through, client] = [proxy as FaultProxy, broker as Broker];
    const send = (value: string) => client.produce([{ topic, key: null, value: Buffer.from(value) }]);
    await send('first');
    expect(await values()).toEqual(['first']);

    await through.add({ kind: 'dropOnce', direction: 'toClient', bytes: 1 });
    await send('reply lost');
    const { events } = through.events();
    expect(events.filter(({ kind }) => kind === 'toxicActed')).toHaveLength(1);
    expect(await values()).toEqual(['first', 'reply lost']);

    const down = await through.add({ kind: 'down' });
    await expect(send('while down')).rejects.toThrow();
    await down.remove();
    await eventually('records pass again', () =>
      send('after').then(
        () => true,
        () => false,
      ),
    );
    expect((await values()).filter((value) => value !== 'while down')).toEqual(['first', 'reply lost', 'after']);
  });
});
