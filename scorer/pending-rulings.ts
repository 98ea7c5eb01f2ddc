import type { Pseudonym } from '../detection/words/behaviour.ts';
import { type Ruling, rulingWords } from '../detection/words/verdict.ts';
import { verdictLimits } from '../schemas/verdict.ts';

/** What analysts said of a subject's incidents since its last verdict, oldest first: the next verdict tells it. */
export type PendingRulings = readonly Ruling[];

/** The rulings with one more; a later word on the same incident takes the place of the earlier. `undefined`: there is no room. */
export function withRuling(pending: PendingRulings, ruling: Ruling): PendingRulings | undefined {
  const others = pending.filter(({ incidentId }) => incidentId !== ruling.incidentId);
  return others.length < verdictLimits.rulings ? [...others, ruling] : undefined;
}

/** Whether the ruling says that what was suspected is not so: then it counts no longer against the account. */
export function clears({ ruling }: Pick<Ruling, 'ruling'>): boolean {
  switch (ruling) {
    case 'false-positive':
    case 'benign-known':
      return true;
    case 'confirmed':
    case 'unsure':
      return false;
  }
}

const idBytes = 16;
const rulingBytes = idBytes + 1;

/** Part of the stored format: how many, then for each the incident's id and its word's place in `rulingWords`. */
export function encodeRulings(pending: PendingRulings): Buffer {
  const bytes = Buffer.alloc(1 + pending.length * rulingBytes);
  bytes[0] = pending.length;
  pending.forEach(({ incidentId, ruling }, index) => {
    bytes.write(incidentId, 1 + index * rulingBytes, 'hex');
    bytes[index * rulingBytes + rulingBytes] = rulingWords.indexOf(ruling);
  });
  return bytes;
}

/** The rulings at the beginning of the bytes, and where what follows begins. @throws RangeError where they end too early, or say what no version wrote */
export function decodeRulings(bytes: Buffer): { rulings: PendingRulings; end: number } {
  const count = bytes[0] ?? 0;
  const end = 1 + count * rulingBytes;
  if (count === 0 || count > verdictLimits.rulings || bytes.length < end) {
    throw new RangeError('pending rulings are cut short, or too many');
  }
  const rulings = Array.from({ length: count }, (_, index): Ruling => {
    const from = 1 + index * rulingBytes;
    const ruling = rulingWords[bytes[from + idBytes] ?? rulingWords.length];
    if (ruling === undefined) throw new RangeError('a pending ruling has an unknown word');
    return { incidentId: bytes.toString('hex', from, from + idBytes) satisfies Pseudonym, ruling };
  });
  return { rulings, end };
}
