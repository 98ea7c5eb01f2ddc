import { freePorts } from '../../deploy/local/free-ports.ts';
import { type LocalKafka, type LocalKafkaOptions, startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { type LocalRedis, type LocalRedisOptions, startLocalRedis } from '../../deploy/local/local-redis.ts';
import { mountSmallDisk, type SmallDisk } from '../../deploy/local/small-disk.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import type { KafkaClientName } from '../../platform/broker/kafka-clients.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import { createRedisConnection, type RedisConnection } from '../../platform/store/redis-connection.ts';
import { type FaultProxy, startFaultProxy } from '../proxy/fault-proxy.ts';
import type { Upstream } from '../proxy/proxied-connection.ts';

/** One Kafka node, or three with replication 3 and at least 2 in-sync replicas. */
export const topologies = ['one', 'three'] as const;
/** One of {@link topologies}. */
export type Topology = (typeof topologies)[number];

/** Servers of our own with a proxy before each. The processes under test go through the proxies, we ourselves past them. */
export interface Cluster {
  readonly topology: Topology;
  readonly replicationFactor: number;
  readonly kafka: LocalKafka;
  readonly redis: LocalRedis;
  /** One for each node. */
  readonly kafkaProxies: readonly FaultProxy[];
  readonly redisProxy: FaultProxy;
  /** Connections that come to the Redis proxy from now on go to another server. */
  redirectRedis(port: number): void;
  /** Where Kafka's logs lie, if they were to lie on a small one. */
  readonly kafkaDisk: SmallDisk | undefined;
  /** Where Redis' append-only file lies, if it was to lie on a small one. */
  readonly redisDisk: SmallDisk | undefined;
  /** Past the proxies. */
  readonly broker: Broker;
  /** Past the proxy. */
  readonly redisConnection: RedisConnection;
  stop(): Promise<void>;
}

/** What a cluster is made of. */
export interface ClusterOptions {
  topology: Topology;
  client: KafkaClientName;
  clock: Clock;
  log: Logger;
  random: SeededRandom;
  kafka?: Pick<LocalKafkaOptions, 'properties'>;
  /** Kafka's logs lie on a file system of this size, MiB, which can be filled. */
  kafkaDiskMiB?: number;
  redis?: LocalRedisOptions;
  /** Redis' data lie on a file system of this size, MiB, which can be filled. */
  redisDiskMiB?: number;
}

const host = '127.0.0.1';
/** A node that was killed is let in again when its former session has ended: soon, since a row waits for it. */
const quickReturn = { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' };

/** Starts the servers, Redis with its append-only file as in `deploy/compose.yaml`. Rejects naming what is missing. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { topology, clock, log, random, client } = options;
  const nodes = topology === 'one' ? 1 : 3;
  const proxyPorts = await freePorts(nodes);
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  const proxy = async (name: string, upstream: Upstream, port?: number): Promise<FaultProxy> => {
    const started = await startFaultProxy({
      ...{ upstream, clock, random: random.fork(name) },
      ...(port === undefined ? {} : { port }),
    });
    stops.push(() => started.stop());
    return started;
  };
  try {
    const smallDisk = (mebibytes: number | undefined): SmallDisk | undefined => {
      const disk = mebibytes === undefined ? undefined : mountSmallDisk(mebibytes);
      stops.push(async () => disk?.remove());
      return disk;
    };
    const kafkaDisk = smallDisk(options.kafkaDiskMiB);
    const redisDisk = smallDisk(options.redisDiskMiB);
    const kafka = await startLocalKafka({
      ...(kafkaDisk === undefined ? {} : { dataDir: kafkaDisk.path }),
      ...{ nodes, advertisedPorts: proxyPorts, properties: { ...quickReturn, ...options.kafka?.properties } },
    });
    stops.push(() => kafka.stop());
    const redis = await startLocalRedis({
      ...(redisDisk === undefined ? {} : { dataDir: redisDisk.path }),
      ...{ appendOnly: true, ...options.redis },
    });
    stops.push(() => redis.stop());
    const kafkaProxies: FaultProxy[] = [];
    for (const [node, address] of kafka.brokers.entries()) {
      kafkaProxies.push(await proxy(`kafka ${node}`, { host, port: Number(address.split(':')[1]) }, proxyPorts[node]));
    }
    const redisUpstream = { host, port: redis.port };
    const redisProxy = await proxy('redis', redisUpstream);
    const broker = createKafkaBroker({
      ...{ brokers: kafka.innerBrokers, clientId: 'faults', client, log },
      ...{ produceTimeoutMs: 5_000, requestTimeoutMs: 5_000 },
    });
    stops.push(() => broker.close());
    const redisConnection = createRedisConnection({ url: redis.url, name: 'faults', commandTimeoutMs: 10_000 }, log);
    stops.push(() => redisConnection.close());
    await Promise.all([broker.connect(), redisConnection.connect()]);
    const replicationFactor = nodes;
    return {
      ...{
        topology,
        replicationFactor,
        kafka,
        redis,
        kafkaProxies,
        redisProxy,
        kafkaDisk,
        redisDisk,
        broker,
        redisConnection,
        stop,
      },
      redirectRedis(port) {
        redisUpstream.port = port;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
