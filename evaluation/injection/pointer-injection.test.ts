import { describe, expect, it } from '@jest/globals';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { createWorkforce } from '../workforce/workforce.ts';
import { pointerGenerators } from './pointer-generators.ts';
import { falsePointerWindows, loadPointing, pointerFigures, strokeStream } from './pointer-injection.ts';

describe('injection with the pointer', () => {
  it('is told from people by the rules where it is regular, and only there', async () => {
    const people = await loadPointing(createWorkforce({ workers: 6, keysPerSession: 30, strokesPerSession: 60 }));
    const figures = pointerFigures(people, [1], 15);
    expect(figures['straight-line']).toEqual({ rules10: 1, rules30: 1 });
    for (const { rules10, rules30 } of Object.values(figures)) expect(rules10).toBeLessThanOrEqual(rules30);
    expect(figures['replayed-human']?.rules30).toBe(0);
    expect(falsePointerWindows(people)).toMatchObject({ falseWindowShare: 0, people: 6, peopleEverFlagged: 0 });
  });

  it('repeats itself for a seed, and stays within the wire', async () => {
    const people = await loadPointing(createWorkforce({ workers: 3, keysPerSession: 30, strokesPerSession: 40 }), 2);
    expect(people).toHaveLength(2);
    for (const { point } of pointerGenerators(people.map(({ sessions }) => sessions.flat()))) {
      const strokes = point(20, createSeededRandom(1));
      expect(strokes).toEqual(point(20, createSeededRandom(1)));
      for (const { dtMs, dx, dy } of strokes) {
        expect(dtMs.length).toBeLessThanOrEqual(64);
        expect([dx.length, dy.length]).toEqual([dtMs.length, dtMs.length]);
        expect([...dtMs, ...dx, ...dy].every(Number.isInteger)).toBe(true);
      }
      expect(strokeStream(strokes).every(Number.isFinite)).toBe(true);
    }
  });
});
