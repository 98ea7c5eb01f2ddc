import { describe, expect, it } from '@jest/globals';
import { anyTemplate } from '../test/samples/any-template.ts';
import { createTemplateCache } from './template-cache.ts';
import type { LoadOutcome } from './template-store.ts';

/** A store whose answers come when the test says so. */
function heldStore() {
  const asked: string[] = [];
  const answers: ((outcome: LoadOutcome | Error) => void)[] = [];
  return {
    asked,
    answer: (outcome: LoadOutcome | Error) => answers.shift()?.(outcome),
    get(version: string): Promise<LoadOutcome> {
      asked.push(version);
      return new Promise((resolve, reject) =>
        answers.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome))),
      );
    },
  };
}

const loaded = (version: string): LoadOutcome => ({ ok: true, template: anyTemplate({ version }) });

describe('the template cache', () => {
  it('asks the store once for a version, and has it at hand from then on', async () => {
    const store = heldStore();
    const cache = createTemplateCache({ store });
    expect(cache.peek('a')).toBeUndefined();
    const both = Promise.all([cache.get('a'), cache.get('a')]);
    store.answer(loaded('a'));
    expect((await both).map((outcome) => outcome.ok)).toEqual([true, true]);
    expect(cache.peek('a')?.version).toBe('a');
    expect(await cache.get('a')).toEqual(loaded('a'));
    expect(store.asked).toEqual(['a']);
  });

  it('asks again after a template was absent', async () => {
    const store = heldStore();
    const cache = createTemplateCache({ store });
    const first = cache.get('a');
    store.answer({ ok: false, reason: 'absent', detail: 'a' });
    expect(await first).toMatchObject({ ok: false });
    const second = cache.get('a');
    store.answer(loaded('a'));
    expect(await second).toMatchObject({ ok: true });
  });

  it('passes a lost store on to everyone who waits, and asks again afterwards', async () => {
    const store = heldStore();
    const cache = createTemplateCache({ store });
    const waiting = [cache.get('a'), cache.get('a')];
    store.answer(new Error('store away'));
    for (const each of waiting) await expect(each).rejects.toThrow('store away');
    const again = cache.get('a');
    store.answer(loaded('a'));
    expect(await again).toMatchObject({ ok: true });
  });

  it('never holds more bytes than it may, and lets the least recently used go', async () => {
    const store = heldStore();
    const cache = createTemplateCache({ store, options: { maxBytes: 250_000 } });
    for (const version of ['a', 'b', 'a', 'c', 'd', 'e']) {
      const loading = cache.get(version);
      store.answer(loaded(version));
      await loading;
      expect(cache.size().bytes).toBeLessThanOrEqual(250_000);
    }
    expect(cache.size().templates).toBeGreaterThan(0);
    expect(cache.peek('e')).toBeDefined();
    expect(cache.peek('b')).toBeUndefined();
  });
});
