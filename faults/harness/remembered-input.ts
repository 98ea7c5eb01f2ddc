import type { Broker, ConsumedRecord, ReadOptions } from '../../platform/broker/broker.ts';

/** A topic of which Kafka has forgotten some, and the judge nothing. */
export interface RememberedInput {
  /** Has Kafka forget what stands below an offset of each of these partitions, and keeps it in memory. Returns how many records. */
  forget(below: ReadonlyMap<number, number>): Promise<number>;
  /** As if nothing had been forgotten. */
  readonly whole: Pick<Broker, 'read' | 'offsets' | 'committedOffsets'>;
}

/** Nothing is forgotten yet. Holds at most `maxRecords`. */
export function rememberInput(broker: Broker, topic: string, maxRecords = 100_000): RememberedInput {
  const kept: ConsumedRecord[] = [];

  async function* read(options: ReadOptions): AsyncGenerator<ConsumedRecord> {
    const { partition, from } = options;
    const wanted = (record: ConsumedRecord): boolean =>
      (partition === undefined || record.partition === partition) &&
      (typeof from !== 'number' || record.offset >= from);
    if (options.topic === topic && from !== 'latest') yield* kept.filter(wanted);
    yield* broker.read(options);
  }

  return {
    async forget(below) {
      const before = kept.length;
      for (const [partition, offset] of below) {
        for await (const record of broker.read({ topic, partition, from: 'earliest', until: 'end' })) {
          if (record.offset >= offset) break;
          if (kept.length >= maxRecords)
            throw new RangeError(`at most ${maxRecords} records are remembered (maxRecords)`);
          kept.push(record);
        }
        await broker.deleteRecords(topic, partition, offset);
      }
      return kept.length - before;
    },
    whole: {
      read,
      committedOffsets: (group, of) => broker.committedOffsets(group, of),
      async offsets(of) {
        const oldest = new Map<number, number>();
        for (const { partition, offset } of of === topic ? kept : []) {
          if (!oldest.has(partition)) oldest.set(partition, offset);
        }
        return (await broker.offsets(of)).map((each) => ({ ...each, low: oldest.get(each.partition) ?? each.low }));
      },
    },
  };
}
