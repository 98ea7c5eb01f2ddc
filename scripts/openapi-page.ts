import { ingestConfig } from '../ingest/config.ts';
import { createIngestProcess } from '../ingest/process.ts';
import { createMemoryBroker } from '../platform/broker/memory-broker.ts';
import { systemClock } from '../platform/clock.ts';
import { loadConfig } from '../platform/config/load-config.ts';
import { createLogger } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { MemoryKeyValueStore } from '../platform/store/memory-key-value-store.ts';

/** `docs/openapi.json`: what the gateway serves at `/openapi.json`. */
export async function openApiPage(): Promise<string> {
  const flags = { ingestDevelopment: true, ingestDevelopmentSecret: 'only to describe the interface, never used' };
  const loaded = loadConfig(ingestConfig, { flags });
  if (!loaded.ok) throw new Error(loaded.message);
  const built = createIngestProcess(loaded.config, {
    broker: createMemoryBroker(),
    store: new MemoryKeyValueStore(),
    clock: systemClock,
    log: createLogger({ name: 'docs', level: 'silent', format: 'json' }),
    metrics: createMetrics(),
  });
  if (!built.ok) throw new Error(built.problem.why);
  return `${JSON.stringify(await built.gateway.openApi(), null, 2)}\n`;
}
