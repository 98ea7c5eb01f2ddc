import { randomBytes } from 'node:crypto';
import type { Broker } from '../platform/broker/broker.ts';
import { type Clock, steadyClock } from '../platform/clock.ts';
import type { ConfigProblem } from '../platform/config/config-problem.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { KeyValueStore } from '../platform/store/key-value-store.ts';
import { createBehaviourBatchCodec } from '../schemas/behaviour-batch.ts';
import type { IngestConfig } from './config.ts';
import { configuredLimits, configuredOptions } from './configured-options.ts';
import { createTokenVerifier } from './device-token.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { createIngestMetrics } from './ingest-metrics.ts';
import { createLagWatch, noLagWatch } from './ladder/lag-watch.ts';
import { createTenantPseudonymisers, minPseudonymKeyBytes } from './pseudonymiser.ts';
import { loadTrust } from './trust.ts';
import { cacheVerifiedTokens } from './verified-token-cache.ts';

/** What the process around the gateway brings; it connects and closes them. */
export interface IngestProcessDependencies {
  broker: Broker;
  store: KeyValueStore;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
}

/** A gateway ready to start, or what the operator must put right. */
export type IngestProcess = { ok: true; gateway: Gateway } | { ok: false; problem: ConfigProblem };

/** The gateway as configured, or what is wrong with the key set. */
export function createIngestProcess(config: IngestConfig, dependencies: IngestProcessDependencies): IngestProcess {
  const { clock, log } = dependencies;
  const trusted = loadTrust(config);
  if (!trusted.ok) return trusted;
  if (config.ingestDevelopment) log.warn({}, 'DEVELOPMENT MODE: whoever knows the shared secret can issue tokens');
  if (config.ingestPseudonymKey === undefined)
    log.warn({}, 'a pseudonym key was made for this run: pseudonyms will change');
  const key =
    config.ingestPseudonymKey === undefined
      ? randomBytes(minPseudonymKeyBytes)
      : Buffer.from(config.ingestPseudonymKey, 'hex');
  const verify = createTokenVerifier({
    trust: trusted.trust,
    clock,
    maxLifetimeMs: config.ingestTokenMaxLifetimeMs,
    clockSkewMs: config.ingestClockSkewMs,
  });
  const options = configuredOptions(config);
  const lagWatch = config.ingestLadder
    ? createLagWatch({
        ...{ broker: dependencies.broker, log, metrics: createIngestMetrics(dependencies.metrics) },
        // It measures how long records wait: a clock that was set must not look like a lag.
        clock: steadyClock,
        ...{ topic: options.topic, group: config.ingestScorerGroup },
        ...{ pollMs: config.ingestLagPollMs, limits: configuredLimits(config) },
      })
    : noLagWatch;
  const gateway = createGateway(
    {
      ...dependencies,
      lagWatch,
      codec: createBehaviourBatchCodec(),
      verifyToken: cacheVerifiedTokens(verify, {
        clock,
        clockSkewMs: config.ingestClockSkewMs,
        maxTokens: config.ingestMaxVerifiedTokens,
      }),
      pseudonymiserOf: createTenantPseudonymisers(key, config.ingestPseudonymEpoch),
    },
    options,
  );
  return { ok: true, gateway };
}
