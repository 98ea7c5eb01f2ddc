import { z } from 'zod';
import { kafkaClientNames } from '../broker/kafka-clients.ts';
import { logFormats, logLevels } from '../log.ts';
import { defaultStageOptions as stageDefaults } from '../stage/stage-options.ts';
import { redisModes } from '../store/redis-modes.ts';
import type { ConfigRule } from './define-config.ts';
import { setting } from './setting.ts';

/** `host:port`, the host possibly an IPv6 address in brackets. */
const brokerAddress = z.string().regex(/^(\[[\da-fA-F:]+]|[^\s:,/]+):\d{1,5}$/, 'must be host:port');

/** Of the processes that read or write topics. */
export const kafkaSettings = {
  kafkaBrokers: setting(z.array(brokerAddress).max(100).default([]), {
    description:
      'Kafka brokers to begin with; the rest of the cluster is learnt from them. Every process needs it; only `gaitkeeper demo`, `gaitkeeper replay` and `gaitkeeper train --recordings … --output …` do without.',
    example: 'kafka-1:9092,kafka-2:9092',
  }),
  kafkaClient: setting(z.enum(kafkaClientNames).default('kafkajs'), {
    description:
      'The library that speaks to the brokers. What is written, and how groups share partitions, is the same with each, so that processes may differ in it.',
  }),
  kafkaClientId: setting(z.string().min(1).max(200).default('gaitkeeper'), {
    description: "What this process is called in the brokers' logs and quotas.",
  }),
  kafkaTls: setting(z.boolean().default(false), {
    description: 'Encrypt the connections to the brokers and check their certificates.',
  }),
  kafkaTlsCaFile: setting(z.string().optional(), {
    description: "PEM file of the authorities that sign the brokers' certificates. Not set: those that Node trusts.",
    example: '/etc/gaitkeeper/kafka-ca.pem',
  }),
  kafkaSaslMechanism: setting(z.enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512']).default('none'), {
    description:
      'How this process proves to the brokers who it is. `plain` sends the password as it is: only with kafkaTls.',
  }),
  kafkaSaslUsername: setting(z.string().default(''), {
    description: 'Name at the brokers.',
    example: 'gaitkeeper-scorer',
  }),
  kafkaSaslPassword: setting(z.string().default(''), { description: 'Password at the brokers.', secret: true }),
  topicPrefix: setting(
    z
      .string()
      .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*\.$/, 'must be lower-case words, each followed by a dot')
      .default('gaitkeeper.'),
    {
      description: 'What every topic name begins with. Dots, never underscores: broker metrics fold the two together.',
      example: 'acme.gaitkeeper.',
    },
  ),
};

type KafkaSettings = typeof kafkaSettings;

/** What {@link kafkaSettings} must hold together. */
export const kafkaRules: ConfigRule<KafkaSettings>[] = [
  ({ kafkaSaslMechanism, kafkaSaslUsername, kafkaSaslPassword }) => {
    if (kafkaSaslMechanism === 'none' || (kafkaSaslUsername !== '' && kafkaSaslPassword !== '')) return undefined;
    const key = kafkaSaslUsername === '' ? 'kafkaSaslUsername' : 'kafkaSaslPassword';
    const why = `kafkaSaslMechanism is ${kafkaSaslMechanism}, and this is empty`;
    return { key, why, fix: 'set kafkaSaslUsername and kafkaSaslPassword, or kafkaSaslMechanism to none' };
  },
  ({ kafkaSaslMechanism, kafkaSaslPassword }) => {
    if (kafkaSaslMechanism !== 'none' || kafkaSaslPassword === '') return undefined;
    const fix = 'set kafkaSaslMechanism, or remove the password';
    return { key: 'kafkaSaslPassword', why: 'kafkaSaslMechanism is none, so it would not be used', fix };
  },
  ({ kafkaSaslMechanism, kafkaTls }) => {
    if (kafkaSaslMechanism !== 'plain' || kafkaTls) return undefined;
    const fix = 'set kafkaTls to true, or use scram-sha-512';
    return { key: 'kafkaSaslMechanism', why: 'plain without TLS shows the password to the network', fix };
  },
];

/** Of the processes that work through a topic as members of a group. */
export const stageSettings = {
  kafkaSessionTimeoutMs: setting(z.int().min(1_000).max(1_800_000).default(stageDefaults.sessionTimeoutMs), {
    description:
      "After this long without a sign of life the group gives a worker's partitions to others. Shorter: quicker takeover; longer: fewer for nothing on a busy machine. Heartbeats go out ten times as often, a rebalance may take twice as long. The brokers allow what lies between group.min.session.timeout.ms (6 s) and group.max.session.timeout.ms.",
    unit: 'ms',
  }),
  stageMaxDeadLettersInARow: setting(z.int().min(0).max(1_000_000).default(stageDefaults.deadLetterLimit.maxInARow), {
    description:
      'Records of one partition set aside without a good one in between before the worker stops it: a bad deploy must not turn the topic into dead letters. After the fix, start again. 0: no limit.',
  }),
  stageMaxDeadLetterShare: setting(z.number().min(0.001).max(1).default(stageDefaults.deadLetterLimit.maxShare), {
    description: `Share of the last ${stageDefaults.deadLetterLimit.windowRecords} records of a worker that may be set aside before it stops setting records aside. At most ${stageDefaults.deadLetterLimit.maxOfOneKey} of one record key count while at least as many keys do well as fail, so that one sender alone stops nobody. 1: no limit.`,
  }),
};

/** Of the processes that keep state or templates. */
export const redisSettings = {
  redisMode: setting(z.enum(redisModes).default('single'), {
    description:
      'One server; a Redis Cluster, whose nodes share the data; or servers of which sentinels say which one is the primary now.',
  }),
  redisUrl: setting(z.union([z.literal(''), z.url({ protocol: /^rediss?$/, hostname: /.+/ })]).default(''), {
    description:
      'Redis or Valkey, with credentials if it wants any; `rediss:` is TLS. Of a cluster, one of its nodes; with sentinels, one of them, and the credentials and the database of the servers that they watch. Every process needs it; only `gaitkeeper demo`, `gaitkeeper replay` and `gaitkeeper train --recordings … --output …` do without.',
    secret: true,
    example: 'rediss://gaitkeeper:password@redis:6379/0',
  }),
  redisNodes: setting(z.array(brokerAddress).max(100).default([]), {
    description:
      'More nodes of the cluster, or more sentinels, in case the one of redisUrl is away at the start. The rest is learnt from them.',
    example: 'redis-2:6379,redis-3:6379',
  }),
  redisSentinelPrimary: setting(z.string().min(1).max(200).default('mymaster'), {
    description: 'What the sentinels call the group of servers, with redisMode sentinel.',
  }),
  redisSentinelPassword: setting(z.string().default(''), {
    description: 'Password at the sentinels, with redisMode sentinel.',
    secret: true,
  }),
  redisCommandTimeoutMs: setting(z.int().min(10).max(60_000).default(500), {
    description: 'How long one command may take before the store counts as away. Work then waits; nothing is made up.',
    unit: 'ms',
  }),
};

/** Shorter, a process would be killed for what every start takes. */
const stuckLoopMs = z
  .int()
  .min(0)
  .max(3_600_000)
  .refine((ms) => ms === 0 || ms >= 5_000, 'must be 0, or at least 5000');
type RedisSettings = typeof redisSettings;

/** What {@link redisSettings} must hold together. */
export const redisRules: ConfigRule<RedisSettings>[] = [
  ({ redisMode, redisNodes }) => {
    if (redisMode !== 'single' || redisNodes.length === 0) return undefined;
    const fix = 'set redisMode to cluster or sentinel, or remove redisNodes';
    return { key: 'redisNodes', why: 'redisMode is single, so they would not be used', fix };
  },
  ({ redisMode, redisUrl }) => {
    if (redisMode !== 'cluster' || redisUrl === '' || /^\/?0?$/.test(new URL(redisUrl).pathname)) return undefined;
    return { key: 'redisUrl', why: 'a cluster has database 0 only', fix: 'remove the path of redisUrl' };
  },
];

/** Of the processes that keep state of the topic that they read. */
export const snapshotSettings = {
  snapshotIntervalMs: setting(z.int().min(0).max(86_400_000).default(900_000), {
    description:
      'How often the states that have changed are written to the snapshot topic, from which they are built again when Redis has lost them. Keep it well below the retention of the topic that is read. 0: never; what is there is still read.',
    unit: 'ms',
  }),
};

/** Of every process that runs on. */
export const processSettings = {
  logLevel: setting(z.enum(logLevels).default('info'), { description: 'The least important events that are written.' }),
  logFormat: setting(z.enum(logFormats).default('auto'), {
    description: 'Log lines as JSON, or for people. `auto` is pretty on a terminal. They go to standard error.',
  }),
  adminHost: setting(z.string().min(1).default('127.0.0.1'), {
    description: 'Address of the admin server. It has no authentication: open it to the cluster only.',
    example: '0.0.0.0',
  }),
  adminPort: setting(z.int().min(0).max(65_535).optional(), {
    description:
      'Port of the admin server with `/livez`, `/readyz`, `/metrics` and `/version`. Not set: no admin server, so that several processes share a host without being told. 0: any free port, named in the log.',
    example: '9464',
  }),
  drainTimeoutMs: setting(z.int().min(0).max(600_000).default(20_000), {
    description:
      "After a stop signal, how long open work may finish before it is cut. Keep it below the orchestrator's grace period.",
    unit: 'ms',
  }),
  watchdogStuckLoopMs: setting(stuckLoopMs.default(60_000), {
    description:
      'A process whose event loop is blocked for so long is killed, so that its supervisor starts it again; shorter blocks are logged and counted. 0: never.',
    unit: 'ms',
  }),
};

/** Of the processes that serve one tenant. */
export const tenantSettings = {
  tenant: setting(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, at most 63')
      .default('default'),
    {
      description: 'The organisation that this process works for. Pseudonyms of two tenants never match.',
      example: 'acme',
    },
  ),
};
