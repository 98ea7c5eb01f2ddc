import type { ConsumedRecord, ReadOptions } from './broker.ts';
import type { MemoryTopic } from './memory-topic.ts';
import { readingStart } from './reading-start.ts';

const chunkRecords = 512;
const chunkBytes = 4 * 1024 * 1024;

/** Reads a topic of a `MemoryBroker` without a group, partition by partition in turn. */
export async function* readMemoryTopic(topic: MemoryTopic, options: ReadOptions): AsyncGenerator<ConsumedRecord> {
  const wanted = (partition: number): boolean => (options.partition ?? partition) === partition;
  const next = topic.logs.map((log) => readingStart(options.from, log.low(), log.high()));
  const ends = topic.logs.map((log, partition) => {
    if (!wanted(partition)) return Number.NEGATIVE_INFINITY;
    return options.until === 'end' ? log.high() : Number.POSITIVE_INFINITY;
  });
  const { signal } = options;
  const aborted = (): boolean => signal?.aborted ?? false;
  let wake = (): void => undefined;
  const forgetAppends = topic.onAppend(() => wake());
  const onAbort = (): void => wake();
  signal?.addEventListener('abort', onAbort);
  try {
    while (!aborted()) {
      const news = new Promise<void>((resolve) => {
        wake = resolve;
      });
      let found = false;
      for (const [partition, log] of topic.logs.entries()) {
        const position = Math.max(next[partition] ?? 0, log.low());
        for (const record of log.slice(position, chunkRecords, chunkBytes)) {
          if (record.offset >= (ends[partition] ?? 0)) break;
          if (aborted()) return;
          next[partition] = record.offset + 1;
          found = true;
          yield record;
        }
      }
      if (found) continue;
      if (options.until === 'end') return;
      await news;
    }
  } finally {
    forgetAppends();
    signal?.removeEventListener('abort', onAbort);
  }
}
