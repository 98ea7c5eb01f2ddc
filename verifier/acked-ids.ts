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
const ackedId = z.union([position, identity]);

/** What a sender was told of a batch: where it stands, or which one it is, in the pseudonyms of the log. */
export type AckedId = z.infer<typeof ackedId>;

/** What tells a batch from every other one. */
type BatchIdentity = Pick<BehaviourBatch, 'tenant' | 'device' | 'session' | 'sequence'>;

/** The acknowledged batches that have not been met in the log yet. */
export interface AckedIds {
  readonly given: number;
  /** Notes that the log has the batch. */
  meet(record: RecordPosition, batch: BatchIdentity | undefined): void;
  left(): Iterable<AckedId>;
}

/** About 200 bytes each. */
const maxAckedIds = 5_000_000;

/** Reads lines of JSON, `{"partition":3,"offset":17}` or `{"tenant":…,"device":…,"session":…,"sequence":…}`. @throws with the line's number */
export async function* parseAckedIds(lines: AsyncIterable<string>): AsyncGenerator<AckedId> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const parsed = ackedId.safeParse(jsonIn(line));
    if (!parsed.success) {
      throw new AckedIdsMalformed(
        `line ${number} is neither {"partition", "offset"} nor {"tenant", "device", "session", "sequence"}`,
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
    meet({ partition, offset }, batch) {
      waiting.delete(nameOf({ partition, offset }));
      if (batch !== undefined) waiting.delete(nameOf(batch));
    },
    left: () => waiting.values(),
  };
}

function nameOf(id: AckedId): string {
  if ('offset' in id) return `${id.partition}:${id.offset}`;
  return [id.tenant, id.device, id.session, id.sequence].join('|');
}

/** `undefined` is no acknowledged id. */
function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
