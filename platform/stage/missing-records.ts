import type { Logger } from '../log.ts';
import type { PartitionOwner } from './partition-owner.ts';
import type { StageMetrics } from './stage-metrics.ts';

/** How often reading is sent back to offsets that the topic says it keeps. */
const maxSeeks = 3;

/**
 * The records in hand begin at `first`, behind the one that the owner needs next. Returns the offset at which to read
 * again; `undefined` where what is between does not come any more, and the owner goes on at `first`. What the topic has
 * removed meanwhile is lost, which is counted and told. What it has not removed and still does not hand out was never a
 * record, or compaction has taken it.
 */
export async function closeGap<State>(
  owner: PartitionOwner<State>,
  first: number,
  /** Oldest offset that the topic keeps; `undefined` where it does not say. */
  findOldest: () => Promise<number | undefined>,
  { log, metrics }: { log: Logger; metrics: Pick<StageMetrics, 'recordsLost'> },
): Promise<number | undefined> {
  const { partition, nextOffset, sought } = owner;
  const seek = (offset: number, times: number): number => {
    owner.sought = { offset, times };
    return offset;
  };
  const seeks = sought?.offset === nextOffset ? sought.times : 0;
  if (seeks === 0) return seek(nextOffset, 1);
  const oldest = (await findOldest()) ?? first;
  if (oldest <= nextOffset) {
    if (seeks < maxSeeks) return seek(nextOffset, seeks + 1);
    log.warn({ partition, fromOffset: nextOffset, untilOffset: first }, 'offsets without records passed over');
    owner.nextOffset = first;
    return undefined;
  }
  owner.nextOffset = Math.min(oldest, first);
  const lostRecords = owner.nextOffset - nextOffset;
  metrics.recordsLost(lostRecords);
  log.error(
    { partition, lostRecords, fromOffset: nextOffset, oldestOffset: oldest },
    'records are no longer kept that nobody has worked through: what they said is lost; lengthen the retention of the topic, or start more workers',
  );
  return oldest < first ? seek(oldest, 1) : undefined;
}
