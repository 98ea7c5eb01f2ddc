import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createManualClock } from '../platform/clock.ts';
import { createMicroBatcher } from './micro-batcher.ts';

const clock = createManualClock();

/** Runs that wait to be released, oldest first. */
function heldRuns() {
  const runs: { items: readonly number[]; release(): void; fail(error: Error): void }[] = [];
  const run = (items: readonly number[]) =>
    new Promise<number[]>((resolve, reject) => {
      runs.push({ items, release: () => resolve(items.map((item) => item * 2)), fail: reject });
    });
  return { runs, run };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a micro-batcher', () => {
  it('gives every item its own result, in order of submission, one run at a time and none above the size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer(), { maxLength: 20 }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        async (waves, maxItemsPerRun) => {
          const order: number[] = [];
          let running = 0;
          const batcher = createMicroBatcher<number, number>({
            async run(items) {
              running += 1;
              expect(running).toBe(1);
              expect(items.length).toBeLessThanOrEqual(maxItemsPerRun);
              order.push(...items);
              await turn();
              running -= 1;
              return items.map((item) => item * 2);
            },
            maxItemsPerRun,
            maxWaitMs: 0,
            clock,
          });
          const results: Promise<number>[] = [];
          for (const wave of waves) {
            results.push(...wave.map((item) => batcher.submit(item)));
            await turn();
          }
          const submitted = waves.flat();
          expect(await Promise.all(results)).toEqual(submitted.map((item) => item * 2));
          expect(order).toEqual(submitted);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('lets a lone item wait for company, and no longer', async () => {
    const { runs, run } = heldRuns();
    const manual = createManualClock();
    const batcher = createMicroBatcher({ run, maxItemsPerRun: 10, maxWaitMs: 5, clock: manual });
    const first = batcher.submit(1);
    manual.advance(4);
    const second = batcher.submit(2);
    expect(runs).toHaveLength(0);
    manual.advance(1);
    expect(runs.map(({ items }) => items)).toEqual([[1, 2]]);
    runs[0]?.release();
    expect(await Promise.all([first, second])).toEqual([2, 4]);
  });

  it('does not wait when a run is full', () => {
    const { runs, run } = heldRuns();
    const batcher = createMicroBatcher({ run, maxItemsPerRun: 2, maxWaitMs: 5, clock: createManualClock() });
    void batcher.submit(1);
    void batcher.submit(2);
    expect(runs.map(({ items }) => items)).toEqual([[1, 2]]);
  });

  it('fails the items of a failed run and none of the next', async () => {
    const { runs, run } = heldRuns();
    const batcher = createMicroBatcher({ run, maxItemsPerRun: 2, maxWaitMs: 0, clock });
    const outcomes = Promise.allSettled([1, 2, 3].map((item) => batcher.submit(item)));
    runs[0]?.fail(new Error('lost'));
    while (runs.length < 2) await turn();
    runs[1]?.release();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('fails when a run loses results instead of misplacing them', async () => {
    const batcher = createMicroBatcher<number, number>({
      run: async () => [1],
      maxItemsPerRun: 2,
      maxWaitMs: 0,
      clock,
    });
    const outcomes = await Promise.allSettled([batcher.submit(1), batcher.submit(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
