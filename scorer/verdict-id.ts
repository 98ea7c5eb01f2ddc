import { hash } from 'node:crypto';
import type { RecordPosition } from '../platform/broker/broker.ts';

/**
 * A verdict's identity: the first 16 bytes of SHA-256 over tenant, input topic, partition and offset, hexadecimal. Derived,
 * never drawn: a replay gives the same id, so a reader may drop what it has seen.
 */
export function verdictId(tenant: string, source: RecordPosition): string {
  return hash('sha256', `${tenant}|${source.topic}|${source.partition}|${source.offset}`, 'hex').slice(0, 32);
}
