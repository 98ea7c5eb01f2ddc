import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { collectSession, replayCollectOptions } from '../collector/collect-session.ts';
import { createTypingStyle, typeKeys } from '../workforce/typing-style.ts';
import { gatherHumanTimings } from './human-timings.ts';
import { createInjector, type InjectorName, imitatesPeople, injectorNames } from './injector.ts';
import { plugIn } from './plug-in.ts';
import { swapPosition, type TakeOverSlot, takeOver } from './take-over.ts';

const random = createSeededRandom(1);
const typed = typeKeys(createTypingStyle(random), 300, 0, random);
const human = gatherHumanTimings([typed]);

function timings(name: InjectorName): { holdsMs: number[]; flightsMs: number[] } {
  const keys = createInjector(name, { seed: 5, human }).inject(typed);
  return {
    holdsMs: keys.map((key) => key.releaseMs - key.pressMs),
    flightsMs: keys.slice(1).map((key, index) => key.pressMs - (keys[index]?.pressMs ?? 0)),
  };
}

function spread(values: readonly number[]): { low: number; high: number } {
  return { low: Math.min(...values), high: Math.max(...values) };
}

describe('injectors', () => {
  it.each(injectorNames)('%s keeps the keys, moves forward in time, and repeats itself for a seed', (name) => {
    const inject = () => createInjector(name, { seed: 9, human }).inject(typed);
    const keys = inject();
    expect(keys).toEqual(inject());
    expect(keys.map((key) => key.key)).toEqual(typed.map((key) => key.key));
    expect(keys[0]?.pressMs).toBe(typed[0]?.pressMs);
    for (const [index, key] of keys.entries()) {
      expect(key.releaseMs).toBeGreaterThanOrEqual(key.pressMs);
      expect(key.pressMs).toBeGreaterThanOrEqual(keys[index - 1]?.pressMs ?? 0);
    }
  });

  it('superhuman types within 2-8 ms of hold', () => {
    const { low, high } = spread(timings('superhuman').holdsMs);
    expect(low).toBeGreaterThanOrEqual(1);
    expect(high).toBeLessThanOrEqual(9);
  });

  it('constant has one timing, the jittered ones a bounded band of it, whole milliseconds aside', () => {
    expect(new Set(timings('constant').flightsMs).size).toBe(1);
    const eight = spread(timings('jitter-8-ms').flightsMs);
    expect(eight.high - eight.low).toBeLessThanOrEqual(18);
    expect(eight.high - eight.low).toBeGreaterThan(10);
    for (const [name, share] of [
      ['jitter-10-percent', 0.1],
      ['jitter-30-percent', 0.3],
    ] as const) {
      const { low, high } = spread(timings(name).flightsMs);
      expect((high + 1) / (low - 1)).toBeGreaterThan(((1 + share) / (1 - share)) * 0.9);
      expect((high - 1) / (low + 1)).toBeLessThan((1 + share) / (1 - share));
    }
  });

  it('fixed-hold varies in flight only', () => {
    const { holdsMs, flightsMs } = timings('fixed-hold');
    expect(spread(holdsMs).high - spread(holdsMs).low).toBeLessThanOrEqual(1);
    expect(new Set(flightsMs).size).toBeGreaterThan(50);
  });

  it('human marginals draw from what people really did, and nothing else', () => {
    const holds = new Set(human.holdsMs);
    expect(timings('human-marginals').holdsMs.every((holdMs) => holds.has(holdMs))).toBe(true);
    expect(human.pressPressMs.every((flightMs) => flightMs >= 0 && flightMs <= 2_000)).toBe(true);
  });

  it('refuses to imitate people it has never seen', () => {
    for (const name of injectorNames.filter(imitatesPeople))
      expect(() => createInjector(name, { seed: 1 })).toThrow(RangeError);
    expect(injectorNames.filter(imitatesPeople)).toHaveLength(3);
  });
});

describe('plugging in', () => {
  it('leaves the batches before it alone and types the rest of the keys itself', () => {
    const session = { id: 's', contents: collectSession({ keystrokes: typed, pointer: [] }), keystrokes: typed };
    const slots = plugIn(
      [session, { ...session, id: 't' }],
      5,
      createInjector('constant', { seed: 1 }),
      replayCollectOptions,
    );
    expect(slots.slice(0, 5).map((slot) => slot.content)).toEqual(session.contents.slice(0, 5));
    expect(slots.map((slot) => slot.origin)).toEqual([...Array(5).fill('owner'), ...Array(19).fill('injector')]);
    expect(slots.filter((slot) => slot.session === 't')).toHaveLength(12);
    const injected = slots.slice(5).flatMap((slot) => slot.content.keystrokes);
    expect(injected).toHaveLength(600 - 125);
    expect(new Set(injected.map((sample) => sample.holdMs))).toEqual(new Set([60]));
  });
});

describe('taking over', () => {
  const slots = (sessions: readonly string[], prefix: string): TakeOverSlot<string>[] =>
    sessions.map((session, index) => ({ session, origin: 'owner', content: `${prefix}${index}` }));

  it("replaces the rest by the stranger in the stranger's order, under the owner's sessions", () => {
    const taken = takeOver(slots(['a', 'a', 'a', 'b'], 'own-'), slots(['x', 'y', 'y', 'z', 'z'], 'strange-'), 2);
    expect(taken).toEqual([
      { session: 'a', origin: 'owner', content: 'own-0' },
      { session: 'a', origin: 'owner', content: 'own-1' },
      { session: 'a', origin: 'impostor', content: 'strange-0' },
      { session: 'b', origin: 'impostor', content: 'strange-1' },
    ]);
    expect(takeOver(slots(['a', 'a', 'a'], 'own-'), slots(['x'], 'strange-'), 1)).toHaveLength(2);
  });

  it('sits down about half-way and inside a session', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 3, max: 20 }), { minLength: 1, maxLength: 5 }),
        fc.integer(),
        (lengths, seed) => {
          const sessions = lengths.flatMap((length, index) => new Array<string>(length).fill(`session-${index}`));
          const position = swapPosition(slots(sessions, ''), createSeededRandom(seed));
          expect(position).toBeGreaterThanOrEqual(1);
          expect(position).toBeLessThan(sessions.length);
          if (sessions.length < 8) return;
          expect(position / sessions.length).toBeGreaterThanOrEqual(3 / 8);
          expect(position / sessions.length).toBeLessThanOrEqual(5 / 8);
          if (sessions.length >= 16) expect(sessions[position]).toBe(sessions[position - 1]);
        },
      ),
    );
  });
});
