import type { KeystrokeSample, PointerStroke } from '../detection/words/behaviour.ts';
import { timeGridMs } from '../schemas/batch-limits.ts';

/** The keystroke with its times rounded to the 5 ms grid. */
export function keystrokeOnGrid(keystroke: KeystrokeSample): KeystrokeSample {
  const { zonePair, holdMs, pressPressMs, releasePressMs } = keystroke;
  return {
    zonePair,
    holdMs: nearest(holdMs, timeGridMs.keystrokes),
    pressPressMs: nearestOrNull(pressPressMs, timeGridMs.keystrokes),
    releasePressMs: nearestOrNull(releasePressMs, timeGridMs.keystrokes),
  };
}

/**
 * The stroke with its times rounded to the 4 ms grid. Of its points the time since the start is rounded, so that steps do
 * not drift; two points within one cell of the grid lie 0 ms apart.
 */
export function strokeOnGrid(stroke: PointerStroke): PointerStroke {
  const { dtMs, pauseMs, pressMs, stopMs } = stroke;
  let sinceStartMs = 0;
  let placedMs = 0;
  const steps = dtMs.map((stepMs) => {
    sinceStartMs += stepMs;
    const beforeMs = placedMs;
    placedMs = nearest(sinceStartMs, timeGridMs.pointer);
    return placedMs - beforeMs;
  });
  return {
    ...stroke,
    dtMs: steps,
    pauseMs: nearestOrNull(pauseMs, timeGridMs.pointer),
    pressMs: nearestOrNull(pressMs, timeGridMs.pointer),
    stopMs: nearestOrNull(stopMs, timeGridMs.pointer),
  };
}

/** `+ 0` makes a negative zero an ordinary one. */
function nearest(timeMs: number, gridMs: number): number {
  return Math.round(timeMs / gridMs) * gridMs + 0;
}

function nearestOrNull(timeMs: number | null, gridMs: number): number | null {
  return timeMs === null ? null : nearest(timeMs, gridMs);
}
