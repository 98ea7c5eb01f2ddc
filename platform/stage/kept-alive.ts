import type { Clock } from '../clock.ts';

/** How often a long reading tells the group that its member lives. */
export interface SignsOfLife {
  clock: Clock;
  signOfLifeEveryMs: number;
  /** Ends the reading by rejecting. */
  signOfLife: () => Promise<void>;
}

/** The same items, with a sign of life every so often, whether they come fast, slowly or not at all. `stop` ends their source. */
export async function* keptAlive<Item>(
  items: AsyncIterable<Item>,
  stop: AbortController,
  { clock, signOfLifeEveryMs, signOfLife }: SignsOfLife,
): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  let cancel = (): void => undefined;
  const timer = (): Promise<'due'> =>
    new Promise((resolve) => {
      cancel = clock.after(signOfLifeEveryMs, () => resolve('due'));
    });
  let due = timer();
  try {
    for (;;) {
      const coming = iterator.next();
      coming.catch(() => undefined); // told by the race, or of no interest any more
      let next = await Promise.race([due, coming]);
      while (next === 'due') {
        await signOfLife();
        due = timer();
        next = await Promise.race([due, coming]);
      }
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    cancel();
    stop.abort();
    await iterator.return?.();
  }
}
