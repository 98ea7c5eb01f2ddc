import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { KeyedStageRunner } from '../stage/run-keyed-stage.ts';

/** What watching a stage needs. */
export interface StageWatchdogDependencies {
  /** The stage, as its metrics call it. */
  name: string;
  /** A runner that has not been started. Called again for each restart. */
  createRunner: () => KeyedStageRunner;
  /** Resolves when Kafka answers. While it does not, nothing is restarted: that would help nobody. */
  ping: () => Promise<void>;
  sessionTimeoutMs: number;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
}

/** A stage that is started again when it has stopped for ever. */
export interface WatchedStage extends KeyedStageRunner {
  /** Resolves with the reason when restarts did not help: the process should end. Never rejects. */
  readonly gaveUp: Promise<StageStopped>;
}

/** A stage that no restart brought back. */
export class StageStopped extends Error {
  override readonly name = 'StageStopped';
}

/** Without heartbeat, fetch or finished batch for so many session timeouts, a consumer has stopped. */
const silentSessions = 3;
/** A batch that has not got on for so many session timeouts waits for an answer that will never come: each question has a limit of its own. */
const inHandSessions = 18;
/** Restarts in a row that may fail. */
const maxRestarts = 3;
/** How long the old runner may take to leave, in session timeouts; afterwards the fence keeps it from writing. */
const leaveSessions = 2;

/**
 * Watches over a stage: a consumer that crashed for good, hangs, or never comes back is cut and replaced, as long as Kafka
 * answers. What the old one still does is refused by the store's fence. A stage that only rests, or waits for an answer of
 * Kafka or the store, makes progress: its heartbeats go on.
 */
export function watchStage(dependencies: StageWatchdogDependencies): WatchedStage {
  const { name, createRunner, ping, sessionTimeoutMs, clock, log } = dependencies;
  const restarts = dependencies.metrics.counter({
    name: 'gaitkeeper_stage_restarts_total',
    help: 'Times that a consumer which had stopped for ever was replaced.',
    labelNames: ['stage'],
  });
  let runner = createRunner();
  let failed = 0;
  let replacedAtMs = Number.NEGATIVE_INFINITY;
  let awayAtMs = Number.NEGATIVE_INFINITY;
  let saidAway = false;
  let ended = false;
  let cancel = () => {};
  let checking: Promise<void> = Promise.resolve();
  let giveUp: (why: StageStopped) => void = () => undefined;
  const gaveUp = new Promise<StageStopped>((resolve) => {
    giveUp = resolve;
  });

  /** Why the stage will not go on by itself; `undefined` while it may. */
  function stopped(): string | undefined {
    const { consumption, inHandMs } = runner.health();
    const silentMs = clock.nowMs() - consumption.lastProgressAtMs;
    const error = consumption.lastError === undefined ? '' : ` (${consumption.lastError})`;
    if (consumption.state === 'stopped') return `the consumer is stopped${error}`;
    if (silentMs > silentSessions * sessionTimeoutMs) {
      return `the consumer is ${consumption.state} and has made no progress for ${Math.round(silentMs / 1000)} s${error}`;
    }
    if (inHandMs <= inHandSessions * sessionTimeoutMs) return undefined;
    return `a batch has been in hand for ${Math.round(inHandMs / 1000)} s without getting on`;
  }

  /** Not while the first batch since the restart is still in hand: that may be the one which hung before. */
  function hasHelped(): boolean {
    return clock.nowMs() - runner.health().inHandMs - replacedAtMs > silentSessions * sessionTimeoutMs;
  }

  async function leave(old: KeyedStageRunner): Promise<void> {
    old.cut();
    await new Promise<void>((resolve) => {
      const cancelWait = clock.after(leaveSessions * sessionTimeoutMs, resolve);
      old
        .stop()
        .catch((error: unknown) => log.warn({ stage: name, err: error }, 'the old consumer did not stop cleanly'))
        .finally(() => {
          cancelWait();
          resolve();
        });
    });
  }

  async function replace(why: string): Promise<void> {
    failed += 1;
    if (failed > maxRestarts) {
      ended = true;
      giveUp(new StageStopped(`the stage ${name} has stopped: ${why}; ${maxRestarts} restarts did not help`));
      return;
    }
    restarts.inc({ stage: name });
    log.error({ stage: name, why, restart: failed, maxRestarts }, 'the stage has stopped, and is started again');
    await leave(runner);
    if (ended) return;
    runner = createRunner();
    replacedAtMs = clock.nowMs();
    await runner.start().catch((error: unknown) => log.error({ stage: name, err: error }, 'the restart failed'));
  }

  async function check(): Promise<void> {
    const why = stopped();
    if (why === undefined) {
      saidAway = false;
      if (hasHelped()) failed = 0;
      return;
    }
    const answers = await ping().then(
      () => true,
      () => false,
    );
    if (ended) return;
    if (!answers) {
      awayAtMs = clock.nowMs();
      if (!saidAway) log.warn({ stage: name, why }, 'the stage waits for Kafka, which does not answer');
      saidAway = true;
      return;
    }
    // A consumer comes back by itself, as quickly as a new one, when Kafka does.
    if (clock.nowMs() - awayAtMs > silentSessions * sessionTimeoutMs) await replace(why);
  }

  function schedule(): void {
    cancel = clock.after(sessionTimeoutMs / 2, () => {
      checking = check().finally(() => {
        if (!ended) schedule();
      });
    });
  }
  function end(): void {
    ended = true;
    cancel();
  }

  return {
    gaveUp,
    async start() {
      await runner.start();
      if (!ended) schedule();
    },
    async stop() {
      end();
      await checking;
      await runner.stop();
    },
    cut() {
      end();
      runner.cut();
    },
    health: () => runner.health(),
  };
}
