import type { Broker, RecordBatch } from '../broker/broker.ts';
import type { Logger } from '../log.ts';

/**
 * Where a new owner goes on. `lostRecords`: how many the topic no longer keeps although the state does not contain them.
 * `ahead`: the state contains records that the topic does not have.
 */
export type StartingOffset =
  | { kind: 'start'; offset: number; lostRecords: number }
  | { kind: 'ahead'; endOffset: number };

/**
 * The store holds the truth of what the state contains, the group's committed offset is a hint. An empty store means
 * everything that the topic still keeps; a store behind the hint means reading again from there.
 */
export async function findStartingOffset(
  broker: Broker,
  log: Logger,
  batch: RecordBatch,
  appliedOffset: number | undefined,
): Promise<StartingOffset> {
  const { topic, partition } = batch;
  const firstOffset = batch.records[0]?.offset ?? batch.highWatermark;
  const wanted = appliedOffset === undefined ? 0 : appliedOffset + 1;
  if (wanted >= firstOffset && wanted <= batch.highWatermark) return { kind: 'start', offset: wanted, lostRecords: 0 };

  const kept = (await broker.offsets(topic)).find((each) => each.partition === partition);
  const low = kept?.low ?? firstOffset;
  const high = kept?.high ?? batch.highWatermark;
  if (wanted > high) {
    log.error(
      { partition, appliedOffset, endOffset: high },
      'the state contains records that the topic does not have: was the topic created anew?',
    );
    return { kind: 'ahead', endOffset: high };
  }
  if (wanted >= firstOffset) return { kind: 'start', offset: wanted, lostRecords: 0 };
  const offset = Math.max(wanted, Math.min(low, firstOffset));
  const wasRead = appliedOffset !== undefined || firstOffset > low;
  const lostRecords = wasRead ? offset - wanted : 0;
  if (lostRecords > 0) {
    log.error(
      { partition, lostRecords, oldestOffset: offset },
      'records that the state does not contain are no longer kept: what they said is lost, and what is read again behind them may get other outputs than before, under the same ids, of which the first count; lengthen the retention of the topic',
    );
  }
  if (appliedOffset === undefined && wasRead) {
    log.error(
      { partition, fromOffset: offset, untilOffset: firstOffset, records: firstOffset - offset },
      'the store holds no state of a partition that was read before: building it again from the oldest kept record',
    );
  } else if (appliedOffset !== undefined) {
    log.warn(
      { partition, fromOffset: offset, untilOffset: firstOffset },
      'the store is behind the committed offset: building its state again from what it contains',
    );
  }
  return { kind: 'start', offset, lostRecords };
}
