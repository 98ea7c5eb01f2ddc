import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collectorIdentity } from './batch-content.ts';
import { createPointerCollector, livePointerOptions, replayPointerOptions } from './pointer-collector.ts';
import { longestPauseMs, mostPointsPerStroke } from './pointer-stroke.ts';
import { type PointerState, pointerStates, type RawPointerEvent } from './raw-input.ts';

const identity = collectorIdentity('local', 1);

function collect(events: RawPointerEvent[], options = replayPointerOptions) {
  const collector = createPointerCollector(options, identity);
  return [...events.flatMap((event) => [...collector.add(event)]), ...collector.endSession()];
}
const strokesOf = (events: RawPointerEvent[]) => collect(events).flatMap((batch) => batch.pointer);

/** `count` points to the right, one every 8 ms, each 5 px on and 1 px down. */
function path(count: number, startMs: number, state: PointerState = 'Move', startX = 100): RawPointerEvent[] {
  return Array.from({ length: count }, (_, i) => ({ timeMs: startMs + 8 * i, state, x: startX + 5 * i, y: 50 + i }));
}
const at = (state: PointerState, timeMs: number): RawPointerEvent => ({ timeMs, state, x: 100, y: 50 });

describe('pointer collector', () => {
  it('reads a movement, a click and a drag out of raw events, with pause, press and stop', () => {
    const strokes = strokesOf([
      ...path(5, 0),
      ...path(5, 2_000),
      at('Pressed', 2_100),
      at('Released', 2_180),
      at('Pressed', 3_000),
      ...path(6, 3_020, 'Drag'),
      at('Released', 3_200),
    ]);
    expect(strokes.map(({ kind, pauseMs, pressMs, stopMs }) => ({ kind, pauseMs, pressMs, stopMs }))).toEqual([
      { kind: 'move', pauseMs: null, pressMs: null, stopMs: null },
      { kind: 'click', pauseMs: 1_968, pressMs: 80, stopMs: 68 },
      { kind: 'drag', pauseMs: 988, pressMs: 200, stopMs: null },
    ]);
    expect(strokes[0]).toMatchObject({ dtMs: [8, 8, 8, 8], dx: [5, 5, 5, 5], dy: [1, 1, 1, 1] });
  });

  it('takes a movement before a drag for a stroke of its own, and a gap of exactly 1 s for none', () => {
    const strokes = strokesOf([...path(4, 0), at('Pressed', 100), ...path(4, 110, 'Drag'), at('Released', 200)]);
    expect(strokes.map((stroke) => stroke.kind)).toEqual(['move', 'drag']);
    expect(strokesOf([...path(4, 0), ...path(4, 1_024)])).toHaveLength(1);
    expect(strokesOf([...path(4, 0), ...path(4, 1_025)])).toHaveLength(2);
  });

  it('cancels a press that a movement without button follows, and passes over the wheel', () => {
    const strokes = strokesOf([...path(3, 0), at('Pressed', 30), ...path(3, 40), at('Up', 70), at('Released', 80)]);
    expect(strokes.map((stroke) => stroke.kind)).toEqual(['move']);
  });

  it('drops what has fewer than four different points, but counts its end for the next pause', () => {
    const resting = Array.from({ length: 20 }, (_, i) => ({ ...at('Move', 2_000 + 8 * i) }));
    const strokes = strokesOf([...path(4, 0), ...resting, ...path(4, 4_000)]);
    expect(strokes.map((stroke) => stroke.pauseMs)).toEqual([null, 4_000 - 2_152]);
  });

  it('drops places that no screen has', () => {
    const lost = { timeMs: 12, state: 'Move', x: 65_535, y: 65_535 } as const;
    expect(strokesOf([...path(4, 0).slice(0, 2), lost, ...path(4, 0).slice(2)])).toEqual(strokesOf(path(4, 0)));
  });

  it('keeps 64 points of a longer stroke, evenly, and loses neither way nor time', () => {
    const [stroke] = strokesOf(path(1_000, 0));
    expect(stroke?.dtMs).toHaveLength(mostPointsPerStroke - 1);
    expect(stroke?.dx.reduce((sum, step) => sum + step, 0)).toBe(999 * 5);
    expect(stroke?.dtMs.reduce((sum, step) => sum + step, 0)).toBe(999 * 8);
    expect(Math.max(...(stroke?.dx ?? [])) - Math.min(...(stroke?.dx ?? []))).toBeLessThanOrEqual(5);
  });

  it('rounds the time since the start, so that 62.5 Hz does not drift', () => {
    const [stroke] = strokesOf(
      Array.from({ length: 50 }, (_, i) => ({ timeMs: i * 15.3, state: 'Move', x: i * 3, y: 0 })),
    );
    const total = stroke?.dtMs.reduce((sum, step) => sum + step, 0) ?? 0;
    expect(Math.abs(total - 49 * 15.3)).toBeLessThanOrEqual(2);
  });

  it('gives the same strokes wherever on the screen the hand moves', () => {
    const shifted = path(30, 0).map((event) => ({ ...event, x: event.x + 700, y: event.y + 300 }));
    expect(strokesOf(shifted)).toEqual(strokesOf(path(30, 0)));
  });

  it('closes a batch at 10 strokes when replaying and after 10 s on a desk', () => {
    const strokes = Array.from({ length: 23 }, (_, i) => path(5, i * 2_000)).flat();
    expect(collect(strokes).map((batch) => batch.pointer.length)).toEqual([10, 10, 3]);
    expect(collect(strokes, livePointerOptions).map((batch) => batch.pointer.length)).toEqual([5, 5, 5, 5, 3]);
  });

  it('never leaves the bounds of the wire, whatever the events', () => {
    const events = fc.array(
      fc.record({
        timeMs: fc.oneof(fc.integer({ min: -1_000, max: 100_000 }), fc.constant(Number.NaN)),
        state: fc.constantFrom(...pointerStates),
        x: fc.integer({ min: -20_000, max: 70_000 }),
        y: fc.integer({ min: -20, max: 2_000 }),
      }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(events, (raw) => {
        for (const batch of collect(raw)) {
          expect(batch.pointer.length).toBeLessThanOrEqual(64);
          expect(batch.durationMs).toBeGreaterThanOrEqual(0);
          for (const { dtMs, dx, dy, pauseMs, pressMs, stopMs } of batch.pointer) {
            expect([dx.length, dy.length]).toEqual([dtMs.length, dtMs.length]);
            expect(dtMs.length).toBeLessThan(mostPointsPerStroke);
            for (const ms of [...dtMs, pauseMs ?? 0, pressMs ?? 0, stopMs ?? 0]) {
              expect(ms >= 0 && ms <= longestPauseMs && ms % 4 === 0).toBe(true);
            }
            expect([...dx, ...dy].every(Number.isInteger)).toBe(true);
          }
        }
      }),
    );
  });
});
