import { BrokerUnavailable } from './broker/broker.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Lifecycle, StopOutcome } from './lifecycle.ts';
import type { Logger } from './log.ts';
import { StoreUnavailable } from './store/state-store.ts';

const stopSignals = ['SIGTERM', 'SIGINT'] as const;

/** Where signals come from: `process`, or an emitter in a test. */
export interface SignalSource {
  on(signal: (typeof stopSignals)[number], listener: () => void): unknown;
  off(signal: (typeof stopSignals)[number], listener: () => void): unknown;
}

/** What tells a process to stop, and how long that may take. */
export interface RunOptions {
  signals: SignalSource;
  log: Logger;
  drainTimeoutMs: number;
  /** Settles with the error of a part that cannot go on by itself; the process then drains and ends as failed. */
  crashed?: Promise<unknown>;
}

/**
 * Starts everything, waits for SIGTERM or SIGINT, drains. A second signal cuts. Resolves with the exit code and ends
 * nothing: that is `main.ts`'s.
 */
export async function runUntilSignal(
  lifecycle: Lifecycle,
  { signals, log, drainTimeoutMs, crashed }: RunOptions,
): Promise<ExitCode> {
  let signalled = () => {};
  const firstSignal = new Promise<void>((resolve) => {
    signalled = resolve;
  });
  const firstCrash = crashOf(crashed); // listened to from the start: a crash may come before everything runs
  let count = 0;
  const listeners = stopSignals.map((signal) => {
    const listener = () => {
      count += 1;
      if (count === 1) {
        log.info({ signal, drainTimeoutMs }, 'draining');
        signalled();
        // At once, also while parts are still starting.
        void lifecycle.stop({ drainTimeoutMs });
      } else {
        log.warn({ signal }, 'cutting open work at the second signal');
        lifecycle.cut();
      }
    };
    signals.on(signal, listener);
    return () => signals.off(signal, listener);
  });
  try {
    return await run();
  } finally {
    for (const remove of listeners) remove();
  }

  async function run(): Promise<ExitCode> {
    const started = await lifecycle.start({ drainTimeoutMs });
    if (!started.ok && started.reason === 'failed') {
      const { part, error } = started.failure;
      log.fatal({ part, err: error }, 'could not start');
      report(started.stopped);
      return exitCodeOf(error);
    }
    if (started.ok) log.info({}, 'running');
    const crash = await Promise.race([firstSignal.then(() => undefined), firstCrash]);
    if (crash !== undefined) log.fatal({ err: crash.error }, 'cannot go on');
    const stopped = await lifecycle.stop({ drainTimeoutMs });
    report(stopped);
    if (crash !== undefined) return exitCodeOf(crash.error);
    return stopped.ok ? exitCodes.ok : exitCodes.software;
  }

  function report({ ok, failures, cut }: StopOutcome): void {
    for (const { part, error } of failures) log.error({ part, err: error }, 'did not stop cleanly');
    if (cut.length > 0) log.error({ cut, drainTimeoutMs }, 'open work was cut');
    if (ok) log.info({}, 'stopped');
  }
}

/** The error that `crashed` settles with, either way; never settles without it. */
function crashOf(crashed: Promise<unknown> | undefined): Promise<{ error: unknown }> {
  if (crashed === undefined) return new Promise(() => {});
  return crashed.then(
    (error) => ({ error }),
    (error: unknown) => ({ error }),
  );
}

/** Of an operating system that does not let a connection or a port be had. */
const unavailableCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['EADDRINUSE', 'EADDRNOTAVAIL'],
]);
const maxCauses = 8;

/** `unavailable` when the error, or what caused it, is a dependency that is away; else `software`. */
export function exitCodeOf(error: unknown): ExitCode {
  let cause = error;
  for (let depth = 0; depth < maxCauses && typeof cause === 'object' && cause !== null; depth++) {
    if (cause instanceof BrokerUnavailable || cause instanceof StoreUnavailable) return exitCodes.unavailable;
    if ('code' in cause && unavailableCodes.has(String(cause.code))) return exitCodes.unavailable;
    cause = 'cause' in cause ? cause.cause : undefined;
  }
  return exitCodes.software;
}
