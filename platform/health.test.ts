import { describe, expect, it } from '@jest/globals';
import { createManualClock } from './clock.ts';
import { checkHealth } from './health.ts';

const well = { name: 'store', check: () => ({ ok: true }) as const };

describe('the health of a process', () => {
  it('is ready when nothing is asked, and when every check says so', async () => {
    expect(await checkHealth([])).toEqual({ ready: true, degraded: false, checks: [] });
    const checks = [{ name: 'store', ok: true }];
    expect(await checkHealth([well])).toEqual({ ready: true, degraded: false, checks });
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
      degraded: false,
      checks: [
        { name: 'store', ok: true },
        { name: 'group', ok: false, reason: 'joining' },
        { name: 'broker', ok: false, reason: 'connection refused' },
        { name: 'schemas', ok: false, reason: 'not loaded' },
      ],
    });
  });

  it('is degraded where something is away that can be done without, and says what holds', async () => {
    const away = {
      name: 'marks',
      withoutIt: 'duplicates are not recognised here',
      check: async () => Promise.reject(new Error('connection refused')),
    };
    const checks = [
      { name: 'store', ok: true },
      { name: 'marks', ok: true, reason: 'connection refused: duplicates are not recognised here' },
    ];
    expect(await checkHealth([well, away])).toEqual({ ready: true, degraded: true, checks });
    const broken = { name: 'broker', check: () => ({ ok: false, reason: 'away' }) as const };
    expect(await checkHealth([broken, away])).toMatchObject({ ready: false, degraded: false });
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
