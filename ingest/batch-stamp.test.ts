import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BehaviourBatch, KeystrokeSample, PointerStroke } from '../detection/words/behaviour.ts';
import { createKeystrokeCollector, liveKeystrokeOptions } from '../evaluation/collector/keystroke-collector.ts';
import { strokeOfSegment } from '../evaluation/collector/pointer-stroke.ts';
import { batchBounds, batchLimits, timeGridMs } from '../schemas/batch-limits.ts';
import { createBehaviourBatchCodec } from '../schemas/behaviour-batch.ts';
import type { Bounds } from '../schemas/bounds.ts';
import { emptyBatch } from '../test/samples/seeded-behaviour.ts';
import { stampBatch } from './batch-stamp.ts';
import type { Pseudonymiser } from './pseudonymiser.ts';

const codec = createBehaviourBatchCodec();
const identity = { device: 'd'.repeat(32), subjects: new Set<string>(), tenant: 'acme', expiresAtMs: 0 };
const { receivedAtMs, handling } = emptyBatch();

/** The stamp with another pseudonymiser than the keyed one; without one, ids stay as they are. */
const stamped = (batch: BehaviourBatch, pseudonymOf: Pseudonymiser = (_kind, id) => id) =>
  stampBatch(batch, identity, { pseudonymOf, receivedAtMs, handling });

const within = ({ min, max }: Bounds) => fc.integer({ min, max });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const anyKeystroke: fc.Arbitrary<KeystrokeSample> = fc
  .tuple(
    within(batchBounds.zonePair),
    within(batchBounds.holdMs),
    orNull(fc.tuple(within(batchBounds.pressPressMs), within(batchBounds.releasePressMs))),
  )
  .map(([zonePair, holdMs, flight]) => ({
    zonePair,
    holdMs,
    pressPressMs: flight?.[0] ?? null,
    releasePressMs: flight?.[1] ?? null,
  }));

const anyStroke: fc.Arbitrary<PointerStroke> = fc
  .tuple(
    fc.array(fc.oneof(fc.nat(20), within(batchBounds.dtMs)), { maxLength: batchLimits.pointsPerStroke }),
    orNull(within(batchBounds.pauseMs)),
    orNull(within(batchBounds.pressMs)),
    orNull(within(batchBounds.stopMs)),
  )
  .map(([dtMs, pauseMs, pressMs, stopMs]) => {
    const steps = dtMs.map((_, index) => index);
    return { kind: 'drag', device: 'mouse', dtMs, dx: steps, dy: steps, pauseMs, pressMs, stopMs };
  });

const anyBatch = fc
  .tuple(fc.array(anyKeystroke, { maxLength: batchLimits.keystrokes }), fc.array(anyStroke, { maxLength: 5 }))
  .map(([keystrokes, pointer]) => emptyBatch({ keystrokes, pointer }));

const sums = (steps: number[]) => steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, ms) => sum + ms, 0));
const differences = (before: (number | null)[], after: (number | null)[]) =>
  after.map((ms, index) => Math.abs((ms ?? 0) - (before[index] ?? 0)));

describe('a stamped batch', () => {
  it('holds no time that is finer than the grid, and none that is further from the true one than half a cell', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const { keystrokes, pointer } = stamped(batch);
        const times = (samples: KeystrokeSample[]) => samples.map(({ holdMs }) => holdMs).sort((a, b) => a - b);
        for (const { holdMs, pressPressMs, releasePressMs } of keystrokes) {
          for (const ms of [holdMs, pressPressMs ?? 0, releasePressMs ?? 0]) {
            expect(Math.abs(ms % timeGridMs.keystrokes)).toBe(0);
          }
        }
        for (const difference of differences(times(batch.keystrokes), times(keystrokes))) {
          expect(difference).toBeLessThanOrEqual(timeGridMs.keystrokes / 2);
        }
        pointer.forEach((stroke, index) => {
          const sent = batch.pointer[index] as PointerStroke;
          const timesOf = ({ dtMs, pauseMs, pressMs, stopMs }: PointerStroke) => [
            ...sums(dtMs),
            ...[pauseMs, pressMs, stopMs],
          ];
          for (const ms of timesOf(stroke)) expect((ms ?? 0) % timeGridMs.pointer).toBe(0);
          for (const difference of differences(timesOf(sent), timesOf(stroke))) {
            expect(difference).toBeLessThanOrEqual(timeGridMs.pointer / 2);
          }
          expect({ ...stroke, dtMs: 0, pauseMs: 0, pressMs: 0, stopMs: 0 }).toEqual({
            ...sent,
            ...{ dtMs: 0, pauseMs: 0, pressMs: 0, stopMs: 0 },
          });
        });
      }),
    );
  });

  it('can be written, and stamped again without a change', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const once = stamped(batch);
        const bytes = codec.encode(once);
        expect(codec.decode(bytes)).toEqual({ ok: true, value: once });
        expect(codec.encode(stamped(once)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('does not let small steps add up to a drift', () => {
    const [stroke] = stamped(
      emptyBatch({
        pointer: [
          {
            ...{ kind: 'move', device: 'mouse', dx: Array(8).fill(1), dy: Array(8).fill(0) },
            ...{ dtMs: Array(8).fill(1), pauseMs: 5, pressMs: null, stopMs: 7 },
          },
        ],
      }),
    ).pointer;
    expect(stroke).toMatchObject({ dtMs: [0, 4, 0, 0, 0, 4, 0, 0], pauseMs: 4, pressMs: null, stopMs: 8 });
  });

  it('is byte for byte what the reference collector made', () => {
    const typing = fc.array(fc.tuple(fc.double({ min: 0, max: 900, noNaN: true }), fc.nat(400)), {
      minLength: 25,
      maxLength: 25,
    });
    const points = fc.array(fc.tuple(fc.double({ min: 0, max: 30, noNaN: true }), fc.nat(50)), {
      minLength: 8,
      maxLength: 200,
    });
    let strokes = 0;
    fc.assert(
      fc.property(typing, points, (keys, path) => {
        const collector = createKeystrokeCollector(
          { ...liveKeystrokeOptions, maxDurationMs: null },
          {
            collector: { name: 'test', version: '1', timerResolutionMs: 1 },
            context: { inputRoute: 'local', network: null, domain: null, host: null },
          },
        );
        let pressMs = 0;
        const made = keys.flatMap(([gapMs, holdMs]) => {
          pressMs += gapMs;
          return collector.add({ key: 'a', pressMs, releaseMs: pressMs + holdMs });
        });
        let timeMs = 0;
        const timesMs = path.map(([stepMs]) => {
          timeMs += stepMs;
          return timeMs;
        });
        const xs = path.map(([, x]) => x);
        const stroke = strokeOfSegment({
          ...{ kind: 'move', timesMs, xs, ys: xs.toReversed() },
          ...{ pauseMs: 333.3, pressMs: null, stopMs: 17 },
        });
        if (stroke !== undefined) strokes += 1;
        const batch = emptyBatch({ ...made[0], pointer: stroke === undefined ? [] : [stroke] });
        expect(batch.keystrokes).toHaveLength(25);
        expect(codec.encode(stamped(batch)).equals(codec.encode(batch))).toBe(true);
      }),
    );
    expect(strokes).toBeGreaterThan(50);
  });

  it('names every id by a pseudonym of its own kind', () => {
    const context = {
      inputRoute: 'local',
      network: '4'.repeat(32),
      domain: '5'.repeat(32),
      host: '6'.repeat(32),
    } as const;
    const { subject, device, session, ...rest } = stamped(emptyBatch({ context }), (kind, id) => `${kind} of ${id[0]}`);
    expect([subject, device, session]).toEqual(['subject of a', 'device of d', 'session of 1']);
    expect(rest.context).toEqual({
      inputRoute: 'local',
      network: 'network of 4',
      domain: 'domain of 5',
      host: 'host of 6',
    });
  });
});
