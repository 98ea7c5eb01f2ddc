import type { PointerStroke } from '../../detection/words/behaviour.ts';
import { onGrid } from './batch-content.ts';
import { fewestPoints, type PointerSegment } from './pointer-segmenter.ts';

/** All times of pointer strokes are multiples of this. */
export const pointerGridMs = 4;
/** Points kept of a longer stroke, evenly by index; 64 points are 63 steps. */
export const mostPointsPerStroke = 64;
/** Longer pauses, presses, stops and rests inside a drag are reported as this. */
export const longestPauseMs = 10_000;

function boundedOnGrid(valueMs: number | null): number | null {
  return valueMs === null ? null : onGrid(Math.min(valueMs, longestPauseMs), pointerGridMs);
}

/**
 * The stroke of a segment as the wire carries it: relative steps, 4 ms grid, at most 64 points; `undefined` where
 * fewer than four different points remain. The grid applies to the time since the start, so that steps do not drift.
 */
export function strokeOfSegment(segment: PointerSegment): PointerStroke | undefined {
  const startMs = segment.timesMs[0] ?? 0;
  const places: { atMs: number; x: number; y: number }[] = [];
  for (const [index, timeMs] of segment.timesMs.entries()) {
    const x = Math.round(segment.xs[index] ?? 0);
    const y = Math.round(segment.ys[index] ?? 0);
    const last = places.at(-1);
    if (last !== undefined && last.x === x && last.y === y) continue;
    // A clock that steps back must not make a negative step.
    places.push({ atMs: Math.max(onGrid(timeMs - startMs, pointerGridMs), last?.atMs ?? 0), x, y });
  }
  if (places.length < fewestPoints) return undefined;

  const points = Math.min(places.length, mostPointsPerStroke);
  const stroke: PointerStroke = {
    kind: segment.kind,
    device: 'mouse',
    dtMs: [],
    dx: [],
    dy: [],
    pauseMs: boundedOnGrid(segment.pauseMs),
    pressMs: boundedOnGrid(segment.pressMs),
    stopMs: boundedOnGrid(segment.stopMs),
  };
  let previous = places[0];
  for (let i = 1; i < points && previous !== undefined; i++) {
    const place = places[Math.round((i * (places.length - 1)) / (points - 1))];
    if (place === undefined) continue;
    stroke.dtMs.push(Math.min(place.atMs - previous.atMs, longestPauseMs));
    stroke.dx.push(place.x - previous.x);
    stroke.dy.push(place.y - previous.y);
    previous = place;
  }
  return stroke;
}
