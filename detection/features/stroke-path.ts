import type { PointerStroke } from '../words/behaviour.ts';

/** Steps of a stroke that moved, as parallel columns; only the first `count` entries of each are valid. */
export interface StrokePath {
  /** Number of steps; the stroke has one point more. */
  count: number;
  /** Seconds, at least one millisecond each. */
  seconds: Float64Array;
  /** Pixels. */
  dx: Float64Array;
  dy: Float64Array;
  length: Float64Array;
  /** Radians, -pi..pi. */
  heading: Float64Array;
  /** Pixels per second. */
  speed: Float64Array;
  /** Place after each step, relative to the first point. */
  x: Float64Array;
  y: Float64Array;
  /** Sum of the lengths. */
  pathLength: number;
  /** First to last point. */
  chordLength: number;
  /** Seconds from the first point to the last. */
  duration: number;
}

/** Fewest steps that say something about a hand: four points. */
const fewestSteps = 3;
/** No hand moves farther, or rests longer, within one stroke. Keeps sums, squares and jerks finite. */
const longestStepPx = 1e6;
const longestStepMs = 1e6;

function bounded(value: number | undefined, limit: number): number {
  return value === undefined || Number.isNaN(value) ? 0 : Math.min(Math.max(value, -limit), limit);
}

/**
 * Follows the steps of a stroke: what does not move is no step, its time goes to the next one that does; a step without
 * time takes a millisecond. Values that are not finite are bounded, not passed on. `undefined` below three steps.
 */
export function followStroke(stroke: PointerStroke): StrokePath | undefined {
  const most = Math.min(stroke.dtMs.length, stroke.dx.length, stroke.dy.length);
  const column = () => new Float64Array(most);
  const [seconds, dx, dy, length, heading] = [column(), column(), column(), column(), column()];
  const [speed, x, y] = [column(), column(), column()];
  let count = 0;
  let waitedMs = 0;
  let totalMs = 0;
  let pathLength = 0;
  let atX = 0;
  let atY = 0;
  for (let i = 0; i < most; i++) {
    waitedMs += Math.max(bounded(stroke.dtMs[i], longestStepMs), 0);
    const right = bounded(stroke.dx[i], longestStepPx);
    const down = bounded(stroke.dy[i], longestStepPx);
    if (right === 0 && down === 0) continue;
    const step = Math.sqrt(right * right + down * down);
    const elapsed = (waitedMs > 0 ? waitedMs : 1) / 1000;
    seconds[count] = elapsed;
    dx[count] = right;
    dy[count] = down;
    length[count] = step;
    heading[count] = Math.atan2(down, right);
    speed[count] = step / elapsed;
    atX += right;
    atY += down;
    x[count] = atX;
    y[count] = atY;
    pathLength += step;
    totalMs += waitedMs;
    waitedMs = 0;
    count++;
  }
  if (count < fewestSteps) return undefined;
  const chordLength = Math.sqrt(atX * atX + atY * atY);
  const duration = totalMs / 1000;
  return { count, seconds, dx, dy, length, heading, speed, x, y, pathLength, chordLength, duration };
}

/** Farthest distance of a point from the straight line between the ends, in pixels; from the start where both ends meet. */
export function deviationOf({ count, x, y, chordLength }: StrokePath): number {
  const endX = x[count - 1]!;
  const endY = y[count - 1]!;
  let farthest = 0;
  for (let i = 0; i < count; i++) {
    const away =
      chordLength > 0 ? Math.abs(x[i]! * endY - y[i]! * endX) / chordLength : Math.sqrt(x[i]! * x[i]! + y[i]! * y[i]!);
    if (away > farthest) farthest = away;
  }
  return farthest;
}

/** Sectors of {@link chordSectorOf}. */
export const chordSectors = 8;

/** Direction from the first point to the last as one of eight sectors of 45 degrees, counted from the left. */
export function chordSectorOf({ count, x, y }: StrokePath): number {
  const angle = Math.atan2(y[count - 1]!, x[count - 1]!);
  return Math.floor(((angle + Math.PI) / (2 * Math.PI)) * chordSectors) % chordSectors;
}
