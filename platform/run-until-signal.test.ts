import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createCapturedLog } from '../test/fixtures/captured-log.ts';
import { BrokerUnavailable } from './broker/broker.ts';
import { createManualClock } from './clock.ts';
import { createLifecycle, type LifecyclePart } from './lifecycle.ts';
import { exitCodeOf, runUntilSignal } from './run-until-signal.ts';
import { StoreUnavailable } from './store/state-store.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const never = () => new Promise<void>(() => {});

function running(part: Partial<LifecyclePart> = {}, crashed?: Promise<unknown>) {
  const { log, lines } = createCapturedLog();
  const signals = new EventEmitter();
  const clock = createManualClock();
  const lifecycle = createLifecycle([{ name: 'stage', start: () => {}, stop: () => {}, cut: () => {}, ...part }], {
    clock,
  });
  const options = { signals, log, drainTimeoutMs: 1_000, ...(crashed === undefined ? {} : { crashed }) };
  return { signals, clock, lines, code: runUntilSignal(lifecycle, options) };
}

describe('a process', () => {
  it.each(['SIGTERM', 'SIGINT'])(
    'ends with 0 after draining at %s, and listens to no signal any more',
    async (signal) => {
      const { signals, code, lines } = running();
      await settled();
      signals.emit(signal);
      expect(await code).toBe(0);
      expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['running', 'draining', 'stopped']);
      expect(signals.listenerCount('SIGTERM') + signals.listenerCount('SIGINT')).toBe(0);
    },
  );

  it('runs on without a signal', async () => {
    const { signals, code } = running();
    let ended = false;
    void code.then(() => {
      ended = true;
    });
    await settled();
    expect(ended).toBe(false);
    signals.emit('SIGTERM');
    await code;
  });

  it('cuts when the drain takes too long', async () => {
    const { signals, clock, code, lines } = running({ stop: never });
    await settled();
    signals.emit('SIGTERM');
    await settled();
    clock.advance(1_000);
    expect(await code).toBe(70);
    expect(lines.at(-1)).toContain('open work was cut');
  });

  it('cuts at the second signal', async () => {
    const { signals, code } = running({ stop: never });
    await settled();
    signals.emit('SIGTERM');
    await settled();
    signals.emit('SIGINT');
    expect(await code).toBe(70);
  });

  it('can be stopped while it starts', async () => {
    let release = () => {};
    const slow = () =>
      new Promise<void>((resolve) => {
        release = resolve;
      });
    const { signals, code } = running({ start: slow });
    await settled();
    signals.emit('SIGTERM');
    release();
    expect(await code).toBe(0);
  });

  it('can be cut while it starts and never would', async () => {
    const { signals, code } = running({ start: never });
    await settled();
    signals.emit('SIGTERM');
    signals.emit('SIGTERM');
    expect(await code).toBe(70);
  });

  it.each([
    ['a broker away', new BrokerUnavailable('no answer'), 69],
    ['a store away', new StoreUnavailable('no answer'), 69],
    ['a taken port', Object.assign(new Error('in use'), { code: 'EADDRINUSE' }), 69],
    ['a defect', new TypeError('undefined is not a function'), 70],
  ])('that cannot start for %s says so and ends with its code', async (_, error, expected) => {
    const { code, lines } = running({ start: () => Promise.reject(error) });
    expect(await code).toBe(expected);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'fatal', part: 'stage', msg: 'could not start' });
    expect(lines[0]).toContain(error.message);
  });

  it('drains and fails when a part cannot go on', async () => {
    let stopped = false;
    const stop = () => {
      stopped = true;
    };
    const { code, lines } = running({ stop }, Promise.reject(new Error('consumer crashed')));
    expect(await code).toBe(70);
    expect(stopped).toBe(true);
    expect(lines.join('')).toContain('consumer crashed');
  });

  it('fails when a part does not stop cleanly', async () => {
    const { signals, code, lines } = running({ stop: () => Promise.reject(new Error('commit refused')) });
    await settled();
    signals.emit('SIGTERM');
    expect(await code).toBe(70);
    expect(lines.join('')).toContain('commit refused');
  });
});

describe('the exit code of an error', () => {
  it('follows its causes, within a bound', () => {
    expect(
      exitCodeOf(new Error('start', { cause: new Error('connect', { cause: new StoreUnavailable('away') }) })),
    ).toBe(69);
    const circle: { cause?: unknown } = {};
    circle.cause = circle;
    expect(exitCodeOf(circle)).toBe(70);
    expect(exitCodeOf('text')).toBe(70);
  });
});
