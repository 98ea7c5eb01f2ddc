import { createAdminServer } from '../platform/admin-server.ts';
import { steadyClock, systemClock } from '../platform/clock.ts';
import type { ValuesOf } from '../platform/config/define-config.ts';
import type { processSettings, stageSettings } from '../platform/config/shared-settings.ts';
import type { HealthCheck, HealthOutcome } from '../platform/health.ts';
import { createLifecycle, type LifecyclePart } from '../platform/lifecycle.ts';
import { createLogger, type Logger } from '../platform/log.ts';
import { createMetrics, type MetricsRegistry } from '../platform/metrics.ts';
import { runUntilSignal } from '../platform/run-until-signal.ts';
import { restAdvice } from '../platform/stage/rest-advice.ts';
import type { KeyedStageHealth, KeyedStageRunner } from '../platform/stage/run-keyed-stage.ts';
import { defaultStageOptions } from '../platform/stage/stage-options.ts';
import { createLoopWatch } from '../platform/watchdog/loop-watch.ts';
import { watchStage } from '../platform/watchdog/stage-watchdog.ts';
import { createStuckLoopGuard } from '../platform/watchdog/stuck-loop-guard.ts';
import { type Connections, connect, type KafkaConfig, type RedisConfig } from './connections.ts';
import { programVersion } from './program-version.ts';

type RunningConfig = ValuesOf<typeof processSettings> &
  Partial<ValuesOf<typeof stageSettings>> &
  KafkaConfig &
  RedisConfig;

/** What a process is built from. */
export interface Surroundings extends Connections {
  log: Logger;
  metrics: MetricsRegistry;
}

/** What a process adds to its surroundings. */
export interface ProcessBody {
  parts: LifecyclePart[];
  health: HealthCheck[];
  /** What still holds while a server is away, by the name of its check; a server not named here has to be there. */
  without?: Readonly<Record<string, string>>;
  /** Resolves with the error of a part that cannot go on by itself. */
  crashed?: Promise<unknown>;
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
    ...connections.health.map((check) => withoutIt(check, body.without?.[check.name])),
    ...body.health,
  ];
  const admin = adminPart(config, { metrics, health, version }, log);
  const watchdogs = watchdogParts(name, config, { log, metrics });
  const lifecycle = createLifecycle([...watchdogs, ...admin, ...connections.parts, ...body.parts]);
  const { drainTimeoutMs } = config;
  const crashed = body.crashed === undefined ? {} : { crashed: body.crashed };
  return runUntilSignal(lifecycle, { signals: process, log, drainTimeoutMs, ...crashed });
}

function withoutIt(check: HealthCheck, what: string | undefined): HealthCheck {
  return what === undefined ? check : { ...check, withoutIt: what };
}

/** A block of this part of the session timeout is worth a line: three of them in a row would cost the partitions. */
const blockedShareOfSession = 1 / 3;

function watchdogParts(
  name: string,
  { watchdogStuckLoopMs, kafkaSessionTimeoutMs = defaultStageOptions.sessionTimeoutMs }: RunningConfig,
  { log, metrics }: Pick<Surroundings, 'log' | 'metrics'>,
): LifecyclePart[] {
  const boundMs = Math.round(kafkaSessionTimeoutMs * blockedShareOfSession);
  const watch = createLoopWatch({ boundMs, log, metrics, clock: systemClock });
  return watchdogStuckLoopMs === 0 ? [watch] : [watch, createStuckLoopGuard({ name, limitMs: watchdogStuckLoopMs })];
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

/** A stage as part of a process: ready once it has joined its group, and started again when it has stopped for ever. */
export function stageBody(
  name: string,
  { kafkaSessionTimeoutMs: sessionTimeoutMs }: ValuesOf<typeof stageSettings>,
  { broker, log, metrics }: Surroundings,
  createRunner: () => KeyedStageRunner,
): ProcessBody {
  const clock = steadyClock;
  const ping = () => broker.ping();
  const runner = watchStage({ name, createRunner, ping, sessionTimeoutMs, clock, log, metrics });
  return {
    parts: [{ name, start: () => runner.start(), stop: () => runner.stop(), cut: () => runner.cut() }],
    health: [{ name, check: () => stageHealth(runner.health()) }],
    crashed: runner.gaveUp,
  };
}

/** Several stages as parts of one process, each watched over, and told of, by itself. */
export function stagesBody(
  members: readonly { name: string; createRunner: () => KeyedStageRunner }[],
  config: ValuesOf<typeof stageSettings>,
  around: Surroundings,
): ProcessBody {
  const bodies = members.map(({ name, createRunner }) => stageBody(name, config, around, createRunner));
  return {
    parts: bodies.flatMap(({ parts }) => parts),
    health: bodies.flatMap(({ health }) => health),
    crashed: Promise.race(bodies.map(({ crashed }) => crashed ?? new Promise(() => undefined))),
  };
}

function stageHealth({ consumption, paused }: KeyedStageHealth): HealthOutcome {
  const { state, lastError } = consumption;
  if (state !== 'running') {
    return { ok: false, reason: `the consumer is ${state}${lastError === undefined ? '' : ` (${lastError})`}` };
  }
  if (paused.length === 0) return { ok: true };
  const waits = paused.map(({ partition, reason }) => `partition ${partition} waits for ${reason}`);
  const advice = [...new Set(paused.map(({ reason }) => restAdvice(reason)))].filter((text) => text !== '');
  return { ok: false, reason: [waits.join(', '), ...advice].join('; ') };
}
