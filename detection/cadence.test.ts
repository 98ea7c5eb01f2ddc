import { describe, expect, it } from '@jest/globals';
import { alex, pointed, sam, seededNumbers, typed } from '../test/samples/seeded-behaviour.ts';
import { keystrokeRegularity, strokeContributions, strokeRegularity } from './cadence.ts';
import { packKeystrokes } from './features/keystroke-window.ts';
import { packStrokes } from './features/stroke-window.ts';

/** Draws one keystroke's hold and press-press, ms. */
type Generator = (numbers: ReturnType<typeof seededNumbers>) => readonly [holdMs: number, pressPressMs: number];

function injected(generator: Generator, seed: number, count: number) {
  const numbers = seededNumbers(seed);
  const grid = (ms: number) => Math.round(ms / 5) * 5;
  return packKeystrokes(
    Array.from({ length: count }, (_, i) => {
      const [hold, pressPress] = generator(numbers);
      return {
        zonePair: i % 36,
        holdMs: grid(hold),
        pressPressMs: grid(pressPress),
        releasePressMs: grid(pressPress) - grid(hold),
      };
    }),
  );
}

const around = (middle: number, part: number, share: number) => middle * (1 + part * (2 * share - 1));

/** Straight at constant speed: what a program draws. */
const drawn = Array.from({ length: 10 }, (_, i) => ({
  kind: 'move' as const,
  device: 'mouse' as const,
  dtMs: Array<number>(20).fill(8),
  dx: Array<number>(20).fill(5 + i),
  dy: Array<number>(20).fill(3),
  pauseMs: 400,
  pressMs: null,
  stopMs: null,
}));

describe('machine cadence', () => {
  it.each<[string, Generator]>([
    ['a constant beat', () => [60, 120]],
    ['superhuman speed', ({ uniform }) => [2 + 6 * uniform(), 4 + 8 * uniform()]],
    ['a beat with 8 ms of jitter', ({ uniform }) => [52 + 16 * uniform(), 112 + 16 * uniform()]],
    ['a beat with 10 % of jitter', ({ uniform }) => [around(80, 0.1, uniform()), around(180, 0.1, uniform())]],
    ['a fixed hold under irregular flights', ({ normal }) => [50, Math.max(150 * (1 + 0.25 * normal()), 20)]],
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

  it('does not see a machine in people', () => {
    for (const person of [alex, sam]) {
      for (let seed = 1; seed <= 200; seed++) {
        expect(keystrokeRegularity(packKeystrokes(typed(person, seed, 25)))).toBeLessThan(1);
        expect(keystrokeRegularity(packKeystrokes(typed(person, seed, 50)))).toBeLessThan(1);
      }
    }
  });

  it('says nothing where fewer than 20 keystrokes have a flight', () => {
    const pauses = Array.from({ length: 30 }, () => ({
      zonePair: 31,
      holdMs: 60,
      pressPressMs: null,
      releasePressMs: null,
    }));
    expect(keystrokeRegularity(packKeystrokes(pauses))).toBe(0);
  });

  it('sees a machine in perfectly straight strokes at constant speed, and not in a hand', () => {
    expect(strokeRegularity([packStrokes(drawn.slice(0, 5)), packStrokes(drawn.slice(5))])).toBeGreaterThanOrEqual(1);
    expect(strokeRegularity([packStrokes(drawn.slice(0, 3))])).toBe(0);
    for (let seed = 1; seed <= 50; seed++)
      expect(strokeRegularity([packStrokes(pointed(alex, seed, 30))])).toBeLessThan(1);
  });

  it('says of strokes which share of the long ones is straight at constant speed, where people have none', () => {
    const bent = drawn.slice(0, 5).map((stroke) => ({ ...stroke, dy: stroke.dy.map((dy, i) => (i < 10 ? dy : -dy)) }));
    const [only, ...others] = strokeContributions([packStrokes(drawn.slice(5)), packStrokes(bent)]);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ observed: 50, typical: 0, unit: '%', direction: 'high', share: 1 });
    expect(strokeContributions([packStrokes(drawn)])[0]!.observed).toBe(100);
  });
});
