import type { Broker } from '../../platform/broker/broker.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import { Refusal } from '../config-options.ts';
import { createLetterReader, type StoredLetter } from './stored-letter.ts';

/** Which dead letters are meant; all conditions must hold. */
export interface LetterFilter {
  ids?: readonly string[];
  reason?: string;
  stage?: string;
  /** Set aside at or after, in ms since 1970. */
  from?: number;
  /** Set aside before. */
  to?: number;
}

/** What is said of each look at a topic. */
export interface FindLettersOptions {
  broker: Pick<Broker, 'read'>;
  topics: TopicNames;
  filter: LetterFilter;
  /** Told after each record, with how many were read. */
  onRead?: (records: number) => void;
}

/** Most letters of one search, so that its memory has a bound: an id is remembered, as a crash may write a letter twice. */
const maxLetters = 1_000_000;

/**
 * The dead letters that the topic holds now, each once, in the order of each refused key. @throws Refusal with the fix
 * where they are too many
 */
export async function* findLetters({
  broker,
  topics,
  filter,
  onRead,
}: FindLettersOptions): AsyncGenerator<StoredLetter> {
  const read = createLetterReader(topics);
  const seen = new Set<string>();
  const wanted = filter.ids === undefined ? undefined : new Set(filter.ids);
  let records = 0;
  for await (const record of broker.read({ topic: topics.deadLetters, from: 'earliest', until: 'end' })) {
    records += 1;
    onRead?.(records);
    const found = read(record);
    if (found === undefined || seen.has(found.id) || !fits(found, filter, wanted)) continue;
    if (seen.size === maxLetters) {
      throw new Refusal(`more than ${maxLetters} dead letters\n  fix: narrow with --from and --to`, exitCodes.usage);
    }
    seen.add(found.id);
    yield found;
  }
}

function fits(
  { id, letter, setAsideAtMs }: StoredLetter,
  { reason, stage, from, to }: LetterFilter,
  wanted: ReadonlySet<string> | undefined,
): boolean {
  if (wanted !== undefined && !wanted.has(id)) return false;
  if (reason !== undefined && letter.reason !== reason) return false;
  if (stage !== undefined && letter.stage !== stage) return false;
  return setAsideAtMs >= (from ?? Number.NEGATIVE_INFINITY) && setAsideAtMs < (to ?? Number.POSITIVE_INFINITY);
}
