import { describe, expect, it } from '@jest/globals';
import type { Broker, RecordBatch } from '../broker/broker.ts';
import { createLogger } from '../log.ts';
import { findStartingOffset } from './starting-offset.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

/** A batch that begins at `first`, of a partition that keeps `low` up to before `high`. */
function start(first: number, low: number, high: number, appliedOffset: number | undefined, seenHigh = high) {
  const record = { topic: 'in', partition: 1, offset: first, key: null, value: null, headers: {}, timestampMs: 0 };
  const batch: RecordBatch = {
    topic: 'in',
    partition: 1,
    records: [record],
    highWatermark: seenHigh,
    assignment: 1,
    heartbeat: () => Promise.resolve(),
    isStale: () => false,
  };
  const broker = { offsets: () => Promise.resolve([{ partition: 1, low, high }]) } as Partial<Broker> as Broker;
  return findStartingOffset(broker, log, batch, appliedOffset);
}

describe('where a new owner goes on', () => {
  it.each([
    { of: 'a new partition', first: 0, low: 0, applied: undefined, offset: 0 },
    { of: 'a partition whose beginning has expired', first: 40, low: 40, applied: undefined, offset: 40 },
    { of: 'a partition whose beginning expired meanwhile', first: 40, low: 60, applied: undefined, offset: 40 },
    { of: 'a store that lost everything', first: 40, low: 10, applied: undefined, offset: 10, lost: 10 },
    { of: 'a store in step with the commit', first: 40, low: 10, applied: 39, offset: 40 },
    { of: 'a commit that was lost', first: 40, low: 10, applied: 70, offset: 71 },
    { of: 'a store that lost its tail', first: 40, low: 10, applied: 20, offset: 21 },
    { of: 'a store that lost more than the topic keeps', first: 40, low: 30, applied: 20, offset: 30, lost: 9 },
    { of: 'a state that contains the whole topic', first: 40, low: 10, applied: 99, offset: 100 },
  ])('$of', async ({ first, low, applied, offset, lost = 0 }) => {
    expect(await start(first, low, 100, applied)).toEqual({ kind: 'start', offset, lostRecords: lost });
  });

  it('believes a state that is ahead of the batch only as far as the topic goes', async () => {
    expect(await start(40, 10, 100, 99, 60)).toEqual({ kind: 'start', offset: 100, lostRecords: 0 });
    expect(await start(40, 10, 100, 100)).toEqual({ kind: 'ahead', endOffset: 100 });
  });
});
