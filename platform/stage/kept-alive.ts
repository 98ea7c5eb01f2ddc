import type { Clock } from '../clock.ts';
import { wait } from './patience.ts';

/** How often and how a long reading tells the group that its member lives. */
export interface SignsOfLife {
  clock: Clock;
  signOfLifeEveryMs: number;
  /** Ends the reading by rejecting. */
  signOfLife: () => Promise<void>;
}

/** The same records, with a sign of life every so often, whether they come fast, slowly or not at all. `stop` ends their source. */
export async function* keptAlive<Item>(
  items: AsyncIterable<Item>,
  stop: AbortController,
  { clock, signOfLifeEveryMs, signOfLife }: SignsOfLife,
): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  let aliveAtMs = clock.nowMs();
  const tell = async (): Promise<void> => {
    await signOfLife();
    aliveAtMs = clock.nowMs();
  };
  try {
    for (;;) {
      const coming = iterator.next();
      coming.catch(() => undefined); // told below, or of no interest any more
      let next: IteratorResult<Item> | undefined;
      while (next === undefined) {
        next = await Promise.race([coming, wait(clock, signOfLifeEveryMs).then(() => undefined)]);
        if (next === undefined || clock.nowMs() - aliveAtMs >= signOfLifeEveryMs) await tell();
      }
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    stop.abort();
    await iterator.return?.();
  }
}
