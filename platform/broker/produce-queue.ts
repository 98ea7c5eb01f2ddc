import { BrokerUnavailable, type OutgoingRecord, type RecordPosition } from './broker.ts';
import { isRefusal } from './kafka-error.ts';

export interface ProduceQueueOptions {
  /** Writes records and resolves with their positions in order. Never called again before it has settled. */
  send(records: readonly OutgoingRecord[], deadlineMs: number): Promise<RecordPosition[]>;
  /** How long a record may wait and be tried before its caller is told that the broker is unavailable. */
  timeoutMs: number;
  /** Most records in one send. The client's cost grows with the square of this number. */
  maxRecordsPerSend: number;
  /** Most records waiting; a call beyond is refused at once. */
  maxPendingRecords: number;
  now: () => number;
}

/** Calls in, sends out: one send in flight, and what is called meanwhile goes together into the next. */
export interface ProduceQueue {
  produce(records: readonly OutgoingRecord[]): Promise<RecordPosition[]>;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
}

interface Call {
  failed: Error | undefined;
}

/** A piece of one call, sent as a whole. */
interface Part {
  call: Call;
  records: readonly OutgoingRecord[];
  deadlineMs: number;
  resolve(positions: RecordPosition[]): void;
  reject(error: Error): void;
}

/** An idempotent Kafka producer keeps the order only with one send in flight, so this queue is what makes it fast. */
export function createProduceQueue(options: ProduceQueueOptions): ProduceQueue {
  const { send, timeoutMs, maxRecordsPerSend, maxPendingRecords, now } = options;
  const parts: Part[] = [];
  let pending = 0;
  let running: Promise<void> | undefined;

  const takeTogether = (): Part[] => {
    const together: Part[] = [];
    let count = 0;
    for (let part = parts[0]; part !== undefined; part = parts[0]) {
      if (together.length > 0 && count + part.records.length > maxRecordsPerSend) break;
      parts.shift();
      pending -= part.records.length;
      // What follows a failed part of the same call must not overtake it.
      if (part.call.failed !== undefined) {
        part.reject(part.call.failed);
        continue;
      }
      together.push(part);
      count += part.records.length;
    }
    return together;
  };
  const sendTogether = async (together: readonly Part[]): Promise<void> => {
    const [first] = together;
    if (first === undefined) return;
    try {
      const positions = await send(
        together.flatMap((part) => part.records),
        first.deadlineMs,
      );
      let at = 0;
      for (const part of together) {
        part.resolve(positions.slice(at, at + part.records.length));
        at += part.records.length;
      }
    } catch (error) {
      // One caller's record must not fail the others': each is sent by itself.
      if (together.length > 1 && isRefusal(error)) {
        for (const part of together) await sendTogether([part]);
        return;
      }
      const reason = error instanceof Error ? error : new Error(String(error));
      for (const part of together) {
        part.call.failed = reason;
        part.reject(reason);
      }
    }
  };
  const run = async (): Promise<void> => {
    // Calls of the same turn of the event loop go together.
    await Promise.resolve();
    while (parts.length > 0) await sendTogether(takeTogether());
    running = undefined;
  };

  return {
    produce: async (records) => {
      if (records.length === 0) return [];
      if (pending > 0 && pending + records.length > maxPendingRecords) {
        throw new BrokerUnavailable(
          `produce: ${pending} records already wait for Kafka (maxPendingRecords = ${maxPendingRecords}); slow down`,
        );
      }
      const call: Call = { failed: undefined };
      const deadlineMs = now() + timeoutMs;
      const sent: Promise<RecordPosition[]>[] = [];
      for (let at = 0; at < records.length; at += maxRecordsPerSend) {
        const piece = records.slice(at, at + maxRecordsPerSend);
        sent.push(new Promise((resolve, reject) => parts.push({ call, records: piece, deadlineMs, resolve, reject })));
        pending += piece.length;
      }
      running ??= run();
      const settled = await Promise.allSettled(sent);
      if (call.failed !== undefined) throw call.failed;
      return settled.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    },
    drained: async () => {
      while (running !== undefined) await running;
    },
  };
}
