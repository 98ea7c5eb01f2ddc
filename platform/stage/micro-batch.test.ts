import { describe, expect, it } from '@jest/globals';
import type { ConsumedRecord } from '../broker/broker.ts';
import type { KeyedStage } from './keyed-stage.ts';
import { chooseMicroBatch, stepMicroBatch } from './micro-batch.ts';
import { StateEntry } from './state-entry.ts';

const recordOf = (keys: string, offset: number, bytes = 1): ConsumedRecord => ({
  topic: 'in',
  partition: 0,
  offset,
  key: Buffer.from(keys),
  value: Buffer.alloc(bytes),
  headers: {},
  timestampMs: 0,
});

/** The record's key lists its state keys: `a+cohort`. */
const keysOf = (record: ConsumedRecord): string[] => (record.key?.toString() ?? '').split('+').filter(Boolean);

const stage: KeyedStage<number> = {
  name: 'test',
  group: 'test',
  inputTopic: 'in',
  keysOf,
  decodeState: (bytes) => bytes?.readUInt8(0) ?? 0,
  encodeState: (state) => Buffer.from([state]),
  step: () => ({ kind: 'emit', records: [] }),
  deadLetter: ({ key, value }) => ({ topic: 'dead', key, value }),
};

const wide = { maxRecords: 100, maxBytes: 100 };
const sizesOf = (texts: string[], bounds = wide): number[] => {
  const records = texts.map((keys, i) => recordOf(keys, i));
  const sizes: number[] = [];
  for (let start = 0; start < records.length; start += sizes.at(-1) ?? 1) {
    sizes.push(chooseMicroBatch(stage, records, start, bounds).records.length);
  }
  return sizes;
};

describe('choosing a micro-batch', () => {
  it('ends before a record that writes what an earlier one only read', () => {
    expect(sizesOf(['a+cohort', 'b+cohort', 'cohort', 'a+cohort', 'cohort'])).toEqual([2, 2, 1]);
  });

  it('goes on where the writer comes first, or where only readers come', () => {
    expect(sizesOf(['cohort', 'cohort', 'a+cohort', 'b+cohort', '', 'a'])).toEqual([6]);
  });

  it('keeps to its bounds, and takes a record that is larger alone', () => {
    expect(sizesOf(['a', 'a', 'a', 'a', 'a'], { maxRecords: 2, maxBytes: 100 })).toEqual([2, 2, 1]);
    expect(sizesOf(['a', 'a', 'a', 'a', 'a'], { maxRecords: 100, maxBytes: 3 })).toEqual([3, 2]);
    expect(chooseMicroBatch(stage, [recordOf('a', 0, 500), recordOf('a', 1)], 0, wide).records).toHaveLength(1);
  });
});

describe('stepping a micro-batch', () => {
  const step = (own: KeyedStage<number>['step'], keys: string, states: Record<string, StateEntry<number>>) =>
    stepMicroBatch(
      { ...stage, step: own },
      { records: [recordOf(keys, 5)], keys: [keys.split('+')] },
      new Map(Object.entries(states)),
      () => true,
    );

  it('skips a record at or below the offset of its first key, whatever its second key holds', async () => {
    const at = (offset: number) => new StateEntry<number>('a', { offset, bytes: Buffer.from([1]) });
    const never = () => {
      throw new Error('stepped');
    };
    expect(await step(never, 'a', { a: at(5) })).toMatchObject({ count: 1, skipped: 1, emitted: 0 });
    await expect(step(never, 'a+b', { a: at(4), b: at(9) })).rejects.toThrow('stepped');
  });

  it('sees within a step what the step has set, and stamps it with the offset', async () => {
    const a = new StateEntry<number>('a', undefined);
    await step(
      (_, states) => {
        states.set('a', 7);
        expect(states.get('a')).toBe(7);
        return { kind: 'emit', records: [] };
      },
      'a',
      { a },
    );
    expect([a.read(stage), a.offset, a.changed]).toEqual([7, 5, true]);
  });

  it('changes nothing by a record that is set aside or blocked', async () => {
    const a = new StateEntry<number>('a', undefined);
    for (const outcome of [
      { kind: 'dead-letter', reason: 'r', detail: '' },
      { kind: 'unavailable', dependency: 'd' },
    ] as const) {
      await step(
        (_, states) => {
          states.set('a', 7);
          return outcome;
        },
        'a',
        { a },
      );
      expect([a.read(stage), a.offset, a.changed]).toEqual([0, -1, false]);
    }
  });

  it('takes reading an unnamed state, and setting another than the first, as defects', async () => {
    const entries = { a: new StateEntry<number>('a', undefined), b: new StateEntry<number>('b', undefined) };
    const reading = step(
      (_, states) => ({ kind: 'dead-letter', reason: `${states.get('b')}`, detail: '' }),
      'a',
      entries,
    );
    await expect(reading).rejects.toThrow('keysOf did not name');
    const setting = step(
      (_, states) => {
        states.set('b', 1);
        return { kind: 'emit', records: [] };
      },
      'a+b',
      entries,
    );
    await expect(setting).rejects.toThrow("not its record's first key");
  });
});
