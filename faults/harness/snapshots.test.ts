import { expect, it } from '@jest/globals';
import { rebuildTimes } from './snapshots.ts';

const line = (second: number, partition: number, msg: string) =>
  JSON.stringify({ level: 'info', time: `2026-11-22T10:00:0${second}.000Z`, partition, msg });
const began = 'the store holds no state of a partition that has a snapshot: building it again from that';
const done = 'states taken from the snapshot';
const member = (...lines: string[]) => ({ lastWords: () => ['cut off"}', ...lines].join('\n') });

it('how long a rebuild took is told by the logs, also where it was begun again', () => {
  const first = member(line(1, 3, began), line(2, 3, 'partition taken over'), line(3, 3, began), line(5, 3, done));
  const second = member(line(1, 4, began), line(2, 4, done), line(4, 7, began), line(6, 7, done));
  expect(rebuildTimes([first, second])).toEqual({ together: 4_000, slowestPartition: 2_000 });
});

it('silence is no time', () => {
  expect(() => rebuildTimes([member(line(1, 3, began))])).toThrow(RangeError);
});
