import type { DecodeFailure } from './decoded.ts';

/** The largest absolute value of a long that is read: avsc refuses what lies above, for loss of precision. */
export const maxLong = Number.MAX_SAFE_INTEGER - 1;

/** Where a scan stands in a body, and why it stopped. */
export interface Cursor {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
  itemsLeft: number;
  work: number;
  reason: DecodeFailure;
  detail: string;
}

/** Notes the refusal; always `false`, so that a walk can return it. */
export function refuse(cursor: Cursor, reason: DecodeFailure, detail: string): false {
  cursor.reason = reason;
  cursor.detail = detail;
  return false;
}

/** Reads a zigzag number of at most 10 bytes; `NaN` once refused. */
export function readLong(cursor: Cursor, path: string): number {
  const { bytes, end } = cursor;
  let at = cursor.at;
  let low = 0; // the first 28 bits
  let high = 0; // the others, as a float: they may be more than 32
  let scale = 1;
  cursor.work++;
  for (let index = 0; index < 10; index++) {
    if (at >= end) return refuseNumber(cursor, 'truncated', `${path} ends inside a number`);
    const byte = bytes[at++] ?? 0;
    if (index < 4) low |= (byte & 0x7f) << (7 * index);
    else {
      high += (byte & 0x7f) * scale;
      scale *= 128;
    }
    if (byte < 0x80) {
      if (byte === 0 && index > 0) return refuseNumber(cursor, 'malformed', `${path} is a number padded with zeros`);
      cursor.at = at;
      // Halved before the sign is applied, so that nothing is rounded below 2^53.
      const half = high * 0x8000000 + (low >>> 1);
      const value = (low & 1) === 1 ? -half - 1 : half;
      if (Math.abs(value) > maxLong) return refuseNumber(cursor, 'out-of-range', `${path} is beyond 2^53`);
      return value;
    }
  }
  return refuseNumber(cursor, 'malformed', `${path} is a number of more than 10 bytes`);
}

function refuseNumber(cursor: Cursor, reason: DecodeFailure, detail: string): number {
  refuse(cursor, reason, detail);
  return Number.NaN;
}

/** Most numbers of a batch take one or two bytes: those are skipped without being computed. */
export function skipShortInt(cursor: Cursor): boolean {
  const { bytes, at, end } = cursor;
  if (at + 1 >= end) return false;
  const first = bytes[at] ?? 0x80;
  const second = bytes[at + 1] ?? 0x80;
  const length = first < 0x80 ? 1 : second > 0 && second < 0x80 ? 2 : 0;
  if (length === 0) return false;
  cursor.at = at + length;
  cursor.work++;
  return true;
}

/** Reads an int; `false` once refused. */
export function skipInt(cursor: Cursor, path: string): boolean {
  const value = readLong(cursor, path);
  if (Number.isNaN(value)) return false;
  return value === (value | 0) || refuse(cursor, 'malformed', `${path} does not fit an int`);
}
