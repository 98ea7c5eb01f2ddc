import { readFileSync } from 'node:fs';
import type { Broker } from '../platform/broker/broker.ts';
import { createKafkaBroker } from '../platform/broker/kafka-broker.ts';
import type { ValuesOf } from '../platform/config/define-config.ts';
import type { kafkaSettings, redisSettings } from '../platform/config/shared-settings.ts';
import { exitCodes } from '../platform/exit-codes.ts';
import type { HealthCheck } from '../platform/health.ts';
import type { LifecyclePart } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import type { KeyValueStore } from '../platform/store/key-value-store.ts';
import { createRedisConnection } from '../platform/store/redis-connection.ts';
import { RedisKeyValueStore } from '../platform/store/redis-key-value-store.ts';
import { RedisStateStore } from '../platform/store/redis-state-store.ts';
import type { StateStore } from '../platform/store/state-store.ts';
import { Refusal } from './config-options.ts';

export type KafkaConfig = ValuesOf<typeof kafkaSettings>;
export type RedisConfig = ValuesOf<typeof redisSettings>;

/** The servers of one process, not yet connected. */
export interface Connections {
  broker: Broker;
  states: StateStore;
  values: KeyValueStore;
  parts: LifecyclePart[];
  health: HealthCheck[];
}

/** Installations with topics of their own may share a Redis: states are kept by topic, values under this. */
export function valueKeyPrefix(topicPrefix: string): string {
  return `gk:kv:${topicPrefix}`;
}

const alone =
  'A process of its own needs servers that it shares with the others: `gaitkeeper demo` and `gaitkeeper replay` run everything in one process.';

/** Kafka as configured. @throws Refusal where no broker is named */
export function connectBroker(config: KafkaConfig, log: Logger): Broker {
  if (config.kafkaBrokers.length === 0) {
    throw new Refusal(
      `kafkaBrokers is not set. ${alone}\n  fix: export GAITKEEPER_KAFKA_BROKERS=host:9092`,
      exitCodes.configuration,
    );
  }
  const ca = config.kafkaTlsCaFile === undefined ? undefined : readAuthority(config.kafkaTlsCaFile);
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = config;
  return createKafkaBroker({
    brokers: config.kafkaBrokers,
    clientId: config.kafkaClientId,
    log,
    ...(config.kafkaTls ? { tls: ca === undefined ? true : { ca } } : {}),
    ...(mechanism === 'none' ? {} : { sasl: { mechanism, username, password } }),
  });
}

/** Kafka and Redis as configured. @throws Refusal where one is not named */
export function connect(config: KafkaConfig & RedisConfig, log: Logger): Connections {
  const broker = connectBroker(config, log);
  if (config.redisUrl === '') {
    throw new Refusal(
      `redisUrl is not set. ${alone}\n  fix: export GAITKEEPER_REDIS_URL=redis://host:6379`,
      exitCodes.configuration,
    );
  }
  const options = { url: config.redisUrl, commandTimeoutMs: config.redisCommandTimeoutMs };
  // Two connections, so that a large template never stands before a state.
  const stateConnection = createRedisConnection({ ...options, name: 'state' }, log);
  const valueConnection = createRedisConnection({ ...options, name: 'values' }, log);
  return {
    broker,
    states: new RedisStateStore(stateConnection),
    values: new RedisKeyValueStore(valueConnection, { keyPrefix: valueKeyPrefix(config.topicPrefix) }),
    parts: [
      { name: 'redis state', start: () => stateConnection.connect(), stop: () => stateConnection.close() },
      { name: 'redis values', start: () => valueConnection.connect(), stop: () => valueConnection.close() },
      { name: 'kafka', start: () => broker.connect(), stop: () => broker.close() },
    ],
    health: [answering('redis', () => stateConnection.ping()), answering('kafka', () => broker.ping())],
  };
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
