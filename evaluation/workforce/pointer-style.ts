import type { SeededRandom } from '../../platform/seeded-random.ts';
import type { RawPointerEvent } from '../collector/raw-input.ts';

/** How one synthetic person points. */
export interface PointerStyle {
  /** Duration of a movement is `reachMs + reachMsPerBit * log2(distance / 40 px + 1)` (Fitts). */
  reachMs: number;
  reachMsPerBit: number;
  /** Standard deviation of the logarithm of the duration. */
  paceLogSpread: number;
  /** Bow of the path as a share of its chord; the sign is the side. */
  bowShare: number;
  bowSpread: number;
  /** Above 1 the speed peaks early, below 1 late. */
  earlyPeak: number;
  tremorPx: number;
  /** Share of movements that end in a click, and in a drag. */
  clickShare: number;
  dragShare: number;
  pressMs: number;
  stopMs: number;
  pauseMs: number;
}

const screen = { width: 1_920, height: 1_080 } as const;
/** The mouse reports 125 times a second. */
const reportMs = 8;
const shortestMoveMs = 80;
const pressLogSpread = 0.25;
const stopLogSpread = 0.5;
const pauseLogSpread = 0.7;
/** After a movement without a click the hand rests long enough for the movement to end. */
const restAfterMoveMs = 1_010;

/** A new person. */
export function createPointerStyle(random: SeededRandom): PointerStyle {
  return {
    reachMs: random.logNormal(160, 0.25),
    reachMsPerBit: random.logNormal(120, 0.25),
    paceLogSpread: random.uniform(0.15, 0.3),
    bowShare: random.normal(0, 0.06),
    bowSpread: random.uniform(0.02, 0.07),
    earlyPeak: random.logNormal(1.15, 0.2),
    tremorPx: random.logNormal(0.8, 0.4),
    clickShare: random.uniform(0.5, 0.75),
    dragShare: random.uniform(0.02, 0.12),
    pressMs: random.logNormal(95, 0.25),
    stopMs: random.logNormal(180, 0.4),
    pauseMs: random.logNormal(500, 0.4),
  };
}

/** The same person on one day. */
export function pointerStyleOfDay(style: PointerStyle, random: SeededRandom): PointerStyle {
  return {
    ...style,
    reachMs: random.logNormal(style.reachMs, 0.06),
    reachMsPerBit: random.logNormal(style.reachMsPerBit, 0.06),
    pressMs: random.logNormal(style.pressMs, 0.06),
    stopMs: random.logNormal(style.stopMs, 0.1),
    pauseMs: random.logNormal(style.pauseMs, 0.1),
    bowShare: style.bowShare + random.normal(0, 0.01),
  };
}

/** Share of the way after share `t` of the time, with no speed at either end (minimum jerk). */
function wayAt(t: number, earlyPeak: number): number {
  const warped = 1 - (1 - t) ** earlyPeak;
  return warped ** 3 * (10 - 15 * warped + 6 * warped * warped);
}

interface Place {
  x: number;
  y: number;
}

/** The points of one movement, the first a report after `startMs`; appends them to `events` and returns the end. */
function reach(
  style: PointerStyle,
  from: Place,
  to: Place,
  startMs: number,
  state: 'Move' | 'Drag',
  events: RawPointerEvent[],
  random: SeededRandom,
): number {
  const chordX = to.x - from.x;
  const chordY = to.y - from.y;
  const difficulty = Math.log2(Math.hypot(chordX, chordY) / 40 + 1);
  const medianMs = style.reachMs + style.reachMsPerBit * difficulty;
  const durationMs = Math.max(shortestMoveMs, random.logNormal(medianMs, style.paceLogSpread));
  const bow = random.normal(style.bowShare, style.bowSpread);
  const reports = Math.ceil(durationMs / reportMs);
  for (let i = 1; i <= reports; i++) {
    const way = wayAt(i / reports, style.earlyPeak);
    const aside = bow * Math.sin(Math.PI * way);
    events.push({
      timeMs: Math.round(startMs + i * reportMs),
      state,
      x: Math.round(from.x + chordX * way - chordY * aside + random.normal(0, style.tremorPx)),
      y: Math.round(from.y + chordY * way + chordX * aside + random.normal(0, style.tremorPx)),
    });
  }
  return startMs + reports * reportMs;
}

/** The mouse events of `count` movements, clicks and drags in that style, beginning at `startMs`. */
export function pointStrokes(
  style: PointerStyle,
  count: number,
  startMs: number,
  random: SeededRandom,
): RawPointerEvent[] {
  const events: RawPointerEvent[] = [];
  const anywhere = (): Place => ({
    x: random.uniform(40, screen.width - 40),
    y: random.uniform(40, screen.height - 40),
  });
  const button = (state: 'Pressed' | 'Released', atMs: number, place: Place): number =>
    events.push({ timeMs: Math.round(atMs), state, x: Math.round(place.x), y: Math.round(place.y) });
  let nowMs = startMs;
  let here = anywhere();
  for (let strokes = 0; strokes < count; strokes++) {
    const target = anywhere();
    const dice = random.next();
    if (dice < style.dragShare) {
      button('Pressed', nowMs, here);
      nowMs = reach(style, here, target, nowMs, 'Drag', events, random) + random.logNormal(style.stopMs, stopLogSpread);
      button('Released', nowMs, target);
    } else {
      nowMs = reach(style, here, target, nowMs, 'Move', events, random);
      if (dice < style.dragShare + style.clickShare) {
        nowMs += random.logNormal(style.stopMs, stopLogSpread);
        button('Pressed', nowMs, target);
        nowMs += random.logNormal(style.pressMs, pressLogSpread);
        button('Released', nowMs, target);
      } else {
        nowMs += restAfterMoveMs;
      }
    }
    here = target;
    nowMs += random.logNormal(style.pauseMs, pauseLogSpread);
  }
  return events;
}
