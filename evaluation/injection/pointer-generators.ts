import type { PointerStroke } from '../../detection/words/behaviour.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import { collectSession } from '../collector/collect-session.ts';
import type { RawPointerEvent } from '../collector/raw-input.ts';

/** A way in which a program points: so many strokes, as the wire carries them. */
export interface PointerGenerator {
  name: string;
  point(strokes: number, random: SeededRandom): PointerStroke[];
}

interface Place {
  x: number;
  y: number;
}

/** Where a drawn stroke is after share `t` of its time, and when the program says so. */
interface Drawing {
  durationMs: number;
  placeAt(t: number): Place;
  /** Time to the next report. */
  stepMs(): number;
}

/** Prepares one burst (its speed and timer, for example) and returns how each stroke is drawn. */
type DrawBurst = (random: SeededRandom) => (from: Place, to: Place) => Drawing;

const screen = { width: 1_920, height: 1_080 } as const;

function between(from: Place, to: Place, share: number): Place {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function logUniform(low: number, high: number, random: SeededRandom): number {
  return Math.exp(random.uniform(Math.log(low), Math.log(high)));
}

/** Straight to the target at a constant speed, one report each beat of a timer. */
function line(jitter: { px: number; timer: number }): DrawBurst {
  return (random) => {
    const speedPxPerMs = logUniform(0.3, 2.5, random);
    const timerMs = random.pick([8, 10, 16]);
    return (from, to) => ({
      durationMs: Math.hypot(to.x - from.x, to.y - from.y) / speedPxPerMs,
      placeAt: (t) => {
        const place = between(from, to, t);
        return {
          x: place.x + random.uniform(-jitter.px, jitter.px),
          y: place.y + random.uniform(-jitter.px, jitter.px),
        };
      },
      stepMs: () => timerMs * random.uniform(1 - jitter.timer, 1 + jitter.timer),
    });
  };
}

/** The way at share `t` of the time with the least jerk and no speed at either end (Flash and Hogan 1985). */
function minimumJerk(t: number): number {
  return t ** 3 * (10 - 15 * t + 6 * t * t);
}

/** How far a curve's control points lie off the chord, as a share of it. */
const bend = 0.12;

/** A cubic Bezier curve at the minimum-jerk pace, its duration by Fitts' law: what libraries for "human" movement draw. */
const curve: DrawBurst = (random) => {
  const timerMs = random.pick([8, 10, 16]);
  return (from, to) => {
    const distance = Math.hypot(to.x - from.x, to.y - from.y);
    const control = (share: number): Place => {
      const place = between(from, to, share);
      return {
        x: place.x + random.normal(0, bend * distance),
        y: place.y + random.normal(0, bend * distance),
      };
    };
    const [first, second] = [control(1 / 3), control(2 / 3)];
    const cubic = (u: number, axis: 'x' | 'y') =>
      (1 - u) ** 3 * from[axis] +
      3 * (1 - u) ** 2 * u * first[axis] +
      3 * (1 - u) * u * u * second[axis] +
      u ** 3 * to[axis];
    return {
      durationMs: (150 + 100 * Math.log2(distance / 20 + 1)) * random.uniform(0.85, 1.15),
      placeAt: (t) => ({ x: cubic(minimumJerk(t), 'x'), y: cubic(minimumJerk(t), 'y') }),
      stepMs: () => timerMs,
    };
  };
};

const clickShare = 0.6;

/** Strokes between random targets, some with a click at the end, collected as from a mouse. */
function drawn(burst: DrawBurst): PointerGenerator['point'] {
  return (strokes, random) => {
    const draw = burst(random);
    const events: RawPointerEvent[] = [];
    const report = (state: RawPointerEvent['state'], timeMs: number, { x, y }: Place) =>
      events.push({ timeMs: Math.round(timeMs), state, x: Math.round(x), y: Math.round(y) });
    const anywhere = (): Place => ({ x: random.uniform(0, screen.width), y: random.uniform(0, screen.height) });
    let nowMs = 0;
    let here = anywhere();
    for (let stroke = 0; stroke < strokes; stroke++) {
      const target = anywhere();
      const { durationMs, placeAt, stepMs } = draw(here, target);
      for (let atMs = 0; atMs < durationMs; atMs += stepMs()) report('Move', nowMs + atMs, placeAt(atMs / durationMs));
      nowMs += durationMs;
      report('Move', nowMs, target);
      if (random.chance(clickShare)) {
        report('Pressed', nowMs + 50, target);
        nowMs += 50 + random.uniform(60, 140);
        report('Released', nowMs, target);
      }
      // Long enough for a movement without a click to end.
      nowMs += random.uniform(1_100, 2_500);
      here = target;
    }
    return collectSession({ keystrokes: [], pointer: events }).flatMap((batch) => batch.pointer);
  };
}

/** A step of a stroke along and across its chord, px. */
interface Increment {
  dtMs: number;
  along: number;
  across: number;
}

function incrementsOf({ dtMs, dx, dy }: PointerStroke): Increment[] {
  const x = dx.reduce((sum, step) => sum + step, 0);
  const y = dy.reduce((sum, step) => sum + step, 0);
  const chord = Math.hypot(x, y) || 1;
  return dtMs.map((dt, i) => {
    const [stepX, stepY] = [dx[i] ?? 0, dy[i] ?? 0];
    return { dtMs: dt, along: (stepX * x + stepY * y) / chord, across: (stepY * x - stepX * y) / chord };
  });
}

/** People's steps in no order: each stroke as long as one of theirs, of steps drawn from all of theirs, in a new direction. */
function resampled(strokes: readonly PointerStroke[]): PointerGenerator['point'] {
  const pool = strokes.flatMap(incrementsOf);
  return (count, random) =>
    Array.from({ length: count }, () => {
      const like = random.pick(strokes);
      const direction = random.uniform(0, 2 * Math.PI);
      const steps = like.dtMs.map(() => random.pick(pool));
      return {
        ...like,
        dtMs: steps.map(({ dtMs }) => dtMs),
        dx: steps.map(({ along, across }) => Math.round(along * Math.cos(direction) - across * Math.sin(direction))),
        dy: steps.map(({ along, across }) => Math.round(along * Math.sin(direction) + across * Math.cos(direction))),
      };
    });
}

/** All ways of pointing; the last two need people's strokes, one list each person. */
export function pointerGenerators(people: readonly (readonly PointerStroke[])[]): PointerGenerator[] {
  const everybody = people.flat();
  return [
    { name: 'straight-line', point: drawn(line({ px: 0, timer: 0 })) },
    { name: 'jittered-line', point: drawn(line({ px: 2, timer: 0.2 })) },
    { name: 'minimum-jerk-curve', point: drawn(curve) },
    { name: 'resampled-steps', point: resampled(everybody) },
    {
      name: 'replayed-human',
      point: (count, random) => {
        const strokes = random.pick(people);
        const start = random.integer(Math.max(1, strokes.length - count));
        return strokes.slice(start, start + count);
      },
    },
  ];
}
