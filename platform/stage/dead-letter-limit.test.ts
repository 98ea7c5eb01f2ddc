import { describe, expect, it } from '@jest/globals';
import type { ConsumedRecord } from '../broker/broker.ts';
import {
  type DeadLetterLimit,
  type DeadLetterLimitReached,
  defaultDeadLetterLimit,
  limitDeadLetters,
} from './dead-letter-limit.ts';
import type { KeyedStage, StateView } from './keyed-stage.ts';

/** Refuses what is called bad, waits for what is called away. */
const judging: KeyedStage<null> = {
  name: 'judging',
  group: 'judging',
  inputTopic: 'in',
  keysOf: () => [],
  decodeState: () => null,
  encodeState: () => Buffer.alloc(0),
  step({ value }) {
    const said = value?.toString();
    if (said === 'away') return { kind: 'unavailable', dependency: 'store' };
    return said === 'good' ? { kind: 'emit', records: [] } : { kind: 'dead-letter', reason: 'bad', detail: '' };
  },
  deadLetter: () => ({ topic: 'dead', key: null, value: null }),
};

function limited(limit: Partial<DeadLetterLimit>) {
  const reached: DeadLetterLimitReached[] = [];
  const stage = limitDeadLetters(judging, { ...defaultDeadLetterLimit, ...limit }, (what) => reached.push(what));
  const next = new Map<number, number>();
  const states: StateView<null> = { get: () => null, set: () => undefined };
  async function step(
    value: string,
    {
      partition = 0,
      key = `k${next.get(partition) ?? 0}`,
      again = false,
    }: { partition?: number; key?: string | null; again?: boolean } = {},
  ) {
    const offset = (next.get(partition) ?? 0) - (again ? 1 : 0);
    const record: ConsumedRecord = {
      ...{ topic: 'in', partition, offset, key: key === null ? null : Buffer.from(key), value: Buffer.from(value) },
      ...{ headers: {}, timestampMs: 0 },
    };
    const outcome = await stage.step(record, states);
    if (outcome.kind !== 'unavailable') next.set(partition, offset + 1);
    return outcome.kind;
  }
  async function steps(values: string[], where: { partition?: number; key?: string | null } = {}): Promise<string[]> {
    const kinds: string[] = [];
    for (const value of values) kinds.push(await step(value, where));
    return kinds;
  }
  return { step, steps, reached };
}

const times = (count: number, value: string) => Array.from({ length: count }, () => value);

describe('the limit on dead letters', () => {
  it('lets a run of refused records pass up to its length, and keeps the next one back for good', async () => {
    const { steps, reached } = limited({ maxInARow: 3, maxShare: 1 });
    expect(await steps(times(5, 'bad'))).toEqual([...times(3, 'dead-letter'), ...times(2, 'unavailable')]);
    expect(reached).toEqual([{ limit: 'in-a-row', partition: 0, offset: 3, reason: 'bad', inARow: 3, inWindow: 3 }]);
  });

  it('begins a run anew behind a good record, and counts each partition for itself', async () => {
    const { steps, reached } = limited({ maxInARow: 3, maxShare: 1 });
    const mixed = await steps([...times(3, 'bad'), 'good', ...times(3, 'bad')]);
    expect(mixed).not.toContain('unavailable');
    expect(await steps(times(3, 'bad'), { partition: 1 })).toEqual(times(3, 'dead-letter'));
    expect(reached).toEqual([]);
  });

  it('keeps back what is over the share of the window, over all partitions, while good records go on', async () => {
    const { step, steps, reached } = limited({ maxInARow: 0, maxShare: 0.1, windowRecords: 20 });
    expect(await steps(['bad', 'good'], { partition: 0 })).toEqual(['dead-letter', 'emit']);
    expect(await steps(['bad', 'bad'], { partition: 1 })).toEqual(['dead-letter', 'unavailable']);
    expect(await step('bad', { partition: 0 })).toBe('unavailable');
    expect(await steps(times(60, 'good'), { partition: 2 })).toEqual(times(60, 'emit'));
    // The window is clean again; what was stopped stays stopped until somebody has looked.
    expect(await step('bad', { partition: 1 })).toBe('unavailable');
    expect(reached.map(({ limit, partition }) => [limit, partition])).toEqual([
      ['share', 1],
      ['share', 0],
    ]);
  });

  it('forgets what has left the window', async () => {
    const { steps } = limited({ maxInARow: 0, maxShare: 0.1, windowRecords: 20 });
    for (let round = 0; round < 10; round++) {
      expect(await steps(['bad', ...times(19, 'good')])).toEqual(['dead-letter', ...times(19, 'emit')]);
    }
  });

  it('cannot be reached under one key alone while somebody else does well', async () => {
    const { steps } = limited({ maxInARow: 10, maxShare: 0.1, windowRecords: 100, maxOfOneKey: 5 });
    expect(await steps(['good'], { key: 'another collector' })).toEqual(['emit']);
    expect(await steps(times(500, 'bad'), { key: 'broken collector' })).toEqual(times(500, 'dead-letter'));
    // Others of the partition still have the rest of the limit.
    expect(await steps(times(6, 'bad'))).toEqual([...times(5, 'dead-letter'), 'unavailable']);
  });

  /** So many records in turn under keys of the given ones; how many were set aside. */
  async function flood({ step }: ReturnType<typeof limited>, records: number, keys: readonly (string | null)[]) {
    let setAside = 0;
    for (let record = 0; record < records; record++) {
      const key = keys[record % keys.length] ?? null;
      if ((await step('bad', { partition: record % 2, key })) === 'dead-letter') setAside += 1;
    }
    return setAside;
  }

  it.each([
    ['one key', ['a']],
    ['four keys', ['a', 'b', 'c', 'd']],
    ['twenty keys', Array.from({ length: 20 }, (_, key) => `k${key}`)],
    ['no key', [null]],
  ])('is reached where everything is refused, under %s', async (_, keys) => {
    const run = limited({});
    expect(await flood(run, 1_000, keys)).toBe(100);
    expect(run.reached).toHaveLength(2);
  });

  it('is reached when those begin to fail who did well, few as they are', async () => {
    const run = limited({});
    const keys = ['a', 'b', 'c', 'd'];
    for (const key of keys) await run.steps(times(500, 'good'), { key });
    expect(await flood(run, 1_000, keys)).toBe(100);
  });

  it('is not reached by up to half of the keys, and by more than that', async () => {
    const run = limited({});
    for (const key of ['a', 'b']) await run.step('good', { key });
    expect(await flood(run, 1_000, ['c', 'd'])).toBe(1_000);
    expect(await flood(run, 1_000, ['c', 'd', 'e'])).toBeLessThan(100);
  });

  it('is reached by records without a key whoever does well, as nobody knows how many send them', async () => {
    const run = limited({ maxInARow: 0 });
    for (const key of ['a', 'b', 'c']) await run.step('good', { key });
    expect(await flood(run, 1_000, [null])).toBe(100);
  });

  it('counts a record once, however often it is stepped, and nothing while a dependency is away', async () => {
    const { step, steps } = limited({ maxInARow: 2, maxShare: 1 });
    expect(await step('bad')).toBe('dead-letter');
    for (let retry = 0; retry < 10; retry++) expect(await step('bad', { again: true })).toBe('dead-letter');
    expect(await steps(times(10, 'away'))).toEqual(times(10, 'unavailable'));
    expect(await steps(['bad', 'bad'])).toEqual(['dead-letter', 'unavailable']);
  });

  it('can be turned off', async () => {
    const { steps } = limited({ maxInARow: 0, maxShare: 1 });
    expect(await steps(times(5_000, 'bad'))).toEqual(times(5_000, 'dead-letter'));
  });
});
