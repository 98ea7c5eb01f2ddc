import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../platform/config/load-config.ts';
import { processConfigs } from './process-configs.ts';
import { standalone } from './standalone.ts';

const servers = { kafkaBrokers: 'kafka:9092', redisUrl: 'redis://redis:6379' };
/** What `ingest` must be told beside its servers. */
const ingest = { ingestDevelopment: 'true', ingestDevelopmentSecret: 's'.repeat(32) };

describe.each(processConfigs)('a $process of its own', (definition) => {
  const own = definition.process === 'ingest' ? ingest : {};
  const problems = (given: Record<string, string>) => {
    const loaded = loadConfig(standalone(definition), { flags: { ...own, ...given } });
    return loaded.ok ? [] : loaded.problems.map(({ what, fix }) => `${what}: ${fix}`);
  };

  it('is fine with both servers', () => {
    expect(problems(servers)).toEqual([]);
  });

  it.each([
    ['kafkaBrokers', 'GAITKEEPER_KAFKA_BROKERS'],
    ['redisUrl', 'GAITKEEPER_REDIS_URL'],
  ])('is refused without %s, with the fix', (key, variable) => {
    expect(problems({ ...servers, [key]: '' })).toEqual([expect.stringMatching(`^${key}: export ${variable}=`)]);
  });

  it('needs none of them within another process', () => {
    expect(loadConfig(definition, { flags: own })).toMatchObject({ ok: true });
  });
});
