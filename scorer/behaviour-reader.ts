import type { ConsumedRecord } from '../platform/broker/broker.ts';
import { type BehaviourRecord, createBehaviourTopicCodec } from '../schemas/behaviour-topic.ts';
import type { DecodeFailure } from '../schemas/decoded.ts';

/** A record of the behaviour topic, or why it must not be stepped. `key-mismatch`: its key is not its subject. */
export type ReadBehaviour =
  | { ok: true; behaviour: BehaviourRecord }
  | { ok: false; reason: DecodeFailure | 'key-mismatch'; detail: string; tenant: string | null };

/**
 * Reads records of the behaviour topic, each once however often it is asked for. A record under a foreign key is refused:
 * it may stand in a partition where its subject has no state, and would be judged as somebody new.
 */
export function createBehaviourReader(): (record: ConsumedRecord) => ReadBehaviour {
  const codec = createBehaviourTopicCodec();
  const known = new WeakMap<ConsumedRecord, ReadBehaviour>();

  function readNew({ key, value }: ConsumedRecord): ReadBehaviour {
    const decoded = codec.decode(value);
    if (!decoded.ok) return { ...decoded, tenant: null };
    const behaviour = decoded.value;
    const { subject, tenant } = behaviour.value;
    if (key?.toString('latin1') === subject) return { ok: true, behaviour };
    return { ok: false, reason: 'key-mismatch', detail: 'the record key is not the subject', tenant };
  }

  return function readBehaviour(record) {
    const before = known.get(record);
    if (before !== undefined) return before;
    const read = readNew(record);
    known.set(record, read);
    return read;
  };
}
