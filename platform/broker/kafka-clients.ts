import type { CreateConsumer } from './consumer-client.ts';
import type { BrokerLog } from './kafka-log.ts';
import type { ProducerClient } from './kafka-producer.ts';
import type { AdminClient } from './kafka-topics.ts';

/**
 * The client libraries that there are, as the configuration names them. docs/adr/0008 says how they differ; records, groups
 * and offsets are the same to both.
 */
export const kafkaClientNames = ['kafkajs', 'platformatic'] as const;

/** One of {@link kafkaClientNames}. */
export type KafkaClientName = (typeof kafkaClientNames)[number];

/** Who we are to a cluster that asks. */
export interface KafkaSecurity {
  /** TLS, with PEM texts; `true` for the system's certificate authorities and no client certificate. */
  tls?: true | { ca?: string; certificate?: string; key?: string };
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
}

/** What a client library is told. */
export interface KafkaClientSettings extends KafkaSecurity {
  /** `host:port` of some brokers of the cluster. */
  brokers: readonly string[];
  clientId: string;
  log: BrokerLog;
  /** No answer for this long is an answer lost. */
  requestTimeoutMs: number;
  compression: 'none' | 'gzip';
}

/**
 * A Kafka client library, as far as it is used: what differs between libraries lies behind this, and what our own promises
 * are made of (order, retries, commits, restarts) lies before it, once for all of them.
 */
export interface KafkaClients {
  /** Loads the library where that takes a while: it is no part of any time that the cluster is given. */
  load(): Promise<void>;
  createAdmin(): AdminClient;
  createProducer(): ProducerClient;
  createConsumer: CreateConsumer;
  /** Breaks every connection at once, and from now on each that is opened; what was under way rejects. */
  cut(): void;
}

/** Makes the clients of one library; nothing is connected yet. */
export type CreateKafkaClients = (settings: KafkaClientSettings) => KafkaClients;

/** No connection after this long is none. */
export const connectionTimeoutMs = 3_000;
/** How long a fetch waits for records; also what an idle member's heartbeats and `close` wait for. */
export const fetchWaitMs = 250;
/** Most bytes of one fetch from one broker. */
export const maxFetchBytes = 16 * 1024 * 1024;
