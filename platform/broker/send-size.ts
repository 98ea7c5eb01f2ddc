import type { OutgoingRecord } from './broker.ts';

/** A record whose partition has been chosen. */
export interface PlacedRecord extends OutgoingRecord {
  partition: number;
}

/** What one send may hold. */
export interface SendLimits {
  maxRecords: number;
  maxBytes: number;
  /** The client makes one record batch of what goes to a partition, and a broker refuses one above `max.message.bytes`. */
  maxBytesPerPartition: number;
}

/** Offset, lengths, time stamp and the like, at most. */
const overheadBytes = 64;

function sizeOf({ key, value, headers = {} }: OutgoingRecord): number {
  let bytes = overheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
  // A character is at most three bytes of UTF-8.
  for (const name in headers) bytes += 8 + 3 * (name.length + (headers[name]?.length ?? 0));
  return bytes;
}

/** How many of `records`, from the first on, may go together: one at least, as the broker judges a record that is too large. */
export function countThatFit(records: Iterable<PlacedRecord>, limits: SendLimits): number {
  const perPartition = new Map<string, number>();
  let count = 0;
  let total = 0;
  for (const record of records) {
    const bytes = sizeOf(record);
    const place = `${record.topic} ${record.partition}`;
    const there = (perPartition.get(place) ?? 0) + bytes;
    total += bytes;
    const fits = count < limits.maxRecords && total <= limits.maxBytes && there <= limits.maxBytesPerPartition;
    if (count > 0 && !fits) break;
    perPartition.set(place, there);
    count += 1;
  }
  return count;
}
