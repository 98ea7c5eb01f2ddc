import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, sam, seededNumbers, typed } from '../test/samples/seeded-behaviour.ts';
import { cadenceContributions, keystrokeRegularity, timingRegularity } from './cadence.ts';
import { cadenceMeasures } from './cadence-measures.ts';
import type { KeystrokeWindow } from './features/keystroke-window.ts';
import { packKeystrokes, unpackKeystrokes } from './features/keystroke-window.ts';

type Numbers = ReturnType<typeof seededNumbers>;

/** Draws one keystroke's hold and press-press, ms. */
type Generator = (numbers: Numbers) => readonly [holdMs: number, pressPressMs: number];

/** What the wire carries of keystrokes read from a clock of `clockMs`. */
function onClock(generator: Generator, seed: number, count: number, clockMs: number): KeystrokeWindow {
  const numbers = seededNumbers(seed);
  const read = (ms: number) => Math.floor(ms / clockMs) * clockMs;
  const grid = (ms: number) => Math.round(ms / 5) * 5;
  let pressMs = 1e6;
  let previous: { press: number; release: number } | undefined;
  return packKeystrokes(
    Array.from({ length: count }, (_, i) => {
      const [holdMs, flightMs] = generator(numbers);
      pressMs += flightMs;
      const [press, release] = [read(pressMs), read(pressMs + holdMs)];
      const flight = previous === undefined ? null : press - previous.press;
      const sample = {
        zonePair: i % 36,
        holdMs: grid(release - press),
        pressPressMs: flight === null || flight > 2000 ? null : grid(flight),
        releasePressMs: flight === null || flight > 2000 ? null : grid(press - (previous?.release ?? 0)),
      };
      previous = { press, release };
      return sample;
    }),
  );
}

const injected = (generator: Generator, seed: number, count: number) => onClock(generator, seed, count, 1);

const around = (middle: number, part: number, { uniform }: Numbers) => middle * (1 + part * (2 * uniform() - 1));

/** A person who also thinks now and then, as all do. */
const someone: Generator = ({ uniform, normal }) => [
  95 * Math.exp(0.3 * normal()),
  190 * Math.exp(0.4 * normal()) + (uniform() < 0.06 ? 1000 * uniform() : 0),
];

describe('machine cadence', () => {
  it.each<[string, Generator]>([
    ['a constant beat', () => [60, 120]],
    ['a slow constant beat', () => [100, 400]],
    ['superhuman speed', ({ uniform }) => [2 + 6 * uniform(), 4 + 8 * uniform()]],
    ['a beat with 8 ms of jitter', ({ uniform }) => [52 + 16 * uniform(), 112 + 16 * uniform()]],
    ['a beat with 10 % of jitter', (numbers) => [around(80, 0.1, numbers), around(180, 0.1, numbers)]],
    ['a beat with 30 % of jitter', (numbers) => [around(80, 0.3, numbers), around(180, 0.3, numbers)]],
    ['a fixed hold under irregular flights', ({ normal }) => [50, Math.max(150 * (1 + 0.25 * normal()), 20)]],
    ['a fixed hold between two steps of the grid', ({ normal }) => [32.5, 190 * Math.exp(0.5 * normal())]],
    ['a constant beat under irregular holds', ({ normal }) => [95 * Math.exp(0.3 * normal()), 150]],
    [
      'human flights with holds of 2 to 8 ms',
      ({ uniform, normal }) => [2 + 6 * uniform(), 190 * Math.exp(0.5 * normal())],
    ],
  ])('%s is beyond the limit within 25 and within 50 keystrokes', (_name, generator) => {
    for (let seed = 1; seed <= 40; seed++) {
      expect(keystrokeRegularity(injected(generator, seed, 25))).toBeGreaterThanOrEqual(1);
      expect(keystrokeRegularity(injected(generator, seed, 50))).toBeGreaterThanOrEqual(1);
    }
  });

  /** Of 200 windows of 50 keystrokes. */
  const caught = (generator: Generator) =>
    Array.from({ length: 200 }, (_, seed) => keystrokeRegularity(injected(generator, seed + 1, 50)) >= 1).filter(
      Boolean,
    ).length;

  it('sees a beat with 10 % of jitter through its pauses', () => {
    const pausing: Generator = (numbers) => [
      around(80, 0.1, numbers),
      around(180, 0.1, numbers) + (numbers.uniform() < 0.1 ? 200 + 1000 * numbers.uniform() : 0),
    ];
    expect(caught(pausing)).toBeGreaterThanOrEqual(198);
  });

  it('sets the longest pause aside: what was typed before a program began does not hide it', () => {
    const window = injected((numbers) => [around(80, 0.2, numbers), around(180, 0.2, numbers)], 3, 25);
    const columns = unpackKeystrokes(window);
    const flights = Int16Array.from(columns.pressPressSteps);
    flights[flights.findIndex((steps) => steps > 0)] = 380;
    expect(timingRegularity({ ...columns, pressPressSteps: flights })).toBeGreaterThanOrEqual(1);
  });

  it('does not see a machine in people', () => {
    for (const person of [alex, sam]) {
      for (let seed = 1; seed <= 200; seed++) {
        expect(keystrokeRegularity(packKeystrokes(typed(person, seed, 25)))).toBeLessThan(1);
        expect(keystrokeRegularity(packKeystrokes(typed(person, seed, 50)))).toBeLessThan(1);
      }
    }
  });

  it.each([10, 15.6, 50, 100, 250, 1000])('does not see a machine in people on a clock of %p ms', (clockMs) => {
    for (let seed = 1; seed <= 200; seed++) {
      expect(keystrokeRegularity(onClock(someone, seed, 25, clockMs))).toBeLessThan(1);
      expect(keystrokeRegularity(onClock(someone, seed, 50, clockMs))).toBeLessThan(1);
    }
  });

  it('cannot tell a program from a person on a clock of 1 s, and says so by silence', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const window = onClock(() => [60, 120], seed, 50, 1000);
      expect(keystrokeRegularity(window)).toBeLessThan(1);
      expect(cadenceMeasures(unpackKeystrokes(window))?.coarseClock).toBe(true);
    }
  });

  it('takes a constant beat for a machine even where its few times look like those of a coarse clock', () => {
    const window = injected(() => [60, 120], 1, 25);
    expect(cadenceMeasures(unpackKeystrokes(window))?.coarseClock).toBe(true);
    expect(keystrokeRegularity(window)).toBeGreaterThanOrEqual(1);
  });

  it('says nothing where fewer than 20 keystrokes have a flight', () => {
    const pauses = Array.from({ length: 30 }, () => ({
      zonePair: 31,
      holdMs: 60,
      pressPressMs: null,
      releasePressMs: null,
    }));
    for (const samples of [[], pauses.slice(0, 1), pauses]) {
      expect(keystrokeRegularity(packKeystrokes(samples))).toBe(0);
      expect(cadenceContributions(packKeystrokes(samples))).toEqual([]);
    }
  });

  it('takes a flood of a million keystrokes for what it is', () => {
    const flood = (window: KeystrokeWindow) =>
      Uint32Array.from({ length: 1e6 }, (_, i) => window[i % window.length] ?? 0);
    expect(keystrokeRegularity(flood(injected(someone, 1, 1000)))).toBeLessThan(1);
    const evidence = keystrokeRegularity(flood(injected(() => [60, 120], 1, 50)));
    expect(evidence).toBeGreaterThanOrEqual(1);
    expect(evidence).toBeLessThan(10);
  });

  const anyWindow = fc.array(
    fc.record({
      zonePair: fc.integer({ min: 0, max: 35 }),
      holdMs: fc.oneof(fc.constantFrom(0, 5, 60_000), fc.integer({ min: 0, max: 1500 })),
      pressPressMs: fc.option(fc.oneof(fc.constantFrom(0, 2000, 60_000), fc.integer({ min: 0, max: 2500 }))),
      releasePressMs: fc.integer({ min: -60_000, max: 60_000 }),
    }),
    { maxLength: 80 },
  );

  it('is finite, never negative, and explained wherever it speaks, whatever was typed', () => {
    fc.assert(
      fc.property(anyWindow, (samples) => {
        const window = packKeystrokes(samples);
        const evidence = keystrokeRegularity(window);
        expect(Number.isFinite(evidence) && evidence >= 0).toBe(true);
        const contributions = cadenceContributions(window);
        for (const { observed, typical, share } of contributions) {
          expect([observed, typical, share].every(Number.isFinite)).toBe(true);
        }
        if (evidence >= 1) {
          expect(contributions.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 2);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has the measures that numpy computes', () => {
    const holdsMs = [
      ...[45, 65, 95, 145, 85, 45, 135, 115, 115, 125, 155, 75, 125, 75, 155],
      ...[135, 125, 125, 145, 55, 105, 45, 115, 85, 65, 65, 75, 95, 135, 65],
    ];
    const flightsMs = [
      ...[null, 120, 180, 265, 370, 500, 650, 1500, 315, 530, 770, 330, 610, 215, 540],
      ...[190, 560, 250, 665, 400, null, 640, 440, 265, 110, 680, 570, 480, 415, 370],
    ];
    const measures = cadenceMeasures({
      holdSteps: Uint8Array.from(holdsMs, (ms) => ms / 5),
      pressPressSteps: Int16Array.from(flightsMs, (ms) => (ms === null ? -1 : ms / 5)),
    });
    // np.log, np.std and np.quantile of the same numbers.
    const expected = {
      timingRange: 3.1826727762042397,
      coreRange: 2.8819186221851067,
      pressPressSpread: 0.5734473015040117,
      holdSpread: 0.3434857508635504,
      slowHold: 4.976733742420574,
      pressPressPeak: 0.07142857142857142,
    };
    expect(measures?.coarseClock).toBe(false);
    for (const [name, value] of Object.entries(expected)) {
      expect(measures?.values[name as keyof typeof expected]).toBeCloseTo(value, 12);
    }
  });
});
