import type { Clock } from '../platform/clock.ts';

/** What a run does, and when it starts. */
export interface MicroBatcherOptions<Item, Result> {
  /** Does the work of many items in one call; results in the order of the items. A rejection is every item's. */
  run(items: readonly Item[]): Promise<readonly Result[]>;
  maxItemsPerRun: number;
  /** How long the first item waits for company when nothing is running. 0 waits for the current turn of the event loop. */
  maxWaitMs: number;
  clock: Pick<Clock, 'after'>;
}

/** Takes items one by one and works on many at once. */
export interface MicroBatcher<Item, Result> {
  /** Joins the next run. The caller bounds how many items wait. */
  submit(item: Item): Promise<Result>;
}

interface Waiter<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Joins concurrent callers into one call, one call at a time and in order of submission. While a run is under way the
 * next one gathers, so batches grow with the load and a lone caller waits `maxWaitMs` at most.
 */
export function createMicroBatcher<Item, Result>(
  options: MicroBatcherOptions<Item, Result>,
): MicroBatcher<Item, Result> {
  const { run, maxItemsPerRun, maxWaitMs, clock } = options;
  let waiters: Waiter<Item, Result>[] = [];
  let running = false;
  let cancelStart: (() => void) | undefined;

  function schedule(): void {
    if (running || waiters.length === 0) return;
    if (waiters.length >= maxItemsPerRun) start();
    else cancelStart ??= maxWaitMs > 0 ? clock.after(maxWaitMs, start) : afterThisTurn(start);
  }

  function start(): void {
    cancelStart?.();
    cancelStart = undefined;
    if (running || waiters.length === 0) return;
    running = true;
    const group = waiters.slice(0, maxItemsPerRun);
    waiters = waiters.slice(maxItemsPerRun);
    // Settles without rejecting: an error is its items'.
    void settle(group).finally(() => {
      running = false;
      // Who arrived during the run has waited already.
      start();
    });
  }

  async function settle(group: readonly Waiter<Item, Result>[]): Promise<void> {
    try {
      const results = await run(group.map(({ item }) => item));
      if (results.length !== group.length) throw new Error(`${group.length} items gave ${results.length} results`);
      group.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  return {
    submit(item) {
      return new Promise((resolve, reject) => {
        waiters.push({ item, resolve, reject });
        schedule();
      });
    },
  };
}

function afterThisTurn(action: () => void): () => void {
  const immediate = setImmediate(action);
  return () => clearImmediate(immediate);
}
