import { hash } from 'node:crypto';
import type { RecordPosition } from '../platform/broker/broker.ts';

/** One output as the system wrote it, under its id. Its bytes are known by their digest alone: memory is bounded by ids. */
export interface FoundOutput<About> {
  /** Where its id stands first. */
  first: RecordPosition;
  /** The records of the id, by their bytes, in the order in which these came first. */
  forms: Form<About>[];
}

/** Records with the same bytes. */
export interface Form<About> {
  digest: string;
  records: number;
  about: About;
}

/** What an output's records come to beside the bytes that it must have. */
export interface ComparedForms<About> {
  /** Records with the right bytes. */
  equal: number;
  /** The others, by their bytes. */
  others: Form<About>[];
}

/** Outputs of one kind, by id, until the replay asks for them. */
export interface FoundOutputs<About> {
  /** @throws RangeError where there are more ids than the bound */
  add(id: string, bytes: Buffer, position: RecordPosition, about: About): void;
  get(id: string): FoundOutput<About> | undefined;
  /** The same, and forgets it: what is left at the end belongs to no input. */
  take(id: string): FoundOutput<About> | undefined;
  left(): IterableIterator<[string, FoundOutput<About>]>;
}

/** More forms of one id than this are counted with the last one: there should be one. */
const maxForms = 8;

/** A name for bytes, short enough to be kept for every output: 128 bits of SHA-256. */
export function digestOf(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex').slice(0, 32);
}

/** At most `maxIds` at a time, about 400 bytes each. */
export function createFoundOutputs<About>(what: string, maxIds: number): FoundOutputs<About> {
  const found = new Map<string, FoundOutput<About>>();
  return {
    add(id, bytes, { topic, partition, offset }, about) {
      const digest = digestOf(bytes);
      const known = found.get(id);
      if (known === undefined) {
        if (found.size >= maxIds) {
          throw new RangeError(`more than ${maxIds} ${what} at once: verify some partitions at a time (partitions)`);
        }
        found.set(id, { first: { topic, partition, offset }, forms: [{ digest, records: 1, about }] });
        return;
      }
      const same = known.forms.find((form) => form.digest === digest);
      const last = known.forms.at(-1);
      if (same !== undefined) same.records += 1;
      else if (known.forms.length < maxForms) known.forms.push({ digest, records: 1, about });
      else if (last !== undefined) last.records += 1;
    },
    get: (id) => found.get(id),
    take(id) {
      const output = found.get(id);
      found.delete(id);
      return output;
    },
    left: () => found.entries(),
  };
}

/** Lays what was found beside the bytes that it must have. */
export function compareForms<About>({ forms }: FoundOutput<About>, bytes: Buffer): ComparedForms<About> {
  const digest = digestOf(bytes);
  const equal = forms.find((form) => form.digest === digest);
  return { equal: equal?.records ?? 0, others: forms.filter((form) => form !== equal) };
}

/** Records of the id, whatever their bytes. */
export function recordsOf<About>({ forms }: FoundOutput<About>): number {
  return forms.reduce((sum, { records }) => sum + records, 0);
}
