import { describe, expect, it } from '@jest/globals';
import { BrokerUnavailable, type RecordPosition } from './broker.ts';
import { createProduceQueue } from './produce-queue.ts';
import { countThatFit, type PlacedRecord } from './send-size.ts';

const record = (key: string): PlacedRecord => ({ topic: 't', key: Buffer.from(key), value: null, partition: 0 });
const keyOf = ({ key }: PlacedRecord): string => key?.toString() ?? '';

/** A queue over a log, whose sends can be made to wait or to fail. */
function setUp(limits: { maxPendingRecords?: number } = {}) {
  const log: string[] = [];
  const sends: string[][] = [];
  let inFlight = 0;
  let overlaps = 0;
  let nowMs = 0;
  let fail: (records: readonly PlacedRecord[]) => Error | undefined = () => undefined;
  const queue = createProduceQueue({
    send: async (records): Promise<RecordPosition[]> => {
      inFlight += 1;
      if (inFlight > 1) overlaps += 1;
      sends.push(records.map(keyOf));
      await new Promise(setImmediate);
      inFlight -= 1;
      const error = fail(records);
      if (error !== undefined) throw error;
      return records.map((each) => ({ topic: 't', partition: 0, offset: log.push(keyOf(each)) - 1 }));
    },
    timeoutMs: 1_000,
    limits: { maxRecords: 3, maxBytes: 1e6, maxBytesPerPartition: 1e6 },
    maxPendingRecords: limits.maxPendingRecords ?? 100,
    now: () => nowMs,
  });
  return {
    queue,
    log,
    sends,
    overlaps: () => overlaps,
    pass: (ms: number) => {
      nowMs += ms;
    },
    failWhen: (when: typeof fail) => {
      fail = when;
    },
  };
}

describe('produce queue', () => {
  it('has one send in flight, sends together what is called together, and gives each caller its positions', async () => {
    const { queue, log, sends, overlaps } = setUp();
    const offsets = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (key) => (await queue.produce([record(key)])).map(({ offset }) => offset)),
    );
    expect(offsets).toEqual([[0], [1], [2], [3]]);
    expect(log).toEqual(['a', 'b', 'c', 'd']);
    expect(sends).toEqual([['a', 'b', 'c'], ['d']]);
    expect(overlaps()).toBe(0);
  });

  it('sends no later part of a call after an earlier one has failed', async () => {
    const { queue, log, sends, failWhen } = setUp();
    failWhen((records) => (keyOf(records[0] as PlacedRecord) === '0' ? new BrokerUnavailable('away') : undefined));
    const long = queue.produce(['0', '1', '2', '3', '4', '5'].map(record));
    const other = queue.produce([record('other')]);
    await expect(long).rejects.toThrow(BrokerUnavailable);
    await expect(other).resolves.toHaveLength(1);
    expect(sends.flat()).toEqual(['0', '1', '2', 'other']);
    expect(log).toEqual(['other']);
  });

  it("keeps one caller's refused record from failing the others", async () => {
    const { queue, log, failWhen } = setUp();
    failWhen((records) => (records.some((each) => keyOf(each) === 'bad') ? new RangeError('refused') : undefined));
    const [before, bad, after] = await Promise.allSettled(['a', 'bad', 'b'].map((key) => queue.produce([record(key)])));
    expect([before?.status, bad?.status, after?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(log).toEqual(['a', 'b']);
  });

  it('does not send what has waited for too long, and tells why the records before it failed', async () => {
    const { queue, log, sends, failWhen, pass } = setUp();
    let away = true;
    failWhen(() => {
      if (away) pass(1_000);
      return away ? new BrokerUnavailable('too few replicas') : undefined;
    });
    const first = queue.produce(['a', 'b', 'c'].map(record));
    const behind = queue.produce([record('d')]);
    await expect(first).rejects.toThrow('too few replicas');
    await expect(behind).rejects.toThrow('too few replicas');
    away = false;
    await expect(queue.produce([record('e')])).resolves.toHaveLength(1);
    expect(sends).toEqual([['a', 'b', 'c'], ['e']]);
    expect(log).toEqual(['e']);
  });

  it('refuses at once, naming its bound, when too much waits', async () => {
    const { queue } = setUp({ maxPendingRecords: 4 });
    const first = queue.produce(['a', 'b', 'c'].map(record));
    await expect(queue.produce(['d', 'e'].map(record))).rejects.toThrow(/maxPendingRecords = 4/);
    await expect(first).resolves.toHaveLength(3);
    await queue.drained();
    await expect(queue.produce(['d', 'e'].map(record))).resolves.toHaveLength(2);
  });
});

describe('the size of a send', () => {
  const sized = (bytes: number, partition: number): PlacedRecord => ({
    ...{ topic: 't', key: null, value: Buffer.alloc(bytes), partition },
  });
  const limits = { maxRecords: 5, maxBytes: 10_000, maxBytesPerPartition: 3_000 };

  it('is bounded by records, by bytes, and by the bytes of one partition', () => {
    const small = Array.from({ length: 9 }, () => sized(1, 0));
    expect(countThatFit(small, limits)).toBe(5);
    const spread = Array.from({ length: 5 }, (_, partition) => sized(2_900, partition));
    expect(countThatFit(spread, limits)).toBe(3);
    expect(countThatFit([sized(2_000, 0), sized(2_000, 1), sized(2_000, 0)], limits)).toBe(2);
  });

  it('is one record at least, however large', () => {
    expect(countThatFit([sized(50_000, 0), sized(1, 1)], limits)).toBe(1);
  });
});
