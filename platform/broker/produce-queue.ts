import { BrokerUnavailable, type RecordPosition } from './broker.ts';
import { isRefusal } from './kafka-error.ts';
import { countThatFit, type PlacedRecord, type SendLimits } from './send-size.ts';

/** Where a queue sends, and its bounds. */
export interface ProduceQueueOptions {
  /** Writes records and resolves with their positions in order. Never called again before it has settled. */
  send(records: readonly PlacedRecord[], deadlineMs: number): Promise<RecordPosition[]>;
  /** How long a record may wait and be tried before its caller is told that the broker is unavailable. */
  timeoutMs: number;
  limits: SendLimits;
  /** Most records waiting; a call beyond is refused at once. */
  maxPendingRecords: number;
  now: () => number;
}

/** Calls in, sends out: one send in flight, and what is called meanwhile goes together into the next. */
export interface ProduceQueue {
  produce(records: readonly PlacedRecord[]): Promise<RecordPosition[]>;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
}

/** One caller's records, until all of them are acknowledged or one has failed. */
interface Call {
  readonly positions: RecordPosition[];
  readonly count: number;
  readonly deadlineMs: number;
  failed: boolean;
  resolve(positions: RecordPosition[]): void;
  reject(error: unknown): void;
}

interface Entry {
  readonly call: Call;
  readonly record: PlacedRecord;
}

/** An idempotent Kafka producer keeps the order only with one send in flight, so this queue is what makes it fast. */
export function createProduceQueue(options: ProduceQueueOptions): ProduceQueue {
  const { send, timeoutMs, limits, maxPendingRecords, now } = options;
  let waiting: Entry[] = [];
  let running: Promise<void> | undefined;
  /** Of the last send, where it failed: what others then have waited for in vain. */
  let failure: unknown;

  /** Whose time is up is told so. Sent now, it would end a producer that may be sound, and be in the log all the same. */
  const refuseLate = (): void => {
    for (const { call } of waiting) {
      if (call.failed || now() < call.deadlineMs) continue;
      call.failed = true;
      call.reject(
        failure ?? new BrokerUnavailable('produce: no acknowledgement of earlier records in time; slow down'),
      );
    }
  };
  const takeTogether = (): Entry[] => {
    refuseLate();
    // What follows a failed record of the same call must not overtake it.
    if (waiting.some(({ call }) => call.failed)) waiting = waiting.filter(({ call }) => !call.failed);
    return waiting.splice(0, countThatFit(recordsOf(waiting), limits));
  };
  const sendTogether = async (entries: readonly Entry[]): Promise<void> => {
    const [first] = entries;
    if (first === undefined) return;
    try {
      const positions = await send([...recordsOf(entries)], first.call.deadlineMs);
      failure = undefined;
      entries.forEach(({ call }, index) => {
        // Records of one call are sent in their order, so that they come back in it.
        call.positions.push(positions[index] as RecordPosition);
        if (call.positions.length === call.count) call.resolve(call.positions);
      });
    } catch (error) {
      const calls = new Set(entries.map(({ call }) => call));
      // One caller's record must not fail the others': each is sent by itself.
      if (calls.size > 1 && isRefusal(error)) {
        for (const each of calls) await sendTogether(entries.filter(({ call }) => call === each));
        return;
      }
      failure = isRefusal(error) ? undefined : error;
      for (const call of calls) {
        call.failed = true;
        call.reject(error);
      }
    }
  };
  const run = async (): Promise<void> => {
    // Calls of the same turn of the event loop go together.
    await Promise.resolve();
    while (waiting.length > 0) await sendTogether(takeTogether());
    running = undefined;
  };

  return {
    produce: async (records) => {
      if (records.length === 0) return [];
      if (waiting.length > 0 && waiting.length + records.length > maxPendingRecords) {
        throw new BrokerUnavailable(
          `produce: ${waiting.length} records already wait for Kafka (maxPendingRecords = ${maxPendingRecords}); slow down`,
        );
      }
      return new Promise((resolve, reject) => {
        const deadlineMs = now() + timeoutMs;
        const call: Call = { positions: [], count: records.length, deadlineMs, failed: false, resolve, reject };
        for (const record of records) waiting.push({ call, record });
        running ??= run();
      });
    },
    drained: async () => {
      while (running !== undefined) await running;
    },
  };
}

function* recordsOf(entries: readonly Entry[]): Generator<PlacedRecord> {
  for (const { record } of entries) yield record;
}
