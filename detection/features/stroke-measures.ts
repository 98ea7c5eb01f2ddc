import type { PointerStroke } from '../words/behaviour.ts';
import { quantileOfSorted, sortFirst } from './order-statistics.ts';

/** What is measured on one stroke, in this order. `ln` measures are natural logarithms with a small offset against 0. */
export const strokeMeasures = [
  'pause', // ln s before the stroke
  'press', // ln s that the button was down
  'stop', // ln s between the last movement and the press
  'duration', // ln s
  'points', // ln count
  'path', // ln px along the way
  'chord', // ln px from start to end
  'efficiency', // chord / path
  'deviation', // ln px, farthest from the chord
  'turning', // ln(1 + radians)
  'sharp-turns', // share of turns above 18 degrees
  'speed-peak', // where along the stroke it was fastest, 0..1
  'speed', // ln px/s, median
  'top-speed', // ln px/s, 90 % quantile
  'speed-variation', // sd / mean
  'speed-x', // ln px/s, median
  'speed-y', // ln px/s, median
  'acceleration', // ln px/s2, median
  'jerk', // ln px/s3, median
  'turn-rate', // ln rad/s, median
  'curvature', // ln rad/px, median
  'step', // ln px, median
  'accelerating', // share of steps
  'small-steps', // share of steps up to 1.5 px
  'axis-steps', // share of steps along an axis
] as const;
/** Name of one measure. */
export type StrokeMeasure = (typeof strokeMeasures)[number];
/** How many numbers one stroke takes in a window. */
export const strokeMeasureCount = strokeMeasures.length;

const shortestSteps = 3;
const sharpTurn = Math.PI / 10;

function ln(value: number): number {
  return Math.log(Math.abs(value) + 1e-3);
}

function lnSeconds(ms: number | null): number {
  return ms === null ? Number.NaN : Math.log(Math.min(Math.max(ms, 0), 10_000) / 1000 + 0.01);
}

function median(values: Float64Array, count: number): number {
  return quantileOfSorted(sortFirst(values, count), count, 0.5);
}

function turnBetween(from: number, to: number): number {
  let turn = to - from;
  if (turn > Math.PI) turn -= 2 * Math.PI;
  else if (turn < -Math.PI) turn += 2 * Math.PI;
  return Math.abs(turn);
}

/** Steps with a movement, times in s; what does not move is added to the next step's time. */
function movingSteps(stroke: PointerStroke) {
  const length = Math.min(stroke.dtMs.length, stroke.dx.length, stroke.dy.length);
  const dt = new Float64Array(length);
  const dx = new Float64Array(length);
  const dy = new Float64Array(length);
  let count = 0;
  let waitedMs = 0;
  for (let i = 0; i < length; i++) {
    waitedMs += Math.max(stroke.dtMs[i]!, 0);
    if (stroke.dx[i] === 0 && stroke.dy[i] === 0) continue;
    dt[count] = Math.max(waitedMs, 1) / 1000;
    dx[count] = stroke.dx[i]!;
    dy[count] = stroke.dy[i]!;
    waitedMs = 0;
    count++;
  }
  return { dt, dx, dy, count };
}

/** The measures of one stroke in the order of {@link strokeMeasures}, NaN where it has none; `undefined` below three steps. */
export function measureStroke(stroke: PointerStroke): Float64Array | undefined {
  const { dt, dx, dy, count } = movingSteps(stroke);
  if (count < shortestSteps) return undefined;
  const length = new Float64Array(count);
  const speed = new Float64Array(count);
  const speedX = new Float64Array(count);
  const speedY = new Float64Array(count);
  const heading = new Float64Array(count);
  const x = new Float64Array(count + 1);
  const y = new Float64Array(count + 1);
  let path = 0;
  let duration = 0;
  let small = 0;
  let axis = 0;
  let fastest = 0;
  let speedSum = 0;
  let speedSquares = 0;
  for (let i = 0; i < count; i++) {
    const step = Math.sqrt(dx[i]! * dx[i]! + dy[i]! * dy[i]!);
    length[i] = step;
    speed[i] = step / dt[i]!;
    speedX[i] = Math.abs(dx[i]!) / dt[i]!;
    speedY[i] = Math.abs(dy[i]!) / dt[i]!;
    heading[i] = Math.atan2(dy[i]!, dx[i]!);
    x[i + 1] = x[i]! + dx[i]!;
    y[i + 1] = y[i]! + dy[i]!;
    path += step;
    duration += dt[i]!;
    if (step <= 1.5) small++;
    if (dx[i] === 0 || dy[i] === 0) axis++;
    if (speed[i]! > speed[fastest]!) fastest = i;
    speedSum += speed[i]!;
    speedSquares += speed[i]! * speed[i]!;
  }
  const endX = x[count]!;
  const endY = y[count]!;
  const chord = Math.sqrt(endX * endX + endY * endY);
  let deviation = 0;
  for (let i = 1; i <= count; i++) {
    const away = chord > 0 ? Math.abs(x[i]! * endY - y[i]! * endX) / chord : Math.sqrt(x[i]! * x[i]! + y[i]! * y[i]!);
    if (away > deviation) deviation = away;
  }
  const turns = count - 1;
  const acceleration = new Float64Array(turns);
  const turnRate = new Float64Array(turns);
  const curvature = new Float64Array(turns);
  const jerk = new Float64Array(turns);
  let turning = 0;
  let sharp = 0;
  let accelerating = 0;
  for (let i = 0; i < turns; i++) {
    const turn = turnBetween(heading[i]!, heading[i + 1]!);
    turning += turn;
    if (turn > sharpTurn) sharp++;
    const change = (speed[i + 1]! - speed[i]!) / dt[i + 1]!;
    if (change > 0) accelerating++;
    acceleration[i] = change;
    turnRate[i] = turn / dt[i + 1]!;
    curvature[i] = turn / Math.max(length[i + 1]!, 1);
  }
  for (let i = 0; i + 1 < turns; i++) jerk[i] = Math.abs((acceleration[i + 1]! - acceleration[i]!) / dt[i + 2]!);
  for (let i = 0; i < turns; i++) acceleration[i] = Math.abs(acceleration[i]!);
  const meanSpeed = speedSum / count;
  const speedSpread = Math.sqrt(Math.max(speedSquares / count - meanSpeed * meanSpeed, 0));
  sortFirst(speed, count);
  return Float64Array.of(
    lnSeconds(stroke.pauseMs),
    lnSeconds(stroke.pressMs),
    lnSeconds(stroke.stopMs),
    ln(duration),
    ln(count + 1),
    ln(path),
    ln(chord),
    chord / path,
    ln(deviation),
    Math.log(1 + turning),
    sharp / turns,
    fastest / (count - 1),
    ln(quantileOfSorted(speed, count, 0.5)),
    ln(quantileOfSorted(speed, count, 0.9)),
    speedSpread / meanSpeed,
    ln(median(speedX, count)),
    ln(median(speedY, count)),
    ln(median(acceleration, turns)),
    ln(median(jerk, turns - 1)),
    ln(median(turnRate, turns)),
    ln(median(curvature, turns)),
    ln(median(length, count)),
    accelerating / turns,
    small / count,
    axis / count,
  );
}
