import type { Broker, RecordBatch } from '../broker/broker.ts';
import type { PartitionOwner } from './partition-owner.ts';

/** The record that the states of a partition contain last, as the store knows it. */
export interface ContainedLast {
  offset: number;
  timestampMs: number;
}

/**
 * - `same`: the topic still has that record.
 * - `unknown`: the topic no longer keeps it, so nothing can be said.
 * - `other`: another record stands in its place. The states are of another topic.
 * - `seek`: it is not in hand; reading is to go on at `offset`.
 */
export type ContainedLastFound = { kind: 'same' | 'unknown' | 'other' } | { kind: 'seek'; offset: number };

/**
 * A topic that was created anew begins with other records under the same offsets. Where it has grown past what the states
 * contain, nothing but the record that they contain last tells. It is read in its turn, and by no reader of its own: once
 * for an ownership, reading is sent back to it.
 */
export async function findContainedLast<State>(
  owner: PartitionOwner<State>,
  { topic, partition, records }: RecordBatch,
  { offset, timestampMs }: ContainedLast,
  findOffsets: Broker['offsets'],
): Promise<ContainedLastFound> {
  const found = records.find((record) => record.offset === offset);
  if (found !== undefined) return { kind: found.timestampMs === timestampMs ? 'same' : 'other' };
  if (owner.sought?.offset === offset) return { kind: 'unknown' };
  const kept = (await findOffsets(topic)).find((each) => each.partition === partition);
  if (kept === undefined || offset < kept.low || offset >= kept.high) return { kind: 'unknown' };
  owner.sought = { offset, times: 1 };
  return { kind: 'seek', offset };
}
