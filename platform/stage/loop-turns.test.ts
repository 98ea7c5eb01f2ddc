import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createLoopTurns } from './loop-turns.ts';

describe('turns of the event loop', () => {
  it('pieces of work that together take longer than a turn do not run in one', async () => {
    let nowMs = 0;
    const turns = createLoopTurns(20, () => nowMs);
    const events: string[] = [];
    const work = async (name: string) => {
      await turns.take();
      nowMs += 15;
      events.push(name);
    };
    let working = true;
    const loop = (async () => {
      while (working) {
        await nextTurn();
        events.push('turn');
      }
    })();
    await Promise.all(['a', 'b', 'c', 'd'].map(work));
    working = false;
    await loop;
    const groups = events.join(' ').split(/(?: ?turn ?)+/);
    expect(groups.filter((group) => group !== '')).toEqual(['a b', 'c d']);
  });

  it('work goes on one piece a turn where no turn is long enough', async () => {
    let nowMs = 0;
    const turns = createLoopTurns(0, () => nowMs++);
    const done: number[] = [];
    await Promise.all(
      [1, 2, 3].map(async (piece) => {
        await turns.take();
        done.push(piece);
      }),
    );
    expect(done).toEqual([1, 2, 3]);
  });
});
