import type { Broker } from '../../platform/broker/broker.ts';
import { createIncidentTopicCodec, type IncidentRecord } from '../../schemas/incident-topic.ts';

/** What of the incident topic is read. */
export interface ReadIncidentsOptions {
  broker: Pick<Broker, 'read'>;
  topic: string;
  /** Told after each record, with how many were read. */
  onRead?: ((records: number) => void) | undefined;
}

/** A record of the incident topic with its partition; within one, in the order in which they were written. */
export type PlacedIncidentRecord = IncidentRecord & { partition: number };

/** What the incident topic holds now; what this version cannot read is passed over. */
export async function* readIncidents({
  broker,
  topic,
  onRead,
}: ReadIncidentsOptions): AsyncGenerator<PlacedIncidentRecord> {
  const codec = createIncidentTopicCodec();
  let records = 0;
  for await (const { value, partition } of broker.read({ topic, from: 'earliest', until: 'end' })) {
    records += 1;
    onRead?.(records);
    const read = codec.decode(value);
    if (read.ok) yield { ...read.value, partition };
  }
}
