import { type AvroNode, leastBytes } from './avro-node.ts';
import type { DecodeFailure } from './decoded.ts';
import { type Cursor, readLong, refuse, skipInt, skipShortInt } from './scan-cursor.ts';

/** `work` counts the values looked at: at most one per byte, plus one. */
export type ScanOutcome =
  | { ok: true; work: number }
  | { ok: false; reason: DecodeFailure; detail: string; work: number };

/** Looks through one body, from `start` to the end of `bytes`, without building anything. */
export type Scan = (bytes: Buffer, start: number) => ScanOutcome;

/** How many array items a body may declare. */
export interface ScanLimits {
  /** Array items in one record, over all its arrays. */
  maxItems: number;
  /** Items of one array, by its path: `pointer[].dtMs`. An array that is not named is bounded by `maxItems` only. */
  maxItemsAt?: Readonly<Record<string, number>>;
}

/** Moves the cursor behind one value; `false` once something was refused. */
type Walk = (cursor: Cursor) => boolean;

/**
 * Compiles a writer's schema to a scanner that runs before avsc does: avsc allocates what a count declares before it
 * looks whether the bytes are there (4 bytes can block it for seconds). What passes here decodes in time
 * proportional to its bytes: counts are held against the bytes left and the item limit, lengths, union branches, enum
 * indices and numbers against their ranges, and the body must end where the value does.
 */
export function compileScan(node: AvroNode, { maxItems, maxItemsAt = {} }: ScanLimits): Scan {
  const walk = compile(node, '', maxItemsAt);
  return function boundedScan(bytes, start) {
    const cursor: Cursor = {
      bytes,
      at: start,
      end: bytes.length,
      itemsLeft: maxItems,
      work: 0,
      reason: 'malformed',
      detail: '',
    };
    if (!walk(cursor)) return { ok: false, reason: cursor.reason, detail: cursor.detail, work: cursor.work };
    if (cursor.at === cursor.end) return { ok: true, work: cursor.work };
    const detail = `${cursor.end - cursor.at} bytes after the end of the record`;
    return { ok: false, reason: 'trailing-bytes', detail, work: cursor.work };
  };
}

function compile(node: AvroNode, path: string, maxItemsAt: Readonly<Record<string, number>>): Walk {
  switch (node.kind) {
    case 'null':
      return () => true;
    case 'boolean':
      return booleanWalk(path);
    case 'int':
      return intWalk(path);
    case 'long':
      return (cursor) => !Number.isNaN(readLong(cursor, path));
    case 'float':
      return sizedWalk(path, 4);
    case 'double':
      return sizedWalk(path, 8);
    case 'fixed':
      return sizedWalk(path, node.size);
    case 'bytes':
    case 'string':
      return lengthWalk(path);
    case 'enum':
      return enumWalk(path, node.symbols.length);
    case 'union':
      return unionWalk(
        path,
        node.branches.map((branch) => compile(branch, path, maxItemsAt)),
      );
    case 'array':
      return arrayWalk(path, node.items, {
        walk: compile(node.items, `${path}[]`, maxItemsAt),
        most: maxItemsAt[path] ?? Number.POSITIVE_INFINITY,
      });
    case 'record':
      return recordWalk(
        node.fields.map((field) => compile(field.node, path === '' ? field.name : `${path}.${field.name}`, maxItemsAt)),
      );
  }
}

function intWalk(path: string): Walk {
  return (cursor) => skipShortInt(cursor) || skipInt(cursor, path);
}

function sizedWalk(path: string, size: number): Walk {
  return (cursor) => {
    cursor.work++;
    if (size > cursor.end - cursor.at)
      return refuse(cursor, 'truncated', `${path} needs ${size} bytes, ${cursor.end - cursor.at} are left`);
    cursor.at += size;
    return true;
  };
}

function lengthWalk(path: string): Walk {
  return (cursor) => {
    const length = readLong(cursor, path);
    if (Number.isNaN(length)) return false;
    if (length < 0) return refuse(cursor, 'malformed', `${path} declares a negative length`);
    if (length > cursor.end - cursor.at) {
      return refuse(cursor, 'truncated', `${path} declares ${length} bytes, ${cursor.end - cursor.at} are left`);
    }
    cursor.at += length;
    return true;
  };
}

function booleanWalk(path: string): Walk {
  return (cursor) => {
    cursor.work++;
    if (cursor.at >= cursor.end) return refuse(cursor, 'truncated', `${path} is missing`);
    const byte = cursor.bytes[cursor.at++] ?? 0;
    return byte <= 1 || refuse(cursor, 'malformed', `${path} is neither true nor false`);
  };
}

function enumWalk(path: string, symbols: number): Walk {
  return (cursor) => {
    const index = readLong(cursor, path);
    if (Number.isNaN(index)) return false;
    return (
      (index >= 0 && index < symbols) ||
      refuse(cursor, 'malformed', `${path} has enum index ${index}: must be 0..${symbols - 1}`)
    );
  };
}

function unionWalk(path: string, walks: readonly Walk[]): Walk {
  return (cursor) => {
    const index = readLong(cursor, path);
    if (Number.isNaN(index)) return false;
    const walk = walks[index];
    if (walk === undefined)
      return refuse(cursor, 'malformed', `${path} has union branch ${index}: must be 0..${walks.length - 1}`);
    return walk(cursor);
  };
}

function recordWalk(walks: readonly Walk[]): Walk {
  return (cursor) => {
    for (const walk of walks) if (!walk(cursor)) return false;
    return true;
  };
}

function arrayWalk(path: string, items: AvroNode, { walk, most }: { walk: Walk; most: number }): Walk {
  const least = leastBytes(items);
  const isSized = items.kind === 'float' || items.kind === 'double' || items.kind === 'fixed';
  return (cursor) => {
    let seen = 0;
    for (;;) {
      let count = readLong(cursor, path);
      if (Number.isNaN(count)) return false;
      if (count === 0) return true;
      let blockEnd = -1;
      if (count < 0) {
        // A negative count is followed by the block's length in bytes, so that a reader may skip it.
        count = -count;
        const length = readLong(cursor, path);
        if (Number.isNaN(length)) return false;
        if (length < 0) return refuse(cursor, 'malformed', `${path} declares a block of negative length`);
        blockEnd = cursor.at + length;
      }
      seen += count;
      if (seen > most) return refuse(cursor, 'too-many-items', `${path} declares ${seen} items: at most ${most}`);
      if (!admit(cursor, path, count, least)) return false;
      if (isSized) {
        cursor.at += count * least;
        cursor.work++;
      } else {
        for (let item = 0; item < count; item++) if (!walk(cursor)) return false;
      }
      if (blockEnd !== -1 && blockEnd !== cursor.at) {
        return refuse(cursor, 'malformed', `${path} declares another block length than its items take`);
      }
    }
  };
}

function admit(cursor: Cursor, path: string, count: number, least: number): boolean {
  const left = cursor.end - cursor.at;
  if (count > cursor.itemsLeft) {
    return refuse(
      cursor,
      'too-many-items',
      `${path} declares ${count} items: at most ${cursor.itemsLeft} more are allowed`,
    );
  }
  if (count * least > left)
    return refuse(cursor, 'truncated', `${path} declares ${count} items, ${left} bytes are left`);
  cursor.itemsLeft -= count;
  return true;
}
