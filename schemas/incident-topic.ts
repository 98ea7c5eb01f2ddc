import { nameOf } from './codec.ts';
import { type Decoded, named, refused } from './decoded.ts';
import { readFrame } from './framing.ts';
import { createIncidentCodec, type IncidentRevision } from './incident.ts';
import { type ConfluentIds, defaultConfluentIds } from './stored-schemas.ts';
import { createSuppressionCodec, type SuppressionRule } from './suppression.ts';

/** What a record of the incident topic says. */
export type IncidentRecord =
  | { kind: 'incident'; value: IncidentRevision }
  | { kind: 'suppression'; value: SuppressionRule };

/** The key that the record must stand under: an incident's is its subject, a rule's its tenant. */
export function keyOfIncidentRecord({ kind, value }: IncidentRecord): string {
  switch (kind) {
    case 'incident':
      return value.subject;
    case 'suppression':
      return value.tenant;
  }
}

/** Bytes of the incident topic to what they say, and back. Which schema it is follows from the frame alone. */
export interface IncidentTopicCodec {
  encode(record: IncidentRecord): Buffer;
  decode(bytes: Buffer | null): Decoded<IncidentRecord>;
}

/** The one decoder of the incident topic, where revisions of incidents and suppression rules travel in one order. */
export function createIncidentTopicCodec(confluentIds: ConfluentIds = defaultConfluentIds()): IncidentTopicCodec {
  const incidents = createIncidentCodec(confluentIds);
  const suppressions = createSuppressionCodec(confluentIds);
  return {
    encode(record) {
      switch (record.kind) {
        case 'incident':
          return incidents.encode(record.value);
        case 'suppression':
          return suppressions.encode(record.value);
      }
    },
    decode(bytes) {
      if (bytes === null) return refused('empty', 'the record has no value');
      const frame = readFrame(bytes);
      if (!frame.ok) return frame;
      if (incidents.owns(frame)) return named('incident', incidents.decode(bytes));
      if (suppressions.owns(frame)) return named('suppression', suppressions.decode(bytes));
      return refused('unknown-schema', `${nameOf(frame)} is none of the incident topic's schemas`);
    },
  };
}
