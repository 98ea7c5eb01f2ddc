import type { BrokerLog } from '../kafka-log.ts';

/** One event as the Kafka client reports it. */
export interface KafkaLogEntry {
  namespace: string;
  log: { message: string; readonly [field: string]: unknown };
}

/** The fields that may be logged; the client's others may hold what was sent. */
const shown = ['groupId', 'topic', 'partition', 'broker', 'clientId', 'error', 'retryCount', 'retryTime'] as const;

/**
 * The client's events in ours, all of them as detail: it reports every failed attempt as an error, dozens a second while
 * a cluster is away. What comes of the attempts is told by the adapter.
 */
export function adaptKafkaLog(log: BrokerLog): (entry: KafkaLogEntry) => void {
  return ({ namespace, log: { message, ...rest } }) => {
    const fields: Record<string, unknown> = { component: `kafka ${namespace}`.trim() };
    for (const field of shown) if (rest[field] !== undefined) fields[field] = rest[field];
    log.debug(fields, message.charAt(0).toLowerCase() + message.slice(1));
  };
}
