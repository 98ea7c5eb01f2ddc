import type { ConsumedRecord } from '../platform/broker/broker.ts';
import type { DecodeFailure } from '../schemas/decoded.ts';
import { createIncidentTopicCodec, type IncidentRecord, keyOfIncidentRecord } from '../schemas/incident-topic.ts';

/** A record of the incident topic, or why it must not be stepped. `key-mismatch`: its key is not its subject, or a rule's its tenant. */
export type ReadIncidentRecord =
  | { ok: true; record: IncidentRecord }
  | { ok: false; reason: DecodeFailure | 'key-mismatch'; detail: string; tenant: string | null };

/**
 * Reads records of the incident topic, each once however often it is asked for. An incident under a foreign key is refused:
 * it may stand in another partition than the subject's other incidents.
 */
export function createIncidentRecordReader(): (record: ConsumedRecord) => ReadIncidentRecord {
  const codec = createIncidentTopicCodec();
  const known = new WeakMap<ConsumedRecord, ReadIncidentRecord>();

  function readNew({ key, value }: ConsumedRecord): ReadIncidentRecord {
    const decoded = codec.decode(value);
    if (!decoded.ok) return { ...decoded, tenant: null };
    const record = decoded.value;
    if (key?.equals(Buffer.from(keyOfIncidentRecord(record))) === true) return { ok: true, record };
    const what = record.kind === 'incident' ? 'the subject' : 'the tenant of the rule';
    const { tenant } = record.value;
    return { ok: false, reason: 'key-mismatch', detail: `the record key is not ${what}`, tenant };
  }

  return function readIncidentRecord(record) {
    const before = known.get(record);
    if (before !== undefined) return before;
    const read = readNew(record);
    known.set(record, read);
    return read;
  };
}
