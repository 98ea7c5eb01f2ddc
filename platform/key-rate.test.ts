import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createKeyRate } from './key-rate.ts';

const hourMs = 3_600_000;
const options = { burst: 3, perSecond: 0.5, maxKeys: 2 };

/** A rate on a clock that is set by hand, also backwards. */
function onClock(nowMs = 0) {
  const clock = { atMs: nowMs, nowMs: () => clock.atMs };
  return { clock, rate: createKeyRate({ clock, ...options }) };
}

describe('the rate of a key', () => {
  it('lets a burst pass, then as many as flow in, and says how long to wait', () => {
    const { clock, rate } = onClock();
    expect([rate('a'), rate('a'), rate('a')]).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(rate('a')).toEqual({ ok: false, retryAfterSeconds: 2 });
    clock.atMs += 1_000;
    expect(rate('a')).toEqual({ ok: false, retryAfterSeconds: 1 });
    clock.atMs += 1_000;
    expect(rate('a')).toEqual({ ok: true });
  });

  it('is of that key alone', () => {
    const { rate } = onClock();
    for (let taken = 0; taken < options.burst; taken++) rate('a');
    expect(rate('a').ok).toBe(false);
    expect(rate('b').ok).toBe(true);
  });

  it('forgets the key that was idle for longest, which begins full again', () => {
    const { rate } = onClock();
    for (let taken = 0; taken < options.burst; taken++) rate('a');
    rate('b');
    rate('c');
    expect(rate('a').ok).toBe(true);
  });

  it('goes on at its pace when the clock is set back, and gives nothing for it', () => {
    const { clock, rate } = onClock(2 * hourMs);
    for (let taken = 0; taken < options.burst; taken++) rate('a');
    clock.atMs = 0;
    expect(rate('a')).toEqual({ ok: false, retryAfterSeconds: 2 });
    clock.atMs += 2_000;
    expect(rate('a').ok).toBe(true);
    expect(rate('a').ok).toBe(false);
  });

  it('never lets more pass than the burst and what flowed in while the clock went forward', () => {
    const steps = fc.array(fc.integer({ min: -5_000, max: 5_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (stepsMs) => {
        const { clock, rate } = onClock(hourMs);
        let passed = 0;
        let forwardMs = 0;
        for (const stepMs of stepsMs) {
          clock.atMs += stepMs;
          forwardMs += Math.max(0, stepMs);
          if (rate('a').ok) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(options.burst + (forwardMs / 1000) * options.perSecond + 1e-9);
      }),
    );
  });
});
