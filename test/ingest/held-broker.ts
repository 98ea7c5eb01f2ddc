import type { Broker, OutgoingRecord, RecordPosition } from '../../platform/broker/broker.ts';

interface HeldCall {
  records: readonly OutgoingRecord[];
  fail(error: Error): void;
}

/** A broker that holds every call until it is told what becomes of it; once released, it acknowledges at once. */
export function heldBroker() {
  let released = false;
  const acknowledgements: (() => void)[] = [];
  const calls = Object.assign([] as HeldCall[], {
    release() {
      released = true;
      for (const acknowledge of acknowledgements) acknowledge();
    },
  });
  const broker: Pick<Broker, 'produce'> = {
    produce: (records) =>
      new Promise<RecordPosition[]>((resolve, fail) => {
        calls.push({ records, fail });
        const acknowledge = () => resolve(records.map(({ topic }, offset) => ({ topic, partition: 0, offset })));
        if (released) acknowledge();
        else acknowledgements.push(acknowledge);
      }),
  };
  return { broker, calls };
}

/** Lets the event loop turn until the condition holds; a condition that never does ends in the test's time limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await turns(1);
}

/** Lets the event loop turn `count` times: ample for loopback traffic in this process. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
