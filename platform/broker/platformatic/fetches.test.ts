import { describe, expect, it } from '@jest/globals';
import type { RecordsBatch } from '@platformatic/kafka';
import { readBatches } from './fetches.ts';

const transactional = 1 << 4;
const control = 1 << 5;
const ann = 7n;
const ben = 8n;

function batch(firstOffset: number, values: readonly string[], more: Partial<RecordsBatch> = {}): RecordsBatch {
  const records = values.map((value, offsetDelta) => ({
    ...{ length: 0, attributes: 0, timestampDelta: BigInt(offsetDelta), offsetDelta, key: null, headers: [] },
    value: Buffer.from(value),
  }));
  return {
    ...{ firstOffset: BigInt(firstOffset), length: 0, partitionLeaderEpoch: 0, magic: 2, crc: 0, attributes: 0 },
    ...{ lastOffsetDelta: values.length - 1, firstTimestamp: 1_000n, maxTimestamp: 1_000n },
    ...{ producerId: -1n, producerEpoch: 0, firstSequence: 0, records },
    ...more,
  };
}

/** The record that ends a transaction: its key is a version and a kind. */
function marker(offset: number, producerId: bigint, kind: 'abort' | 'commit'): RecordsBatch {
  const end = batch(offset, [''], { attributes: transactional | control, producerId });
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]);
  return { ...end, records: end.records.map((record) => ({ ...record, key })) };
}

const read = (records: RecordsBatch[], from: number, aborted: { producerId: bigint; firstOffset: bigint }[] = []) => {
  const { messages, nextOffset } = readBatches({ records, abortedTransactions: aborted }, BigInt(from));
  return [messages.map(({ offset, value }) => `${offset} ${value}`), nextOffset];
};

describe('record batches', () => {
  it('are read from the offset asked for, although they come whole', () => {
    expect(read([batch(10, ['a', 'b', 'c'])], 11)).toEqual([['11 b', '12 c'], 13n]);
  });

  it('tell time and headers; a header given twice has its last value', () => {
    const headers: [Buffer, Buffer | null][] = [
      [Buffer.from('why'), Buffer.from('first')],
      [Buffer.from('why'), Buffer.from('last')],
      [Buffer.from('none'), null],
    ];
    const given = batch(0, ['a', 'b']);
    const records = given.records.map((record) => ({ ...record, headers }));
    const [, second] = readBatches({ records: [{ ...given, records }], abortedTransactions: [] }, 0n).messages;
    expect(second).toMatchObject({ timestamp: 1_001n, headers: { why: Buffer.from('last') } });
    expect(Object.keys(second?.headers ?? {})).toEqual(['why']);
  });

  it('have the time at which the broker took them, where the topic says so, and not that of the writer', () => {
    const times = (attributes: number) =>
      readBatches(
        { records: [batch(0, ['a', 'b'], { attributes, maxTimestamp: 5_000n })], abortedTransactions: [] },
        0n,
      ).messages.map(({ timestamp }) => timestamp);
    expect(times(0)).toEqual([1_000n, 1_001n]);
    expect(times(1 << 3)).toEqual([5_000n, 5_000n]);
  });

  it('may hold less than their offsets, after compaction: reading goes on behind them', () => {
    expect(read([batch(0, ['a'], { lastOffsetDelta: 9 }), batch(10, [], { lastOffsetDelta: 4 })], 0)).toEqual([
      ['0 a'],
      15n,
    ]);
  });

  it('stand still where there is nothing', () => {
    expect(read([], 5)).toEqual([[], 5n]);
  });

  it('leave out what aborted transactions wrote, between others and up to the abort marker', () => {
    const records = [
      batch(0, ['ann, aborted'], { attributes: transactional, producerId: ann }),
      batch(1, ['ben, kept'], { attributes: transactional, producerId: ben }),
      batch(2, ['nobody, kept']),
      marker(3, ann, 'abort'),
      batch(4, ['ann, kept'], { attributes: transactional, producerId: ann }),
      marker(5, ben, 'commit'),
      marker(6, ann, 'commit'),
      batch(7, ['ben, aborted'], { attributes: transactional, producerId: ben }),
    ];
    const aborted = [
      { producerId: ben, firstOffset: 7n },
      { producerId: ann, firstOffset: 0n },
    ];
    expect(read(records, 0, aborted)).toEqual([['1 ben, kept', '2 nobody, kept', '4 ann, kept'], 8n]);
  });
});
