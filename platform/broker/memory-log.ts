import type { ConsumedRecord } from './broker.ts';

/** The records of one partition of a `MemoryBroker`, oldest first. */
export interface MemoryLog {
  /** Oldest offset still kept. */
  low(): number;
  /** The offset of the next record. */
  high(): number;
  append(record: Omit<ConsumedRecord, 'offset'>): number;
  /** Up to `maxRecords` records and about `maxBytes`, from `offset` on; one record at least, where there is one. */
  slice(offset: number, maxRecords: number, maxBytes: number): ConsumedRecord[];
  /** Forgets what lies below `offset`; returns how many records that were. */
  dropBelow(offset: number): number;
}

/** An empty partition. */
export function createMemoryLog(): MemoryLog {
  let first = 0;
  let records: ConsumedRecord[] = [];
  return {
    low: () => first,
    high: () => first + records.length,
    append: (record) => {
      const offset = first + records.length;
      records.push({ ...record, offset });
      return offset;
    },
    slice: (offset, maxRecords, maxBytes) => {
      const from = Math.max(0, offset - first);
      let to = from;
      let bytes = 0;
      while (to < records.length && to - from < maxRecords) {
        const record = records[to] as ConsumedRecord;
        bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
        if (to > from && bytes > maxBytes) break;
        to += 1;
      }
      return records.slice(from, to);
    },
    dropBelow: (offset) => {
      const count = Math.min(Math.max(0, offset - first), records.length);
      if (count > 0) records = records.slice(count);
      first += count;
      return count;
    },
  };
}
