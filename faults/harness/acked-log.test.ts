import { expect, it } from '@jest/globals';
import { type AckedBatch, batchName, createAckedLog } from './acked-log.ts';

function batch(sequence: number, atMs: number, partition?: number): AckedBatch {
  const [device, session] = [`device ${sequence % 2}`, 'session'];
  const position = partition === undefined ? undefined : { topic: 'behaviour', partition, offset: sequence };
  return { name: batchName({ device, sequence }), device, session, sequence, position, atMs };
}

it('finds the first batch behind a fault in each partition, and only in those that were hit', () => {
  const log = createAckedLog();
  for (const each of [batch(1, 10, 0), batch(2, 20, 1), batch(3, 21, 0), batch(4, 22, 1), batch(5, 23, 0)])
    log.add(each);
  const firstOffsets = (atMs: number, among?: Set<number>) =>
    log.firstAfter(atMs, among).map(({ sequence }) => sequence);
  expect(firstOffsets(20)).toEqual([3, 4]);
  expect(firstOffsets(20, new Set([1]))).toEqual([4]);
  expect(firstOffsets(23)).toEqual([]);
});

it('goes by the device where a gateway has not told the partition; such a batch is in no known partition', () => {
  const log = createAckedLog();
  for (const each of [batch(1, 10), batch(2, 11), batch(3, 12)]) log.add(each);
  expect(log.firstAfter(9).map(({ sequence }) => sequence)).toEqual([1, 2]);
  expect(log.firstAfter(9, new Set([0]))).toEqual([]);
});

it('is bounded, and says so', () => {
  const log = createAckedLog(1);
  log.add(batch(1, 1));
  expect(() => log.add(batch(2, 2))).toThrow('maxBatches');
});

it('a stall is the longest time without an acknowledgement behind the fault, and unknown where none came', () => {
  const log = createAckedLog();
  for (const [sequence, atMs] of [10, 20, 400, 450, 500].entries()) log.add(batch(sequence, atMs));
  expect(log.longestSilenceMs(100)).toBe(300);
  expect(log.longestSilenceMs(420)).toBe(50);
  expect(() => log.longestSilenceMs(500)).toThrow('not known');
});
