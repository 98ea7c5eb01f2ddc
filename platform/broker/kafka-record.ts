import type { ConsumedRecord } from './broker.ts';

/** A 64-bit number as a Kafka client hands it out. */
export type KafkaNumber = string | bigint;

/** A record as a Kafka client hands it out. */
export interface KafkaMessage {
  offset: KafkaNumber;
  timestamp: KafkaNumber;
  key: Buffer | null;
  value: Buffer | null;
  headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
}

/** Throws for an offset that JavaScript's numbers cannot tell from its neighbour. */
export function safeOffset(given: KafkaNumber): number {
  const offset = Number(given);
  if (!Number.isSafeInteger(offset)) throw new Error(`offset ${given} is not a safe integer`);
  return offset;
}

/** A header given more than once has the last value, as in Kafka's `lastHeader`. */
export function toConsumedRecord(topic: string, partition: number, message: KafkaMessage): ConsumedRecord {
  const headers: Record<string, string> = {};
  for (const name in message.headers) {
    const given = message.headers[name];
    const value = Array.isArray(given) ? given.at(-1) : given;
    if (value !== undefined) headers[name] = value.toString();
  }
  return {
    topic,
    partition,
    offset: safeOffset(message.offset),
    key: message.key,
    value: message.value,
    headers,
    timestampMs: Number(message.timestamp),
  };
}
