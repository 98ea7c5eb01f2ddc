import type { PointerStroke } from '../words/behaviour.ts';
import { strokeKinds } from '../words/behaviour.ts';
import type { Feature, FeatureScale } from '../words/catalogue.ts';
import { quantileOfSorted, sortFirst } from './order-statistics.ts';
import { chordSectorOf, deviationOf, followStroke, type StrokePath } from './stroke-path.ts';

/** Columns along a stroke that enter by five statistics each: name and unit. */
const columns = [
  ['speed', 'px/s'],
  ['speed-x', 'px/s'],
  ['speed-y', 'px/s'],
  ['acceleration', 'px/s2'], // magnitudes from here on
  ['jerk', 'px/s3'],
  ['turn-rate', 'rad/s'],
  ['curvature', 'rad/px'],
  ['step', 'px'],
] as const;
const statistics = ['mean', 'sd', 'q10', 'q50', 'q90'] as const;

function feature(name: string, unit: string, scale: FeatureScale): Feature {
  return { name, unit, scale };
}

/**
 * The 57 numbers of one stroke, in this order; `ln` is the natural logarithm with a small offset against 0. How long the
 * steps took is left out: it tells the mouse's polling rate, not the hand (measured to lose nothing).
 */
export const strokeFeatures: readonly Feature[] = [
  feature('pause', 's', 'ln'), // before the stroke, at most 10 s
  feature('press', 's', 'ln'), // that the button was down
  feature('stop', 's', 'ln'), // between the last movement and the press
  feature('duration', 's', 'ln'),
  feature('points', 'points', 'ln'),
  feature('path', 'px', 'ln'), // along the way
  feature('chord', 'px', 'ln'), // from start to end
  feature('efficiency', 'chord / path', 'linear'),
  feature('deviation', 'px', 'ln'), // farthest from the chord
  feature('relative-deviation', 'deviation / path', 'linear'),
  feature('turning', 'rad', 'linear'), // all turns together
  feature('sharp-turns', 'share of turns', 'linear'), // above 18 degrees
  feature('speed-peak', 'share of the way', 'linear'), // where along the stroke it was fastest
  ...columns.flatMap(([column, unit]) => statistics.map((statistic) => feature(`${column}-${statistic}`, unit, 'ln'))),
  feature('accelerating', 'share of steps', 'linear'),
  feature('small-steps', 'share of steps', 'linear'), // up to 1.5 px
  feature('axis-steps', 'share of steps', 'linear'), // along an axis
  feature('diagonal-steps', 'share of steps', 'linear'),
];

/** How many numbers describe one stroke. */
export const strokeFeatureCount = strokeFeatures.length;

/** Stands where a stroke has no such number, for example the press of a plain movement; no feature comes near it. */
export const missingStrokeFeature = -128;

/** What one stroke is to a model. */
export interface StrokeVector {
  /** In the order of {@link strokeFeatures}, all finite; {@link missingStrokeFeature} where there is none. */
  features: Float64Array;
  /** Index in `strokeKinds`. */
  kind: number;
  /** Direction from start to end, 0..7. */
  sector: number;
}

const sharpTurn = Math.PI / 10;
const smallStepPx = 1.5;
const longestPauseMs = 10_000;
/** Before the first stroke nobody knows how long the hand rested. */
const unknownPauseMs = 1_000;

function ln(value: number): number {
  return Math.log(Math.abs(value) + 1e-3);
}

function lnSeconds(ms: number | null): number {
  if (ms === null || Number.isNaN(ms)) return missingStrokeFeature;
  return Math.log(Math.min(Math.max(ms, 0), longestPauseMs) / 1000 + 0.01);
}

/** Mean, standard deviation and three quantiles of the first `count` values, as `ln`; reorders them. */
function writeStatistics(values: Float64Array, count: number, out: Float64Array, at: number): void {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2;
  const sorted = sortFirst(values, count);
  out[at] = ln(mean);
  out[at + 1] = ln(Math.sqrt(squares / count));
  out[at + 2] = ln(quantileOfSorted(sorted, count, 0.1));
  out[at + 3] = ln(quantileOfSorted(sorted, count, 0.5));
  out[at + 4] = ln(quantileOfSorted(sorted, count, 0.9));
}

function turnBetween(from: number, to: number): number {
  const turn = to - from;
  if (turn > Math.PI) return turn - 2 * Math.PI;
  return turn < -Math.PI ? turn + 2 * Math.PI : turn;
}

/** Where the shape stands, where the columns begin and where the shares begin in the vector. */
const shapeAt = 3;
const columnsAt = 13;
const sharesAt = columnsAt + columns.length * statistics.length;

function writeShape(path: StrokePath, out: Float64Array): void {
  const { count, pathLength, chordLength, speed } = path;
  const deviation = deviationOf(path);
  let fastest = 0;
  for (let i = 1; i < count; i++) if (speed[i]! > speed[fastest]!) fastest = i;
  out[shapeAt] = ln(path.duration);
  out[shapeAt + 1] = ln(count + 1);
  out[shapeAt + 2] = ln(pathLength);
  out[shapeAt + 3] = ln(chordLength);
  out[shapeAt + 4] = chordLength / pathLength;
  out[shapeAt + 5] = ln(deviation);
  out[shapeAt + 6] = deviation / Math.max(pathLength, 1);
  out[shapeAt + 9] = fastest / (count - 1);
}

/** Turning, accelerations and jerks: whatever compares a step with the next. Leaves the path's columns reordered. */
function writeMotion(path: StrokePath, out: Float64Array): void {
  const { count, seconds, dx, dy, length, heading, speed } = path;
  const turns = count - 1;
  const acceleration = new Float64Array(turns);
  const jerk = new Float64Array(turns - 1);
  const turnRate = new Float64Array(turns);
  const curvature = new Float64Array(turns);
  let turning = 0;
  let sharp = 0;
  let accelerating = 0;
  for (let i = 0; i < turns; i++) {
    const turn = Math.abs(turnBetween(heading[i]!, heading[i + 1]!));
    turning += turn;
    if (turn > sharpTurn) sharp++;
    acceleration[i] = (speed[i + 1]! - speed[i]!) / seconds[i + 1]!;
    if (acceleration[i]! > 0) accelerating++;
    turnRate[i] = turn / seconds[i + 1]!;
    curvature[i] = turn / Math.max(length[i + 1]!, 1);
  }
  for (let i = 0; i + 1 < turns; i++) jerk[i] = Math.abs((acceleration[i + 1]! - acceleration[i]!) / seconds[i + 2]!);
  for (let i = 0; i < turns; i++) acceleration[i] = Math.abs(acceleration[i]!);
  let small = 0;
  let axis = 0;
  let diagonal = 0;
  for (let i = 0; i < count; i++) {
    const right = Math.abs(dx[i]!);
    const down = Math.abs(dy[i]!);
    if (length[i]! <= smallStepPx) small++;
    if (right === 0 || down === 0) axis++;
    if (right === down) diagonal++;
    dx[i] = right / seconds[i]!;
    dy[i] = down / seconds[i]!;
  }
  out[shapeAt + 7] = turning;
  out[shapeAt + 8] = sharp / turns;
  writeStatistics(speed, count, out, columnsAt);
  writeStatistics(dx, count, out, columnsAt + 5);
  writeStatistics(dy, count, out, columnsAt + 10);
  writeStatistics(acceleration, turns, out, columnsAt + 15);
  writeStatistics(jerk, turns - 1, out, columnsAt + 20);
  writeStatistics(turnRate, turns, out, columnsAt + 25);
  writeStatistics(curvature, turns, out, columnsAt + 30);
  writeStatistics(length, count, out, columnsAt + 35);
  out[sharesAt] = accelerating / turns;
  out[sharesAt + 1] = small / count;
  out[sharesAt + 2] = axis / count;
  out[sharesAt + 3] = diagonal / count;
}

/**
 * Describes one stroke as the wire carries it; `undefined` where fewer than three of its steps move. Finite for any other
 * stroke, whatever its numbers: places and times that are not finite, or farther than a hand reaches, are bounded first.
 */
export function strokeVector(stroke: PointerStroke): StrokeVector | undefined {
  const path = followStroke(stroke);
  if (path === undefined) return undefined;
  const features = new Float64Array(strokeFeatureCount);
  features[0] = lnSeconds(stroke.pauseMs ?? unknownPauseMs);
  features[1] = lnSeconds(stroke.pressMs);
  features[2] = lnSeconds(stroke.stopMs);
  const sector = chordSectorOf(path);
  writeShape(path, features);
  writeMotion(path, features);
  return { features, kind: strokeKinds.indexOf(stroke.kind), sector };
}
