import { describe, expect, it } from '@jest/globals';
import { createManualClock } from './clock.ts';
import { checkHealth } from './health.ts';

const well = { name: 'store', check: () => ({ ok: true }) as const };

describe('the health of a process', () => {
  it('is ready when nothing is asked, and when every check says so', async () => {
    expect(await checkHealth([])).toEqual({ ready: true, checks: [] });
    expect(await checkHealth([well])).toEqual({ ready: true, checks: [{ name: 'store', ok: true }] });
  });

  it('names each check that fails and why, also one that throws at once or later', async () => {
    const report = await checkHealth([
      well,
      { name: 'group', check: async () => ({ ok: false, reason: 'joining' }) },
      { name: 'broker', check: async () => Promise.reject(new Error('connection refused')) },
      {
        name: 'schemas',
        check: () => {
          throw new Error('not loaded');
        },
      },
    ]);
    expect(report).toEqual({
      ready: false,
      checks: [
        { name: 'store', ok: true },
        { name: 'group', ok: false, reason: 'joining' },
        { name: 'broker', ok: false, reason: 'connection refused' },
        { name: 'schemas', ok: false, reason: 'not loaded' },
      ],
    });
  });

  it('does not wait for a check that never answers', async () => {
    const clock = createManualClock();
    const report = checkHealth([well, { name: 'broker', check: () => new Promise(() => {}) }], {
      checkTimeoutMs: 100,
      clock,
    });
    clock.advance(100);
    expect((await report).checks[1]).toEqual({ name: 'broker', ok: false, reason: 'no answer within 100 ms' });
  });
});
