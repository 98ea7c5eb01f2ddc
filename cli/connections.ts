import { readFileSync } from 'node:fs';
import type { Broker } from '../platform/broker/broker.ts';
import { createKafkaBroker, type KafkaBroker } from '../platform/broker/kafka-broker.ts';
import type { ValuesOf } from '../platform/config/define-config.ts';
import type { kafkaSettings, redisSettings } from '../platform/config/shared-settings.ts';
import { exitCodes } from '../platform/exit-codes.ts';
import type { HealthCheck } from '../platform/health.ts';
import type { LifecyclePart } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import type { KeyValueStore } from '../platform/store/key-value-store.ts';
import { createRedisConnection, type RedisConnection } from '../platform/store/redis-connection.ts';
import { RedisKeyValueStore } from '../platform/store/redis-key-value-store.ts';
import { RedisStateStore } from '../platform/store/redis-state-store.ts';
import type { StateReader } from '../platform/store/state-reader.ts';
import type { StateStore } from '../platform/store/state-store.ts';
import { Refusal } from './config-options.ts';

/** Which Kafka, as every process is told. */
export type KafkaConfig = ValuesOf<typeof kafkaSettings>;
/** Which Redis, as every process is told. */
export type RedisConfig = ValuesOf<typeof redisSettings>;

/** The servers of one process, not yet connected. */
export interface Connections {
  broker: Broker;
  states: StateStore & StateReader;
  values: KeyValueStore;
  parts: LifecyclePart[];
  health: HealthCheck[];
}

/** Installations with topics of their own may share a Redis: states are kept by topic, values under this. */
export function valueKeyPrefix(topicPrefix: string): string {
  return `gk:kv:${topicPrefix}`;
}

/** Kafka as configured. @throws Refusal where the certificate authorities cannot be read */
export function connectBroker(config: KafkaConfig, log: Logger): KafkaBroker {
  const ca = config.kafkaTlsCaFile === undefined ? undefined : readAuthority(config.kafkaTlsCaFile);
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = config;
  return createKafkaBroker({
    brokers: config.kafkaBrokers,
    client: config.kafkaClient,
    clientId: config.kafkaClientId,
    log,
    ...(config.kafkaTls ? { tls: ca === undefined ? true : { ca } } : {}),
    ...(mechanism === 'none' ? {} : { sasl: { mechanism, username, password } }),
  });
}

/** Kafka and Redis as configured, by a definition that {@link standalone} completed. @throws Refusal as {@link connectBroker} */
export function connect(config: KafkaConfig & RedisConfig, log: Logger): Connections {
  const broker = connectBroker(config, log);
  const options = { url: config.redisUrl, commandTimeoutMs: config.redisCommandTimeoutMs };
  // Two connections, so that a large template never stands before a state.
  const stateConnection = createRedisConnection({ ...options, name: 'state' }, log);
  const valueConnection = createRedisConnection({ ...options, name: 'values' }, log);
  return {
    broker,
    states: new RedisStateStore(stateConnection),
    values: new RedisKeyValueStore(valueConnection, { keyPrefix: valueKeyPrefix(config.topicPrefix) }),
    parts: [
      redisPart('redis state', stateConnection),
      redisPart('redis values', valueConnection),
      { name: 'kafka', start: () => broker.connect(), stop: () => broker.close(), cut: () => broker.cut() },
    ],
    health: [answering('redis', () => stateConnection.ping()), answering('kafka', () => broker.ping())],
  };
}

/** Closing a connection to Redis waits for nothing, so a cut is the same. */
function redisPart(name: string, connection: RedisConnection): LifecyclePart {
  const cut = () => void connection.close();
  return { name, start: () => connection.connect(), stop: () => connection.close(), cut };
}

function answering(name: string, ping: () => Promise<void>): HealthCheck {
  return {
    name,
    check: () =>
      ping().then(
        () => ({ ok: true }),
        (error: unknown) => ({ ok: false, reason: error instanceof Error ? error.message : String(error) }),
      ),
  };
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(`cannot read kafkaTlsCaFile: ${why}`, exitCodes.configuration);
  }
}
