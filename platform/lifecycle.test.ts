import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createManualClock } from './clock.ts';
import { createLifecycle, type LifecyclePart } from './lifecycle.ts';

/** Parts that write what happens to them into one list. */
function recorder() {
  const seen: string[] = [];
  const part = (name: string, behaviour: Partial<LifecyclePart> = {}): LifecyclePart => ({
    name,
    start: () => {
      seen.push(`start ${name}`);
      return behaviour.start?.();
    },
    stop: () => {
      seen.push(`stop ${name}`);
      return behaviour.stop?.();
    },
    cut: () => {
      seen.push(`cut ${name}`);
      behaviour.cut?.();
    },
  });
  return { seen, part };
}

const never = () => new Promise<void>(() => {});
const fails = (message: string) => () => Promise.reject(new Error(message));
/** Lets everything that is due without time passing happen. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a lifecycle', () => {
  it('starts in order and stops in reverse, one part at a time', async () => {
    const { seen, part } = recorder();
    let released = () => {};
    const slow = () =>
      new Promise<void>((resolve) => {
        released = resolve;
      });
    const lifecycle = createLifecycle([part('admin'), part('broker', { start: slow }), part('stage', { stop: slow })]);
    const started = lifecycle.start();
    await settled();
    expect(seen).toEqual(['start admin', 'start broker']);
    released();
    expect(await started).toEqual({ ok: true });
    const stopped = lifecycle.stop();
    await settled();
    expect(seen.slice(2)).toEqual(['start stage', 'stop stage']);
    released();
    expect(await stopped).toEqual({ ok: true, failures: [], cut: [] });
    expect(seen.slice(4)).toEqual(['stop broker', 'stop admin']);
  });

  it('stops what was begun when a part cannot start, and says which and why', async () => {
    const { seen, part } = recorder();
    const lifecycle = createLifecycle([part('admin'), part('broker', { start: fails('refused') }), part('stage')]);
    const outcome = await lifecycle.start();
    expect(outcome).toMatchObject({
      ok: false,
      reason: 'failed',
      failure: { part: 'broker', error: { message: 'refused' } },
      stopped: { ok: true },
    });
    expect(seen).toEqual(['start admin', 'start broker', 'stop broker', 'stop admin']);
  });

  it('takes a part that throws at once as one that rejects', async () => {
    const { seen, part } = recorder();
    const throws = () => {
      throw new Error('defect');
    };
    const lifecycle = createLifecycle([part('admin', { stop: throws }), part('broker', { start: throws })]);
    expect(await lifecycle.start()).toMatchObject({
      failure: { part: 'broker' },
      stopped: { ok: false, failures: [{ part: 'admin', error: { message: 'defect' } }] },
    });
    expect(seen).toEqual(['start admin', 'start broker', 'stop broker', 'stop admin']);
  });

  it('goes on stopping past a part that fails to', async () => {
    const { seen, part } = recorder();
    const lifecycle = createLifecycle([part('admin'), part('broker', { stop: fails('stuck') })]);
    await lifecycle.start();
    expect(await lifecycle.stop()).toMatchObject({
      ok: false,
      failures: [{ part: 'broker', error: { message: 'stuck' } }],
      cut: [],
    });
    expect(seen.at(-1)).toBe('stop admin');
  });

  it('stops once, however often it is asked', async () => {
    const { seen, part } = recorder();
    const lifecycle = createLifecycle([part('admin')]);
    await lifecycle.start();
    const [first, second] = await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(second).toBe(first);
    expect(await lifecycle.stop()).toBe(first);
    expect(seen).toEqual(['start admin', 'stop admin']);
  });

  it('drains until the time is up, then cuts what is left, last started first', async () => {
    const { seen, part } = recorder();
    const clock = createManualClock();
    const lifecycle = createLifecycle([part('admin'), part('broker', { stop: never }), part('stage')], { clock });
    await lifecycle.start();
    const stopped = lifecycle.stop({ drainTimeoutMs: 1_000 });
    await settled();
    clock.advance(999);
    await settled();
    expect(seen.slice(3)).toEqual(['stop stage', 'stop broker']);
    clock.advance(1);
    expect(await stopped).toEqual({ ok: false, failures: [], cut: ['broker', 'admin'] });
    expect(seen.slice(5)).toEqual(['cut broker', 'cut admin']);
  });

  it('cuts at once when told to during a drain', async () => {
    const { part } = recorder();
    const lifecycle = createLifecycle([part('stage', { stop: never })], { clock: createManualClock() });
    await lifecycle.start();
    const stopped = lifecycle.stop();
    lifecycle.cut();
    expect(await stopped).toMatchObject({ ok: false, cut: ['stage'] });
  });

  it('survives a part that fails when cut', async () => {
    const { part } = recorder();
    const throws = () => {
      throw new Error('defect');
    };
    const lifecycle = createLifecycle([part('admin'), part('stage', { stop: never, cut: throws })], {
      clock: createManualClock(),
    });
    await lifecycle.start();
    const stopped = lifecycle.stop();
    lifecycle.cut();
    expect(await stopped).toMatchObject({ cut: ['stage', 'admin'] });
  });

  it('starts nothing more once a stop is asked for, and stops the part that was starting', async () => {
    const { seen, part } = recorder();
    let release = () => {};
    const slow = () =>
      new Promise<void>((resolve) => {
        release = resolve;
      });
    const lifecycle = createLifecycle([part('admin'), part('broker', { start: slow }), part('stage')]);
    const started = lifecycle.start();
    await settled();
    const stopped = lifecycle.stop();
    expect(await started).toEqual({ ok: false, reason: 'stopped' });
    expect(seen).toEqual(['start admin', 'start broker']);
    release();
    expect(await stopped).toMatchObject({ ok: true });
    expect(seen).toEqual(['start admin', 'start broker', 'stop broker', 'stop admin']);
  });

  it('does not wait beyond the drain for a part that never starts', async () => {
    const { part } = recorder();
    const clock = createManualClock();
    const lifecycle = createLifecycle([part('broker', { start: never })], { clock });
    void lifecycle.start();
    const stopped = lifecycle.stop({ drainTimeoutMs: 10 });
    await settled();
    clock.advance(10);
    expect(await stopped).toMatchObject({ ok: false, cut: ['broker'] });
  });

  it('is ready from the last start to the first stop only', async () => {
    const { part } = recorder();
    const seen: unknown[] = [];
    const look = () => {
      seen.push(lifecycle.health.check());
    };
    const lifecycle = createLifecycle([part('stage', { start: look, stop: look })]);
    look();
    await lifecycle.start();
    look();
    await lifecycle.stop();
    look();
    expect(seen).toEqual([
      { ok: false, reason: 'not started' },
      { ok: false, reason: 'starting' },
      { ok: true },
      { ok: false, reason: 'stopping' },
      { ok: false, reason: 'stopped' },
    ]);
  });

  it('starts once', async () => {
    const lifecycle = createLifecycle([]);
    await lifecycle.start();
    await expect(lifecycle.start()).rejects.toThrow('once');
  });

  it('stops or cuts exactly what it began, whatever starts, fails or hangs', async () => {
    const behaviour = fc.constantFrom('works', 'fails', 'hangs');
    const doing = { works: async () => {}, fails: fails('no'), hangs: never } as const;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ start: behaviour, stop: behaviour }), { maxLength: 6 }),
        async (behaviours) => {
          const { seen, part } = recorder();
          const clock = createManualClock();
          const parts = behaviours.map(({ start, stop }, at) =>
            part(String(at), { start: doing[start as 'works'], stop: doing[stop as 'works'] }),
          );
          const lifecycle = createLifecycle(parts, { clock });
          const started = lifecycle.start({ drainTimeoutMs: 5 });
          await settled();
          const stopped = lifecycle.stop({ drainTimeoutMs: 5 });
          await settled();
          clock.advance(5);
          const [, outcome] = await Promise.all([started, stopped]);
          const begun = seen.filter((event) => event.startsWith('start')).map((event) => event.slice('start '.length));
          const ended = new Set(seen.filter((event) => !event.startsWith('start')).map((event) => event.split(' ')[1]));
          expect([...ended]).toEqual(begun.toReversed());
          const firstNotWorking = behaviours.findIndex(({ start }) => start !== 'works');
          expect(begun).toHaveLength(firstNotWorking === -1 ? behaviours.length : firstNotWorking + 1);
          expect(seen.filter((event) => event.startsWith('stop'))).toHaveLength(
            new Set(seen.filter((event) => event.startsWith('stop'))).size,
          );
          const endedBehaviours = behaviours.slice(0, begun.length);
          const clean = endedBehaviours.every(({ start, stop }) => start !== 'hangs' && stop === 'works');
          expect(outcome.ok).toBe(clean);
        },
      ),
      { numRuns: 60 },
    );
  });
});
