import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BatchContent } from './batch-content.ts';
import { collectorIdentity } from './batch-content.ts';
import { zonePairOf } from './keyboard-zone.ts';
import {
  createKeystrokeCollector,
  type KeystrokeCollectorOptions,
  keystrokeGridMs,
  liveKeystrokeOptions,
  longestHoldMs,
  pairBreakMs,
  replayKeystrokeOptions,
} from './keystroke-collector.ts';
import type { RawKeystroke } from './raw-input.ts';

const identity = collectorIdentity('local', 1);

function collect(
  keystrokes: RawKeystroke[],
  options: KeystrokeCollectorOptions = replayKeystrokeOptions,
): BatchContent[] {
  const collector = createKeystrokeCollector(options, identity);
  return [...keystrokes.flatMap((keystroke) => [...collector.add(keystroke)]), ...collector.endSession()];
}

/** `count` keys, one every `everyMs`, each held 80 ms. */
function steady(count: number, everyMs: number): RawKeystroke[] {
  return Array.from({ length: count }, (_, i) => ({ key: 'a', pressMs: i * everyMs, releaseMs: i * everyMs + 80 }));
}

const rawKeystrokes = fc
  .array(
    fc.record({
      key: fc.constantFrom<string | number>('a', 'k', 'space', 'backspace', 'shift', 'enter', 65, 32),
      gapMs: fc.integer({ min: 0, max: 3_000 }),
      holdMs: fc.integer({ min: 0, max: 20_000 }),
    }),
    { maxLength: 120 },
  )
  .map((keys) => {
    let pressMs = 0;
    return keys.map(({ key, gapMs, holdMs }) => {
      pressMs += gapMs;
      return { key, pressMs, releaseMs: pressMs + holdMs };
    });
  });

describe('keystroke collector', () => {
  it('measures own hold, press-press and release-press on the 5 ms grid, negative where keys overlap', () => {
    const [batch] = collect([
      { key: 'f', pressMs: 1_000, releaseMs: 1_093 },
      { key: 'j', pressMs: 1_061, releaseMs: 1_138 },
    ]);
    expect(batch?.keystrokes).toEqual([
      { zonePair: zonePairOf('left', 'right'), holdMs: 75, pressPressMs: 60, releasePressMs: -30 },
      { zonePair: zonePairOf('other', 'left'), holdMs: 95, pressPressMs: null, releasePressMs: null },
    ]);
    expect(batch?.durationMs).toBe(140);
    expect(batch?.deviceClockMs).toBe(1_140);
  });

  it('breaks the pair after a pause of more than 2 s, and not at 2 s', () => {
    const at = (gapMs: number) =>
      collect([
        { key: 'f', pressMs: 0, releaseMs: 50 },
        { key: 'f', pressMs: gapMs, releaseMs: gapMs + 50 },
      ])[0]?.keystrokes.filter((sample) => sample.zonePair === zonePairOf('left', 'left')).length;
    expect(at(pairBreakMs)).toBe(1);
    expect(at(pairBreakMs + 1)).toBe(0);
  });

  it('breaks the pair where a press comes before the previous press, and behind a refused keystroke', () => {
    const collector = createKeystrokeCollector(replayKeystrokeOptions, identity);
    const odd: RawKeystroke[] = [
      { key: 'f', pressMs: 500, releaseMs: 550 },
      { key: 'f', pressMs: 400, releaseMs: 450 },
      { key: 'f', pressMs: 600, releaseMs: 590 },
      { key: 'f', pressMs: Number.NaN, releaseMs: 650 },
      { key: 'f', pressMs: 700, releaseMs: 750 },
    ];
    for (const keystroke of odd) expect(collector.add(keystroke)).toEqual([]);
    const [batch] = collector.endSession();
    expect(collector.refused()).toBe(2);
    expect(batch?.keystrokes).toHaveLength(3);
    expect(batch?.keystrokes.every((sample) => sample.pressPressMs === null)).toBe(true);
  });

  it('keeps the pair across two batches of a session, and forgets it at the end of the session', () => {
    const collector = createKeystrokeCollector({ maxKeystrokes: 2, maxDurationMs: null }, identity);
    const batches = steady(4, 100).flatMap((keystroke) => [...collector.add(keystroke)]);
    expect(batches[1]?.keystrokes.every((sample) => sample.pressPressMs === 100)).toBe(true);
    collector.endSession();
    collector.add({ key: 'a', pressMs: 450, releaseMs: 500 });
    expect(collector.endSession()[0]?.keystrokes[0]?.pressPressMs).toBeNull();
  });

  it('closes a batch at exactly 25 keys however long they took when replaying', () => {
    expect(collect(steady(60, 1_900)).map((batch) => batch.keystrokes.length)).toEqual([25, 25, 10]);
  });

  it('closes a live batch after 10 s, before the key that came later', () => {
    expect(collect(steady(24, 1_000), liveKeystrokeOptions).map((batch) => batch.keystrokes.length)).toEqual([
      10, 10, 4,
    ]);
    const collector = createKeystrokeCollector(liveKeystrokeOptions, identity);
    collector.add({ key: 'a', pressMs: 0, releaseMs: 80 });
    expect(collector.elapse(9_999)).toEqual([]);
    expect(collector.elapse(10_000)).toHaveLength(1);
    expect(collector.elapse(20_000)).toEqual([]);
  });

  it('lets nothing of the order survive: samples in any order give the same batch', () => {
    fc.assert(
      fc.property(rawKeystrokes, (keystrokes) => {
        for (const batch of collect(keystrokes)) {
          const text = batch.keystrokes.map((sample) => JSON.stringify(sample));
          const shuffledBack = [...batch.keystrokes]
            .reverse()
            .sort(
              (a, b) =>
                a.zonePair - b.zonePair ||
                a.holdMs - b.holdMs ||
                (a.pressPressMs ?? -1) - (b.pressPressMs ?? -1) ||
                (a.releasePressMs ?? -1e9) - (b.releasePressMs ?? -1e9),
            );
          expect(shuffledBack.map((sample) => JSON.stringify(sample))).toEqual(text);
        }
      }),
    );
  });

  it('keeps every keystroke of sane input, within the bounds of the wire and on the grid', () => {
    fc.assert(
      fc.property(rawKeystrokes, (keystrokes) => {
        const batches = collect(keystrokes);
        const samples = batches.flatMap((batch) => batch.keystrokes);
        expect(samples).toHaveLength(keystrokes.length);
        for (const batch of batches) {
          expect(batch.keystrokes.length).toBeLessThanOrEqual(25);
          expect(batch.durationMs).toBeGreaterThanOrEqual(0);
        }
        for (const { zonePair, holdMs, pressPressMs, releasePressMs } of samples) {
          expect(zonePair >= 0 && zonePair <= 35).toBe(true);
          expect(holdMs >= 0 && holdMs <= longestHoldMs).toBe(true);
          expect(releasePressMs === null).toBe(pressPressMs === null);
          for (const ms of [holdMs, pressPressMs ?? 0, releasePressMs ?? 0]) {
            expect(Math.abs(ms % keystrokeGridMs)).toBe(0);
            expect(Object.is(ms, -0)).toBe(false);
          }
        }
      }),
    );
  });

  it('refuses options that the wire has no room for', () => {
    for (const maxKeystrokes of [0, 26, Number.NaN]) {
      expect(() => createKeystrokeCollector({ maxKeystrokes, maxDurationMs: null }, identity)).toThrow(RangeError);
    }
  });
});
