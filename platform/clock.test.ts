import { describe, expect, it } from '@jest/globals';
import { createManualClock } from './clock.ts';

describe('a manual clock', () => {
  it('runs what falls due in the order of time, at its own time', () => {
    const clock = createManualClock(1_000);
    const seen: [string, number][] = [];
    clock.after(20, () => seen.push(['late', clock.nowMs()]));
    clock.after(10, () => {
      seen.push(['early', clock.nowMs()]);
      clock.after(5, () => seen.push(['chained', clock.nowMs()]));
    });
    clock.advance(19);
    expect(seen).toEqual([
      ['early', 1_010],
      ['chained', 1_015],
    ]);
    clock.advance(1);
    expect(seen.at(-1)).toEqual(['late', 1_020]);
    expect(clock.nowMs()).toBe(1_020);
  });

  it('forgets what was cancelled', () => {
    const clock = createManualClock();
    let ran = false;
    clock.after(1, () => {
      ran = true;
    })();
    clock.advance(10);
    expect(ran).toBe(false);
  });
});
