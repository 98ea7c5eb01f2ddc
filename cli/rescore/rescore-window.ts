import { InvalidArgumentError } from 'commander';
import { pointInTime } from '../time-option.ts';

/** An end of the window: a time in ms since 1970, or an offset of one partition. */
export type WindowEnd = { kind: 'time'; atMs: number } | { kind: 'offset'; partition: number; offset: number };

/** Which input records are rescored: from the first end, up to and without the second. An end that is missing is open. */
export interface RescoreWindow {
  from?: WindowEnd;
  to?: WindowEnd;
}

/** Where a record stands. */
export interface Placed {
  partition: number;
  offset: number;
  timestampMs: number;
}

/** Parses an end of the window for a commander option: a time, or `partition/offset`. */
export function windowEnd(text: string): WindowEnd {
  const place = /^(\d{1,6})\/(\d{1,15})$/.exec(text);
  if (place !== null) return { kind: 'offset', partition: Number(place[1]), offset: Number(place[2]) };
  try {
    return { kind: 'time', atMs: pointInTime()(text) };
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(`${error.message}, or an offset as partition/offset`);
  }
}

/** The one partition that the window names; `undefined` for all. The two ends name the same, or `windowProblem` says so. */
export function partitionOf({ from, to }: RescoreWindow): number | undefined {
  if (from?.kind === 'offset') return from.partition;
  return to?.kind === 'offset' ? to.partition : undefined;
}

/** What is wrong with the window; `undefined` for a good one. */
export function windowProblem({ from, to }: RescoreWindow): string | undefined {
  if (from === undefined || to === undefined) return undefined;
  if (from.kind === 'offset' && to.kind === 'offset') {
    if (from.partition !== to.partition) return '--from and --to name two partitions';
    return from.offset < to.offset ? undefined : '--from is not before --to';
  }
  if (from.kind === 'time' && to.kind === 'time') return from.atMs < to.atMs ? undefined : '--from is not before --to';
  return undefined;
}

/** Whether the record is in the window. */
export function isIn({ from, to }: RescoreWindow, record: Placed): boolean {
  return (from === undefined || !isBefore(record, from)) && (to === undefined || isBefore(record, to));
}

/** Whether the record stands before the end. */
export function isBefore({ offset, timestampMs }: Placed, end: WindowEnd): boolean {
  return end.kind === 'offset' ? offset < end.offset : timestampMs < end.atMs;
}
