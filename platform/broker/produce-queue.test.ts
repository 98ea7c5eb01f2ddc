import { describe, expect, it } from '@jest/globals';
import { BrokerUnavailable, type OutgoingRecord, type RecordPosition } from './broker.ts';
import { createProduceQueue } from './produce-queue.ts';

const record = (key: string): OutgoingRecord => ({ topic: 't', key: Buffer.from(key), value: null });
const keyOf = ({ key }: OutgoingRecord): string => key?.toString() ?? '';

/** A queue over a log, whose sends can be made to wait or to fail. */
function setUp(limits: { maxRecordsPerSend?: number; maxPendingRecords?: number } = {}) {
  const log: string[] = [];
  const sends: string[][] = [];
  let inFlight = 0;
  let overlaps = 0;
  let fail: (records: readonly OutgoingRecord[]) => Error | undefined = () => undefined;
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
    maxRecordsPerSend: limits.maxRecordsPerSend ?? 3,
    maxPendingRecords: limits.maxPendingRecords ?? 100,
    now: () => 0,
  });
  return {
    queue,
    log,
    sends,
    overlaps: () => overlaps,
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
    failWhen((records) => (keyOf(records[0] as OutgoingRecord) === '0' ? new BrokerUnavailable('away') : undefined));
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

  it('refuses at once, naming its bound, when too much waits', async () => {
    const { queue } = setUp({ maxPendingRecords: 4 });
    const first = queue.produce(['a', 'b', 'c'].map(record));
    await expect(queue.produce(['d', 'e'].map(record))).rejects.toThrow(/maxPendingRecords = 4/);
    await expect(first).resolves.toHaveLength(3);
    await queue.drained();
    await expect(queue.produce(['d', 'e'].map(record))).resolves.toHaveLength(2);
  });
});
