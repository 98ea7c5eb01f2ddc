/** Time as an argument: processes get {@link systemClock}, tests a {@link createManualClock}. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Runs `action` once after `delayMs`, unless the returned function is called before. */
  after(delayMs: number, action: () => void): () => void;
}

/** The clock of the computer, which may be set while we run: for what time it is, not for how long something takes. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Milliseconds on a clock that nobody sets: it agreed with the computer's when the process started. */
export function steadyNowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** For how long something takes. What it says of the date is wrong once the computer's clock was set. */
export const steadyClock: Clock = { ...systemClock, nowMs: steadyNowMs };

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms` and runs what fell due, earliest first. */
  advance(ms: number): void;
}

/** A clock that stands at `startMs`. */
export function createManualClock(startMs = 0): ManualClock {
  let nowMs = startMs;
  const due = new Set<{ atMs: number; action: () => void }>();
  return {
    nowMs: () => nowMs,
    after(delayMs, action) {
      const entry = { atMs: nowMs + delayMs, action };
      due.add(entry);
      return () => due.delete(entry);
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const next = [...due].sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined || next.atMs > untilMs) break;
        due.delete(next);
        nowMs = next.atMs;
        next.action();
      }
      nowMs = untilMs;
    },
  };
}
