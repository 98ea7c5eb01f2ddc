import { setTimeout as delay } from 'node:timers/promises';
import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import {
  type Broker,
  BrokerUnavailable,
  type OutgoingRecord,
  type RecordPosition,
} from '../../platform/broker/broker.ts';
import type { Clock } from '../../platform/clock.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { type AckedLog, batchName } from './acked-log.ts';
import type { BatchSender } from './load.ts';

const againAfterMs = 100;
/** No fault of a row lasts as long. */
const giveUpAfterMs = 120_000;

/** Does again what the broker has not acknowledged, until it has: `work` may be done twice without harm. */
export async function stubbornly<T>(work: () => Promise<T>, clock: Clock): Promise<T> {
  const untilMs = clock.nowMs() + giveUpAfterMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BrokerUnavailable) || clock.nowMs() > untilMs) throw error;
    }
    await delay(againAfterMs);
  }
}

/** Produces with acks of all in-sync replicas, again and again until they come. */
export function produceStubbornly(
  broker: Broker,
  records: readonly OutgoingRecord[],
  clock: Clock,
): Promise<RecordPosition[]> {
  return stubbornly(() => broker.produce(records), clock);
}

/** As a gateway of this version writes a batch. */
function encodeAsUsual(): (batch: BehaviourBatch) => Buffer {
  const codec = createBehaviourTopicCodec();
  return (value) => codec.encode({ kind: 'batch', value });
}

/** Straight to the behaviour topic, noting where each acknowledged batch stands. */
export function createDirectSender(
  broker: Broker,
  topic: string,
  acked: AckedLog,
  clock: Clock,
  encode: (batch: BehaviourBatch) => Buffer = encodeAsUsual(),
): BatchSender {
  return {
    async send(batches) {
      const records = batches.map((batch) => ({ topic, key: Buffer.from(batch.subject), value: encode(batch) }));
      const positions = await produceStubbornly(broker, records, clock);
      const atMs = clock.nowMs();
      batches.forEach((batch, index) => {
        const { device, session, sequence } = batch;
        acked.add({ name: batchName(batch), device, session, sequence, position: positions[index], atMs });
      });
    },
  };
}
