import type { RawKeystroke } from '../collector/raw-input.ts';

/** How the same keys are typed otherwise. Factors of 1 change nothing. */
export interface TypingPace {
  /** Of the time from key to key, pauses included. */
  intervals: number;
  /** Of the time that a key is down. */
  holds: number;
}

/** The keys at a pace that moves evenly from `from`, at the first key, to `to`, at the last. Order and keys stay. */
export function atPace(keystrokes: readonly RawKeystroke[], from: TypingPace, to: TypingPace): RawKeystroke[] {
  const last = Math.max(1, keystrokes.length - 1);
  let pressMs = keystrokes[0]?.pressMs ?? 0;
  return keystrokes.map((keystroke, index) => {
    const share = index / last;
    const between = (a: number, b: number) => a + (b - a) * share;
    const before = keystrokes[index - 1];
    if (before !== undefined) pressMs += (keystroke.pressMs - before.pressMs) * between(from.intervals, to.intervals);
    const holdMs = (keystroke.releaseMs - keystroke.pressMs) * between(from.holds, to.holds);
    return { key: keystroke.key, pressMs, releaseMs: pressMs + holdMs };
  });
}

/** The keys as they arrive over a line that carries input only every so many ms. */
export function onCoarseGrid(keystrokes: readonly RawKeystroke[], gridMs: number): RawKeystroke[] {
  const snapped = (ms: number) => Math.round(ms / gridMs) * gridMs;
  return keystrokes.map(({ key, pressMs, releaseMs }) => ({
    key,
    pressMs: snapped(pressMs),
    releaseMs: snapped(releaseMs),
  }));
}
