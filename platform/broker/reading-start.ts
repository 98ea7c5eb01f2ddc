import type { ReadOptions } from './broker.ts';

/** The first offset that a reader of a partition gets, which keeps `low` up to below `high`. */
export function readingStart(from: ReadOptions['from'], low: number, high: number): number {
  switch (from) {
    case 'earliest':
      return low;
    case 'latest':
      return high;
    default:
      return Math.max(low, from);
  }
}
