import { z } from 'zod';
import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import type { RecordPosition } from '../platform/broker/broker.ts';

const position = z.strictObject({ partition: z.int().min(0), offset: z.int().min(0) });
const identity = z.strictObject({
  tenant: z.string(),
  device: z.string(),
  session: z.string(),
  sequence: z.int().min(0),
});
const ackedId = z.union([position, identity, position.extend(identity.shape)]);

/** What a sender was told of a batch: where it stands, which one it is, in the pseudonyms of the log, or both. */
export type AckedId = z.infer<typeof ackedId>;

/** What tells a batch from every other one. */
type BatchIdentity = Pick<BehaviourBatch, 'tenant' | 'device' | 'session' | 'sequence'>;

/** The acknowledged batches that have not been met in the log yet. */
export interface AckedIds {
  readonly given: number;
  /**
   * Notes what the log has there. Who gave place and identity is met by that batch at that place, and by none elsewhere;
   * `unreadable`, which was set aside, may have been any batch.
   */
  meet(record: RecordPosition, found: BatchIdentity | 'unreadable' | undefined): void;
  left(): Iterable<AckedId>;
}

/** About 200 bytes each, with place and identity 400. */
const maxAckedIds = 5_000_000;

/** Reads lines of JSON, `{"partition":3,"offset":17}`, `{"tenant":…,"device":…,"session":…,"sequence":…}`, or all of it in one. @throws with the line's number */
export async function* parseAckedIds(lines: AsyncIterable<string>): AsyncGenerator<AckedId> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const parsed = ackedId.safeParse(jsonIn(line));
    if (!parsed.success) {
      throw new AckedIdsMalformed(
        `line ${number} is neither {"partition", "offset"} nor {"tenant", "device", "session", "sequence"}, nor both in one`,
      );
    }
    yield parsed.data;
  }
}

/** A list of acknowledged ids that cannot be read. */
export class AckedIdsMalformed extends Error {
  override readonly name = 'AckedIdsMalformed';
}

/** @throws RangeError where there are more than the bound */
export async function collectAckedIds(ids: Iterable<AckedId> | AsyncIterable<AckedId>): Promise<AckedIds> {
  const waiting = new Map<string, AckedId>();
  for await (const id of ids) {
    if (waiting.size >= maxAckedIds) throw new RangeError(`at most ${maxAckedIds} acknowledged ids at once`);
    waiting.set(nameOf(id), id);
  }
  return {
    given: waiting.size,
    meet({ partition, offset }, found) {
      const place = nameOf({ partition, offset });
      const batch = found === 'unreadable' || found === undefined ? undefined : identityOf(found);
      const placed = waiting.get(place);
      if (placed !== undefined && (!('device' in placed) || found === 'unreadable' || identityOf(placed) === batch)) {
        waiting.delete(place);
      }
      if (batch !== undefined) waiting.delete(batch);
    },
    left: () => waiting.values(),
  };
}

function nameOf(id: AckedId): string {
  if ('offset' in id) return `${id.partition}:${id.offset}`;
  return identityOf(id);
}

function identityOf({ tenant, device, session, sequence }: BatchIdentity): string {
  return [tenant, device, session, sequence].join('|');
}

/** `undefined` is no acknowledged id. */
function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
