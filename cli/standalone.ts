import type { ConfigDefinition, RuleBreach, Settings, ValuesOf } from '../platform/config/define-config.ts';

const alone = '`gaitkeeper demo` and `gaitkeeper replay` alone run everything in one process, without servers';

/**
 * The definition of a process that runs by itself, and so needs the servers that it shares with the others. What runs
 * inside another process, as in a trial, gets its broker and store from there and is configured without.
 */
export function standalone<Table extends Settings>(definition: ConfigDefinition<Table>): ConfigDefinition<Table> {
  return {
    ...definition,
    breaches: (config) => [...missingServers(config), ...definition.breaches(config)],
  };
}

function missingServers(config: ValuesOf<Settings>): RuleBreach[] {
  const { kafkaBrokers, redisUrl } = config;
  const breaches: RuleBreach[] = [];
  if (Array.isArray(kafkaBrokers) && kafkaBrokers.length === 0) {
    breaches.push({
      key: 'kafkaBrokers',
      why: `it must be set: ${alone}`,
      fix: 'export GAITKEEPER_KAFKA_BROKERS=host:9092',
    });
  }
  if (redisUrl === '') {
    breaches.push({
      key: 'redisUrl',
      why: `it must be set: ${alone}`,
      fix: 'export GAITKEEPER_REDIS_URL=redis://host:6379',
    });
  }
  return breaches;
}
