import type { Verdict } from '../detection/words/verdict.ts';
import type { ConsumedRecord } from '../platform/broker/broker.ts';
import type { DecodeFailure } from '../schemas/decoded.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';

/** A record of the verdict topic, or why it must not be stepped. `key-mismatch`: its key is not its subject. */
export type ReadVerdict =
  | { ok: true; verdict: Verdict }
  | { ok: false; reason: DecodeFailure | 'key-mismatch'; detail: string; tenant: string | null };

/**
 * Reads records of the verdict topic, each once however often it is asked for. A record under a foreign key is refused:
 * it may stand in another partition than its subject's incidents, and would open them a second time.
 */
export function createVerdictReader(): (record: ConsumedRecord) => ReadVerdict {
  const codec = createVerdictCodec();
  const known = new WeakMap<ConsumedRecord, ReadVerdict>();

  function readNew({ key, value }: ConsumedRecord): ReadVerdict {
    const decoded = codec.decode(value);
    if (!decoded.ok) return { ...decoded, tenant: null };
    const verdict = decoded.value;
    if (key?.toString('latin1') === verdict.subject) return { ok: true, verdict };
    return {
      ok: false,
      reason: 'key-mismatch',
      detail: 'the record key is not the subject',
      tenant: verdict.tenant,
    };
  }

  return function readVerdict(record) {
    const before = known.get(record);
    if (before !== undefined) return before;
    const read = readNew(record);
    known.set(record, read);
    return read;
  };
}
