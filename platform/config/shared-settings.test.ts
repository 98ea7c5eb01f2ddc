import { describe, expect, it } from '@jest/globals';
import { defineConfig } from './define-config.ts';
import { type ConfigSources, loadConfig } from './load-config.ts';
import {
  kafkaRules,
  kafkaSettings,
  processSettings,
  redisRules,
  redisSettings,
  stageSettings,
  tenantSettings,
} from './shared-settings.ts';

const definition = defineConfig(
  'scorer',
  { ...kafkaSettings, ...redisSettings, ...processSettings, ...stageSettings, ...tenantSettings },
  [...kafkaRules, ...redisRules],
);

function problemsOf(sources: ConfigSources): string[] {
  const outcome = loadConfig(definition, sources);
  return outcome.ok ? [] : outcome.problems.map(({ what }) => what);
}

describe('the settings that processes share', () => {
  it('name no server when nothing is given, as within another process', () => {
    const outcome = loadConfig(definition, {});
    expect(outcome).toMatchObject({
      ok: true,
      config: {
        kafkaBrokers: [],
        kafkaClient: 'kafkajs',
        redisUrl: '',
        redisMode: 'single',
        redisNodes: [],
        redisCommandTimeoutMs: 500,
        topicPrefix: 'gaitkeeper.',
        tenant: 'default',
        adminHost: '127.0.0.1',
        kafkaSessionTimeoutMs: 10_000,
        stageMaxDeadLettersInARow: 100,
        stageMaxDeadLetterShare: 0.05,
        watchdogStuckLoopMs: 60_000,
      },
    });
  });

  it.each<[string, Record<string, string>]>([
    ['several brokers', { kafkaBrokers: 'kafka-1:9092,10.0.0.2:9093,[::1]:9094' }],
    ['an encrypted Redis', { redisUrl: 'rediss://user:pass@redis.example:6380/2' }],
    [
      'a Redis Cluster',
      { redisMode: 'cluster', redisUrl: 'redis://redis-1/0', redisNodes: 'redis-2:6379,redis-3:6379' },
    ],
    [
      'sentinels',
      { redisMode: 'sentinel', redisUrl: 'redis://user:pass@sentinel-1:26379/2', redisSentinelPrimary: 'p' },
    ],
    ['SCRAM', { kafkaSaslMechanism: 'scram-sha-512', kafkaSaslUsername: 'u', kafkaSaslPassword: 'p' }],
    [
      'plain over TLS',
      { kafkaSaslMechanism: 'plain', kafkaSaslUsername: 'u', kafkaSaslPassword: 'p', kafkaTls: 'true' },
    ],
    ['the other client library', { kafkaClient: 'platformatic' }],
    ['any admin port', { adminPort: '0' }],
    [
      'no limit and no watchdog',
      { stageMaxDeadLettersInARow: '0', stageMaxDeadLetterShare: '1', watchdogStuckLoopMs: '0' },
    ],
  ])('accept %s', (_, flags) => {
    expect(problemsOf({ flags })).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['a broker without port', { kafkaBrokers: 'kafka' }, 'kafkaBrokers'],
    ['a broker as URL', { kafkaBrokers: 'kafka://kafka:9092' }, 'kafkaBrokers'],
    ['a client library that there is not', { kafkaClient: 'librdkafka' }, 'kafkaClient'],
    ['a Redis that is none', { redisUrl: 'http://redis:6379' }, 'redisUrl'],
    ['nodes of a single Redis', { redisNodes: 'redis-2:6379' }, 'redisNodes'],
    ['another database of a cluster', { redisMode: 'cluster', redisUrl: 'redis://redis-1:6379/3' }, 'redisUrl'],
    ['a way of hanging together that there is not', { redisMode: 'ring' }, 'redisMode'],
    ['a mechanism without name', { kafkaSaslMechanism: 'scram-sha-256', kafkaSaslPassword: 'p' }, 'kafkaSaslUsername'],
    [
      'a mechanism without password',
      { kafkaSaslMechanism: 'scram-sha-256', kafkaSaslUsername: 'u' },
      'kafkaSaslPassword',
    ],
    ['a password that nothing uses', { kafkaSaslPassword: 'p' }, 'kafkaSaslPassword'],
    [
      'a password in the clear',
      { kafkaSaslMechanism: 'plain', kafkaSaslUsername: 'u', kafkaSaslPassword: 'p' },
      'kafkaSaslMechanism',
    ],
    ['underscores in topics', { topicPrefix: 'acme_corp.' }, 'topicPrefix'],
    ['a prefix without its dot', { topicPrefix: 'acme' }, 'topicPrefix'],
    ['a tenant with spaces', { tenant: 'Acme Corp' }, 'tenant'],
    ['a port that does not exist', { adminPort: '70000' }, 'adminPort'],
    ['a session that no coordinator grants', { kafkaSessionTimeoutMs: '500' }, 'kafkaSessionTimeoutMs'],
    ['a share above all', { stageMaxDeadLetterShare: '1.5' }, 'stageMaxDeadLetterShare'],
    ['a watchdog that bites at every start', { watchdogStuckLoopMs: '100' }, 'watchdogStuckLoopMs'],
  ])('refuse %s', (_, flags, key) => {
    const problems = problemsOf({ flags });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(key);
  });
});
