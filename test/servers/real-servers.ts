import { describe, it } from '@jest/globals';
import { type FoundKafka, findKafkaTools, findLocalKafka } from '../../deploy/local/find-kafka.ts';
import { type Found, findKcat } from '../../deploy/local/find-program.ts';
import { findRsyslog } from '../../deploy/local/find-rsyslog.ts';
import { findLocalRedis } from '../../deploy/local/local-redis.ts';
import { type KafkaClientName, kafkaClientNames } from '../../platform/broker/kafka-clients.ts';
import {
  kafkaAbsenceVariable,
  kafkaClientVariable,
  kafkaVariable,
  redisAbsenceVariable,
  redisVariable,
  serversVariable,
} from './server-addresses.ts';

/** A Kafka that this run may use, or why there is none. Topics and groups need names of their own: suites share it. */
export type RealKafka = { available: true; brokers: string[] } | { available: false; reason: string };

/** A Redis that this run may use, or why there is none. Keys need a prefix of their own: suites share it. */
export type RealRedis = { available: true; url: string } | { available: false; reason: string };

export function realKafka(): RealKafka {
  const brokers = process.env[kafkaVariable];
  if (brokers) return { available: true, brokers: brokers.split(',') };
  return { available: false, reason: process.env[kafkaAbsenceVariable] ?? `${kafkaVariable} is not set` };
}

/** The client library of this run; suites that test one by one name theirs. */
export function kafkaClient(): KafkaClientName {
  const wanted = process.env[kafkaClientVariable] ?? 'kafkajs';
  const found = kafkaClientNames.find((name) => name === wanted);
  if (found === undefined) throw new Error(`${kafkaClientVariable} is ${wanted}; set ${kafkaClientNames.join(' or ')}`);
  return found;
}

export function realRedis(): RealRedis {
  const url = process.env[redisVariable];
  if (url) return { available: true, url };
  return { available: false, reason: process.env[redisAbsenceVariable] ?? `${redisVariable} is not set` };
}

/** Whether a suite may start a Kafka for itself, to stop and to freeze. */
export function realKafkaOfOurOwn(): { available: true } | { available: false; reason: string } {
  if (process.env[serversVariable] === 'none') return { available: false, reason: `${serversVariable}=none` };
  const found = findLocalKafka();
  return found.ok ? { available: true } : { available: false, reason: found.detail };
}

/** Whether a suite may start a Redis for itself, to stop and to freeze. */
export function realRedisOfOurOwn(): { available: true } | { available: false; reason: string } {
  if (process.env[serversVariable] === 'none') return { available: false, reason: `${serversVariable}=none` };
  const found = findLocalRedis();
  return found.ok ? { available: true } : { available: false, reason: found.detail };
}

export function realKcat(): { available: true; path: string } | { available: false; reason: string } {
  const found: Found = findKcat();
  return found.ok ? { available: true, path: found.path } : { available: false, reason: found.detail };
}

/** rsyslog with its Kafka input. */
export function realRsyslog(): { available: true; path: string } | { available: false; reason: string } {
  const found = findRsyslog();
  return found.ok ? { available: true, path: found.path } : { available: false, reason: found.detail };
}

/** Kafka's own command-line tools. */
export function realKafkaTools():
  | { available: true; found: FoundKafka & { ok: true } }
  | { available: false; reason: string } {
  const found = findKafkaTools();
  return found.ok ? { available: true, found } : { available: false, reason: found.detail };
}

/**
 * A suite on one adapter. Its title names the adapter; where the adapter's server is absent, the suite is listed as
 * skipped with the reason in its title.
 */
export function describeOn<Server extends { available: true }>(
  adapter: string,
  server: Server | { available: false; reason: string },
  suite: (server: Server) => void,
): void {
  if (server.available) describe(`on ${adapter}`, () => suite(server));
  else describe.skip(`on ${adapter}: skipped, ${server.reason}`, () => it.todo('needs the server'));
}
