import type { RawPointerEvent } from './raw-input.ts';

/** A pause longer than this between two movements ends a movement. */
const movementGapMs = 1_000;
/** Shorter segments say nothing about a hand and are dropped. */
export const fewestPoints = 4;
/** Larger coordinates are markers of a lost pointer (65535 in recordings), not places on a screen. */
const coordinateLimitPx = 10_000;
/** A movement that never rests is cut here, about two minutes at 125 events a second. */
export const mostRawPoints = 16_384;

/** A movement, a movement that ends in a click, or a drag, with its absolute points; never leaves the endpoint. */
export interface PointerSegment {
  kind: 'move' | 'click' | 'drag';
  timesMs: number[];
  xs: number[];
  ys: number[];
  /** End of the previous segment, kept or dropped, to the start of this one; `null` for the first. */
  pauseMs: number | null;
  /** Button down to button up; `null` for a movement. */
  pressMs: number | null;
  /** Last movement to the press of a click; `null` otherwise. */
  stopMs: number | null;
}

export interface PointerSegmenter {
  /** Takes one event, in time order. Returns the segments that it closed, mostly none. */
  add(event: RawPointerEvent): readonly PointerSegment[];
  /** Ends the session. */
  endSession(): readonly PointerSegment[];
}

/**
 * Cuts mouse events into segments: movements accumulate, a gap above 1 s closes a movement; a release closes a click,
 * or a drag where events of dragging came between; the first such event closes the movement before the press; a
 * movement without a button cancels a pending press. Wheel turns are passed over, as in the measured recipe.
 */
export function createPointerSegmenter(): PointerSegmenter {
  let timesMs: number[] = [];
  let xs: number[] = [];
  let ys: number[] = [];
  let previousEndMs: number | undefined;
  let pressedAtMs: number | undefined;
  let stopMs: number | null = null;
  let dragging = false;

  function close(kind: PointerSegment['kind'], pressMs: number | null, stop: number | null): readonly PointerSegment[] {
    const startMs = timesMs[0];
    const endMs = timesMs.at(-1);
    if (startMs === undefined || endMs === undefined) return [];
    const pauseMs = previousEndMs === undefined ? null : Math.max(0, startMs - previousEndMs);
    const segment = { kind, timesMs, xs, ys, pauseMs, pressMs, stopMs: stop };
    previousEndMs = endMs;
    timesMs = [];
    xs = [];
    ys = [];
    return segment.timesMs.length >= fewestPoints ? [segment] : [];
  }

  function push(event: RawPointerEvent): void {
    timesMs.push(event.timeMs);
    xs.push(event.x);
    ys.push(event.y);
  }

  function move(event: RawPointerEvent): readonly PointerSegment[] {
    const lastMs = timesMs.at(-1);
    const rested = lastMs !== undefined && event.timeMs - lastMs > movementGapMs;
    const closed = rested || timesMs.length >= mostRawPoints ? close('move', null, null) : [];
    push(event);
    pressedAtMs = undefined;
    return closed;
  }

  function press(event: RawPointerEvent): readonly PointerSegment[] {
    const lastMs = timesMs.at(-1);
    pressedAtMs = event.timeMs;
    stopMs = lastMs === undefined ? null : Math.max(0, event.timeMs - lastMs);
    dragging = false;
    return [];
  }

  function drag(event: RawPointerEvent): readonly PointerSegment[] {
    if (pressedAtMs === undefined) return [];
    const closed = dragging ? [] : close('move', null, null);
    dragging = true;
    if (timesMs.length < mostRawPoints) push(event);
    return closed;
  }

  function release(event: RawPointerEvent): readonly PointerSegment[] {
    if (pressedAtMs === undefined) return [];
    const pressMs = Math.max(0, event.timeMs - pressedAtMs);
    const closed = dragging ? close('drag', pressMs, null) : close('click', pressMs, stopMs);
    pressedAtMs = undefined;
    dragging = false;
    return closed;
  }

  return {
    add(event) {
      const { timeMs, x, y } = event;
      if (!(Number.isFinite(timeMs) && Number.isFinite(x) && Number.isFinite(y))) return [];
      if (Math.abs(x) >= coordinateLimitPx || Math.abs(y) >= coordinateLimitPx) return [];
      switch (event.state) {
        case 'Move':
          return move(event);
        case 'Pressed':
          return press(event);
        case 'Drag':
          return drag(event);
        case 'Released':
          return release(event);
        case 'Down':
        case 'Up':
          return [];
      }
    },
    endSession() {
      const closed = close('move', null, null);
      previousEndMs = undefined;
      pressedAtMs = undefined;
      stopMs = null;
      dragging = false;
      return closed;
    },
  };
}
