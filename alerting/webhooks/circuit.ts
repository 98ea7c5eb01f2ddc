/** When the receiver is left alone. */
export interface CircuitOptions {
  /** Failures in a row after which nobody is asked for a while. */
  failures: number;
  /** For how long; then one request tries. */
  restMs: number;
}

/** Whether a request may be tried now, or when it may. */
export type CircuitDecision = { ok: true } | { ok: false; afterMs: number };

/** Keeps a receiver that is down from being asked by everything that waits for it. */
export interface Circuit {
  /** A yes is to be followed by `succeeded` or `failed`; without either, the next one may try after another rest. */
  mayTry(nowMs: number): CircuitDecision;
  succeeded(): void;
  failed(nowMs: number): void;
  isOpen(): boolean;
}

export const defaultCircuitOptions: CircuitOptions = { failures: 5, restMs: 15_000 };

/** A circuit that lets everything pass. */
export function createCircuit({ failures, restMs }: CircuitOptions): Circuit {
  let inARow = 0;
  let restsUntilMs = 0;
  const isOpen = () => inARow >= failures;
  return {
    isOpen,
    mayTry(nowMs) {
      if (!isOpen()) return { ok: true };
      // A clock that was set back must not keep it open for long.
      if (nowMs < restsUntilMs) return { ok: false, afterMs: Math.min(restMs, restsUntilMs - nowMs) };
      restsUntilMs = nowMs + restMs;
      return { ok: true };
    },
    succeeded() {
      inARow = 0;
    },
    failed(nowMs) {
      inARow += 1;
      if (isOpen()) restsUntilMs = nowMs + restMs;
    },
  };
}
