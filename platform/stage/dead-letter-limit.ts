import type { ConsumedRecord } from '../broker/broker.ts';
import type { KeyedStage, StateView, StepOutcome } from './keyed-stage.ts';
import { createRecentSenders } from './recent-senders.ts';

/** How many records a worker sets aside before it stops: a bad deploy must not pour the topic into dead letters. */
export interface DeadLetterLimit {
  /** In one partition without a good record in between; 0: no limit. */
  maxInARow: number;
  /** Share of the last `windowRecords` over all partitions of the worker; 1: no limit. */
  maxShare: number;
  windowRecords: number;
  /**
   * Most that count of one record key while at least as many keys do well as fail: whoever sends under one key alone
   * cannot stop the others, and where hardly anybody does well it is not the sender. Records without a key all count.
   */
  maxOfOneKey: number;
}

/** What holds where nothing else is said: 100 in a row, or 100 of the last 2,000. */
export const defaultDeadLetterLimit = {
  maxInARow: 100,
  maxShare: 0.05,
  windowRecords: 2_000,
  maxOfOneKey: 20,
} satisfies DeadLetterLimit;

/** The dependency that a record waits for which would be set aside beyond the limit: a person. */
export const deadLetterLimitReason = 'dead-letter-limit';

/** Which limit was reached, where, and why the records were refused. */
export interface DeadLetterLimitReached {
  limit: 'in-a-row' | 'share';
  partition: number;
  offset: number;
  /** Of the record that was kept back. */
  reason: string;
  inARow: number;
  inWindow: number;
}

/** Bytes of a key that tell it from others. */
const keyBytes = 64;

/**
 * The stage with a limit on what it sets aside. Beyond it a record that would become a dead letter waits, and with it its
 * partition; records that can be stepped go on elsewhere. Once reached, the limit holds until the process starts again. It
 * postpones and never alters an outcome: what is set aside later has the same bytes. `reached` is called once per partition.
 */
export function limitDeadLetters<State>(
  stage: KeyedStage<State>,
  { maxInARow, maxShare, windowRecords, maxOfOneKey }: DeadLetterLimit,
  reached: (what: DeadLetterLimitReached) => void,
): KeyedStage<State> {
  const maxInWindow = maxShare >= 1 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(maxShare * windowRecords));
  const longestRun = maxInARow === 0 ? Number.POSITIVE_INFINITY : maxInARow;
  const runs = new Map<number, number>();
  /** Up to which offset a partition's records were counted: a retry counts nothing twice. */
  const counted = new Map<number, number>();
  const stopped = new Set<number>();
  const senders = createRecentSenders(windowRecords);
  let shareReached = false;

  function stop(record: ConsumedRecord, limit: DeadLetterLimitReached['limit'], reason: string): StepOutcome {
    const { partition, offset } = record;
    if (!stopped.has(partition)) {
      stopped.add(partition);
      reached({ limit, partition, offset, reason, inARow: runs.get(partition) ?? 0, inWindow: senders.letters() });
    }
    return { kind: 'unavailable', dependency: deadLetterLimitReason };
  }

  function admit(record: ConsumedRecord, outcome: StepOutcome): StepOutcome {
    const { partition, offset } = record;
    if (outcome.kind === 'unavailable' || offset <= (counted.get(partition) ?? -1)) return outcome;
    const key = record.key?.toString('latin1', 0, keyBytes);
    if (outcome.kind === 'emit') {
      counted.set(partition, offset);
      runs.set(partition, 0);
      senders.enter(key, false);
      return outcome;
    }
    const run = runs.get(partition) ?? 0;
    shareReached ||= senders.letters() >= maxInWindow;
    if (run >= longestRun) return stop(record, 'in-a-row', outcome.reason);
    if (shareReached) return stop(record, 'share', outcome.reason);
    counted.set(partition, offset);
    if (key !== undefined && senders.isAlone(key, maxOfOneKey)) return outcome;
    runs.set(partition, run + 1);
    senders.enter(key, true);
    return outcome;
  }

  return {
    ...stage,
    step(record: ConsumedRecord, states: StateView<State>) {
      const made = stage.step(record, states);
      return 'kind' in made ? admit(record, made) : made.then((outcome) => admit(record, outcome));
    },
  };
}
