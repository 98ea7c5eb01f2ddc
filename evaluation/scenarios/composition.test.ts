import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import type { RawKeystroke } from '../collector/raw-input.ts';
import { createDeskDiary, firstMorningMs, pseudonymOf, workContent, workplaceOf } from './desk-diary.ts';
import { pieceBatches, piecesFor, rotated, withForeignPieces } from './foreign-pieces.ts';
import { atPace, onCoarseGrid } from './timing-changes.ts';
import { createWorkHabits, poisson } from './work-habits.ts';

const typing = fc
  .array(fc.record({ flightMs: fc.integer({ min: 0, max: 3_000 }), holdMs: fc.integer({ min: 1, max: 400 }) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((steps) => {
    let pressMs = 1_000;
    return steps.map(({ flightMs, holdMs }, index): RawKeystroke => {
      pressMs += flightMs;
      return { key: `key-${index}`, pressMs, releaseMs: pressMs + holdMs };
    });
  });

describe('typing at another pace', () => {
  it('is the same typing at a pace of 1, up to rounding', () => {
    fc.assert(
      fc.property(typing, (keys) => {
        const same = atPace(keys, { intervals: 1, holds: 1 }, { intervals: 1, holds: 1 });
        expect(same.map(({ key }) => key)).toEqual(keys.map(({ key }) => key));
        for (const [i, { pressMs, releaseMs }] of same.entries()) {
          expect(pressMs).toBeCloseTo(keys[i]?.pressMs ?? 0, 6);
          expect(releaseMs).toBeCloseTo(keys[i]?.releaseMs ?? 0, 6);
        }
      }),
    );
  });

  it('begins as ever and ends by the factors asked for, never the other way', () => {
    fc.assert(
      fc.property(typing, fc.double({ min: 1, max: 2, noNaN: true }), (keys, factor) => {
        const slower = atPace(keys, { intervals: 1, holds: 1 }, { intervals: factor, holds: factor });
        for (const [i, key] of slower.entries()) {
          const was = keys[i] ?? key;
          const stretch = (key.releaseMs - key.pressMs) / (was.releaseMs - was.pressMs);
          expect(stretch).toBeGreaterThan(1 - 1e-9);
          expect(stretch).toBeLessThan(factor + 1e-9);
          expect(key.pressMs).toBeGreaterThanOrEqual((slower[i - 1]?.pressMs ?? 0) - 1e-9);
        }
        const [last, lastWas] = [slower.at(-1), keys.at(-1)];
        if (keys.length < 2 || last === undefined || lastWas === undefined) return;
        expect(last.releaseMs - last.pressMs).toBeCloseTo(factor * (lastWas.releaseMs - lastWas.pressMs), 6);
      }),
    );
  });

  it('over a coarse line lies on its grid, at most half a step from where it was', () => {
    fc.assert(
      fc.property(typing, fc.integer({ min: 1, max: 40 }), (keys, gridMs) => {
        for (const [i, { pressMs, releaseMs }] of onCoarseGrid(keys, gridMs).entries()) {
          expect(pressMs % gridMs).toBe(0);
          expect(releaseMs % gridMs).toBe(0);
          expect(releaseMs).toBeGreaterThanOrEqual(pressMs);
          expect(Math.abs(pressMs - (keys[i]?.pressMs ?? 0))).toBeLessThanOrEqual(gridMs / 2);
        }
      }),
    );
  });
});

describe('foreign pieces', () => {
  const own = Array.from({ length: 20 }, (_, i) => `own-${i}`);
  const foreign = ['a', 'b'].map((session) => Array.from({ length: 20 }, (_, i) => `${session}-${i}`));

  it("leave the owner's batches whole and in order, and are runs of one foreign session", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 6 }), (seed, pieces) => {
        const mixed = withForeignPieces(own, foreign, pieces, createSeededRandom(seed));
        expect(mixed.filter((piece) => !piece.foreign).map(({ content }) => content)).toEqual(own);
        const theirs = mixed.filter((piece) => piece.foreign).map(({ content }) => content);
        expect(theirs).toHaveLength(pieces * pieceBatches);
        for (let i = 0; i < theirs.length; i += pieceBatches) {
          const [session, number] = (theirs[i] ?? '').split('-');
          expect(theirs[i + 1]).toBe(`${session}-${Number(number) + 1}`);
        }
      }),
    );
  });

  it('are the share asked for, on average', () => {
    const random = createSeededRandom('shares');
    for (const share of [0.1, 0.15, 0.2]) {
      let foreignBatches = 0;
      const days = 4_000;
      for (let day = 0; day < days; day++) foreignBatches += pieceBatches * piecesFor(own.length, share, random);
      const perDay = foreignBatches / days;
      expect(perDay / (perDay + own.length)).toBeCloseTo(share, 2);
    }
  });

  it('come into days that hold the same batches, beginning elsewhere', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const day = rotated(own, createSeededRandom(seed));
        expect([...day].sort()).toEqual([...own].sort());
        const start = own.indexOf(day[0] ?? '');
        expect(day).toEqual([...own.slice(start), ...own.slice(0, start)]);
      }),
    );
  });
});

describe('ordinary work', () => {
  it('counts as a Poisson process does where nothing else varies', () => {
    const random = createSeededRandom('poisson');
    for (const expected of [0, 0.2, 3, 25]) {
      const counts = Array.from({ length: 20_000 }, () => poisson(random, expected));
      const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
      const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
      // Four standard errors.
      expect(Math.abs(mean - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected / counts.length));
      expect(Math.abs(variance - expected)).toBeLessThanOrEqual(0.1 * expected);
    }
  });

  it('is the same for a seed, differs between people, and varies more from hour to hour than chance does', () => {
    const hours = (seed: string) => {
      const habits = createWorkHabits(createSeededRandom(seed));
      return Array.from({ length: 400 }, (_, hour) => {
        if (hour % 8 === 0) habits.beginDay();
        let switches = 0;
        for (let minute = 0; minute < 60; minute++) {
          switches += habits.during(60_000).find(({ kind }) => kind === 'application-switches')?.count ?? 0;
        }
        return switches;
      });
    };
    const counts = hours('somebody');
    expect(hours('somebody')).toEqual(counts);
    expect(hours('somebody else')).not.toEqual(counts);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    expect(variance / mean).toBeGreaterThan(2);
  });

  it('does nothing in no time, and a long pause is no work', () => {
    const habits = createWorkHabits(createSeededRandom(3));
    expect(habits.during(0)).toEqual([]);
    const switches = Array.from({ length: 200 }, () => habits.during(3_600_000).map(({ count }) => count));
    expect(Math.max(...switches.flat())).toBeLessThan(60);
  });
});

describe("a desk's diary", () => {
  it('moves forward in time, on week days, counts each device upwards, and keeps sessions apart', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 30 }),
        (seed, days) => {
          const diary = createDeskDiary(pseudonymOf('somebody'), createSeededRandom(seed));
          for (const [day, batches] of days.entries()) {
            diary.beginDay();
            diary.beginSession(workplaceOf(`desk ${day % 2}`));
            for (let i = 0; i < batches; i++) diary.write(workContent(10_000), [], 'owner');
          }
          const next = new Map<string, number>();
          let before = firstMorningMs;
          for (const { batch } of diary.batches) {
            expect(batch.receivedAtMs).toBeGreaterThanOrEqual(before + batch.durationMs);
            expect([0, 6]).not.toContain(new Date(batch.receivedAtMs).getUTCDay());
            expect(batch.sequence).toBe(next.get(batch.device) ?? 0);
            next.set(batch.device, batch.sequence + 1);
            before = batch.receivedAtMs;
          }
          expect(new Set(diary.batches.map(({ batch }) => batch.session)).size).toBe(days.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('has no batch outside of a session', () => {
    const diary = createDeskDiary(pseudonymOf('somebody'), createSeededRandom(1));
    expect(() => diary.write(workContent(10_000), [], 'owner')).toThrow('session');
  });
});
