import { type Clock, systemClock } from './clock.ts';
import type { HealthCheck } from './health.ts';

/** Something that runs: a connection, a server, a stage. */
export interface LifecyclePart {
  name: string;
  /** Resolves once later parts may rely on it. */
  start(): Promise<unknown> | unknown;
  /** Takes no new work, finishes what is open, lets go. Called once, also after a start that failed half-way. */
  stop(): Promise<unknown> | unknown;
  /** Lets go at once, abandoning open work, when `stop` took too long. */
  cut(): void;
}

/** A part and what it threw. */
export interface PartFailure {
  part: string;
  error: unknown;
}

/** How a start ended. */
export type StartOutcome =
  | { ok: true }
  /** A part did not start; those before it were stopped again. */
  | { ok: false; reason: 'failed'; failure: PartFailure; stopped: StopOutcome }
  /** A stop was asked for before everything ran. */
  | { ok: false; reason: 'stopped' };

/** `ok`: every part stopped by itself and in time. */
export interface StopOutcome {
  ok: boolean;
  /** Parts that threw while stopping. */
  failures: readonly PartFailure[];
  /** Parts that were cut, in the order of the cut. */
  cut: readonly string[];
}

/** How a stop is bounded. */
export interface DrainOptions {
  /** How long parts may take to stop, all together, before the rest is cut. */
  drainTimeoutMs?: number;
}

/** The parts of a process as one thing that starts, stops and is cut. */
export interface Lifecycle {
  /** Starts the parts in order. To be called once. */
  start(options?: DrainOptions): Promise<StartOutcome>;
  /** Stops the started parts in reverse order. Idempotent: every call gets the outcome of the first. */
  stop(options?: DrainOptions): Promise<StopOutcome>;
  /** Ends a stop under way at once; without one, makes the coming stop immediate. */
  cut(): void;
  /** Ready between start and stop, so that a load balancer looks away before a part stops. */
  readonly health: HealthCheck;
}

type State = 'not started' | 'starting' | 'running' | 'stopping' | 'stopped';

const defaultDrainTimeoutMs = 20_000;

/** Start in order, stop in reverse, drain then cut. The admin server comes first, so that a drain can be watched. */
export function createLifecycle(
  parts: readonly LifecyclePart[],
  { clock = systemClock }: { clock?: Clock } = {},
): Lifecycle {
  let state: State = 'not started';
  /** Parts whose start was called, in that order. */
  const begun: LifecyclePart[] = [];
  /** Settles when no start is under way. */
  let startsSettled: Promise<PartFailure | undefined> = Promise.resolve(undefined);
  let stopping: Promise<StopOutcome> | undefined;
  const stopAsked = deferred();
  const cutting = deferred();

  async function start(options: DrainOptions = {}): Promise<StartOutcome> {
    if (state !== 'not started') throw new Error(`a lifecycle starts once, and this one is ${state}`);
    state = 'starting';
    for (const part of parts) {
      begun.push(part);
      startsSettled = failureOf(part, () => part.start());
      // A part that never starts must not keep a stop from ending.
      const failure = await Promise.race([startsSettled, stopAsked.promise]);
      if (stopping !== undefined) return { ok: false, reason: 'stopped' };
      if (failure !== undefined) return { ok: false, reason: 'failed', failure, stopped: await stop(options) };
    }
    state = 'running';
    return { ok: true };
  }

  function stop(options: DrainOptions = {}): Promise<StopOutcome> {
    stopping ??= stopAll(options.drainTimeoutMs ?? defaultDrainTimeoutMs);
    stopAsked.settle();
    return stopping;
  }

  async function stopAll(drainTimeoutMs: number): Promise<StopOutcome> {
    state = 'stopping';
    const cancelTimeout = clock.after(drainTimeoutMs, cutting.settle);
    const failures: PartFailure[] = [];
    let isCut = await cutBefore(startsSettled);
    while (!isCut) {
      const part = begun.at(-1);
      if (part === undefined) break;
      const stopped = failureOf(part, () => part.stop()).then((failure) => {
        if (failure !== undefined) failures.push(failure);
      });
      isCut = await cutBefore(stopped);
      if (!isCut) begun.pop();
    }
    cancelTimeout();
    const cut = begun.splice(0).reverse();
    // Not waited for, and whatever they throw: nothing after a cut depends on it.
    for (const part of cut) void failureOf(part, () => part.cut());
    state = 'stopped';
    return { ok: failures.length === 0 && cut.length === 0, failures: [...failures], cut: cut.map(({ name }) => name) };
  }

  /** Whether the cut came first. */
  function cutBefore(work: Promise<unknown>): Promise<boolean> {
    return Promise.race([cutting.promise.then(() => true), work.then(() => false)]);
  }

  return {
    start,
    stop,
    cut: cutting.settle,
    health: {
      name: 'lifecycle',
      check: () => (state === 'running' ? { ok: true } : { ok: false, reason: state }),
    },
  };
}

/** What `action` threw or rejected with, if it did. Never rejects itself. */
async function failureOf({ name }: LifecyclePart, action: () => unknown): Promise<PartFailure | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    return { part: name, error };
  }
}

function deferred(): { promise: Promise<undefined>; settle: () => void } {
  let settle = () => {};
  const promise = new Promise<undefined>((resolve) => {
    settle = () => resolve(undefined);
  });
  return { promise, settle };
}
