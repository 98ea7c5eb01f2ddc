import { createAdminServer } from '../platform/admin-server.ts';
import type { ValuesOf } from '../platform/config/define-config.ts';
import type { processSettings } from '../platform/config/shared-settings.ts';
import type { HealthCheck } from '../platform/health.ts';
import { createLifecycle, type LifecyclePart } from '../platform/lifecycle.ts';
import { createLogger, type Logger } from '../platform/log.ts';
import { createMetrics, type MetricsRegistry } from '../platform/metrics.ts';
import { runUntilSignal } from '../platform/run-until-signal.ts';
import type { KeyedStageRunner } from '../platform/stage/run-keyed-stage.ts';
import { type Connections, connect, type KafkaConfig, type RedisConfig } from './connections.ts';
import { programVersion } from './program-version.ts';

type RunningConfig = ValuesOf<typeof processSettings> & KafkaConfig & RedisConfig;

/** What a process is built from. */
export interface Surroundings extends Connections {
  log: Logger;
  metrics: MetricsRegistry;
}

/** What a process adds to its surroundings. */
export interface ProcessBody {
  parts: LifecyclePart[];
  health: HealthCheck[];
}

/** Runs a process of a definition that `standalone` completed until a signal: admin server, connections, then its own parts; stopped in reverse. Resolves with the exit code. */
export function runProcess(
  name: string,
  config: RunningConfig,
  build: (around: Surroundings) => ProcessBody,
): Promise<number> {
  const log = createLogger({ name, level: config.logLevel, format: config.logFormat });
  const version = { version: programVersion, commit: process.env['GAITKEEPER_BUILD_COMMIT'] || 'unknown' };
  const metrics = createMetrics({ build: version, processMetrics: true });
  const connections = connect(config, log);
  const body = build({ ...connections, log, metrics });
  const health: HealthCheck[] = [
    { name: 'lifecycle', check: () => lifecycle.health.check() },
    ...connections.health,
    ...body.health,
  ];
  const admin = adminPart(config, { metrics, health, version }, log);
  const lifecycle = createLifecycle([...admin, ...connections.parts, ...body.parts]);
  return runUntilSignal(lifecycle, { signals: process, log, drainTimeoutMs: config.drainTimeoutMs });
}

function adminPart(
  { adminHost: host, adminPort: port }: RunningConfig,
  content: Pick<Parameters<typeof createAdminServer>[0], 'metrics' | 'health' | 'version'>,
  log: Logger,
): LifecyclePart[] {
  if (port === undefined) return [];
  const server = createAdminServer({ host, port, ...content });
  return [
    {
      name: 'admin server',
      start: async () => log.info(await server.start(), 'admin server listens'),
      stop: () => server.stop(),
      cut: () => server.cut(),
    },
  ];
}

/** A stage as part of a process: ready once it has joined its group. */
export function stageBody(name: string, runner: KeyedStageRunner): ProcessBody {
  return {
    parts: [{ name, start: () => runner.start(), stop: () => runner.stop(), cut: () => runner.cut() }],
    health: [
      {
        name,
        check() {
          const { consumption, paused } = runner.health();
          if (consumption.state !== 'running') return { ok: false, reason: `the consumer is ${consumption.state}` };
          const waits = paused.map(({ partition, reason }) => `partition ${partition} waits for ${reason}`);
          return waits.length === 0 ? { ok: true } : { ok: false, reason: waits.join(', ') };
        },
      },
    ],
  };
}
