import { counter, epochMs } from './batch-limits.ts';
import { type Bounds, isWhole, outOfBounds, problemOfLength } from './bounds.ts';
import { type Codec, createCodec } from './codec.ts';
import { type ConfluentIds, defaultConfluentIds, loadSchema } from './stored-schemas.ts';

/** A header of the refused record. */
export interface OriginalHeader {
  name: string;
  value: string;
}

/** A record set aside with its reason. The same input gives the same dead letter, byte for byte. */
export interface DeadLetter {
  /** `null` where it could not be read. */
  tenant: string | null;
  /** The stage that refused the record. */
  stage: string;
  /** Why, as a short code. */
  reason: string;
  /** Which field and what was wrong with it; never its content. */
  detail: string;
  source: { topic: string; partition: number; offset: number };
  /** The refused record's own timestamp: a replay writes the same bytes. */
  failedAtMs: number;
  originalKey: Buffer | null;
  /** Cut to its first `deadLetterLimits.valueBytes`. */
  originalValue: Buffer | null;
  /** Length before it was cut; 0 for a tombstone. */
  originalValueBytes: number;
  originalHeaders: OriginalHeader[];
}

/** What one dead letter may hold, so that it fits a topic with Kafka's default message size whatever was refused. */
export const deadLetterLimits = {
  bytes: 1_040_000,
  valueBytes: 983_040,
  keyBytes: 4096,
  headers: 64,
  /** Characters of all header names and values together. */
  headerCharacters: 8192,
  textCharacters: 1024,
} as const;

/** The refused record, as a broker hands it out. */
export interface RefusedRecord {
  topic: string;
  partition: number;
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
  timestampMs: number;
}

const partitions: Bounds = { min: 0, max: 0x7fffffff };

/** Codec of the dead-letter topic. */
export function createDeadLetterCodec(confluentIds: ConfluentIds = defaultConfluentIds()): Codec<DeadLetter> {
  return createCodec({
    versions: loadSchema('dead-letter'),
    confluentIds,
    maxBytes: deadLetterLimits.bytes,
    limits: { maxItems: deadLetterLimits.headers },
    problemOf: problemOfDeadLetter,
  });
}

/** Puts a record aside, cut to the limits: whatever was refused, the dead letter of it can be encoded. */
export function deadLetterOf(
  record: RefusedRecord,
  why: { stage: string; reason: string; detail: string; tenant?: string | null },
): DeadLetter {
  const { topic, partition, offset, key, value, timestampMs } = record;
  return {
    tenant: why.tenant === undefined || why.tenant === null ? null : cut(why.tenant),
    stage: cut(why.stage),
    reason: cut(why.reason),
    detail: cut(why.detail),
    source: { topic: cut(topic), partition, offset },
    // Kafka writes -1 where a record has no timestamp.
    failedAtMs: isWhole(timestampMs, epochMs) ? timestampMs : 0,
    originalKey: key === null ? null : key.subarray(0, deadLetterLimits.keyBytes),
    originalValue: value === null ? null : value.subarray(0, deadLetterLimits.valueBytes),
    originalValueBytes: value?.length ?? 0,
    originalHeaders: keptHeaders(record.headers),
  };
}

/** The first headers, by name, that fit the limit. */
function keptHeaders(headers: Record<string, string>): OriginalHeader[] {
  const kept: OriginalHeader[] = [];
  let left: number = deadLetterLimits.headerCharacters;
  const sorted = Object.entries(headers).sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [name, value] of sorted) {
    left -= name.length + value.length;
    if (left < 0 || kept.length === deadLetterLimits.headers) break;
    kept.push({ name, value });
  }
  return kept;
}

function cut(text: string): string {
  return text.slice(0, deadLetterLimits.textCharacters);
}

/** The first thing that is wrong with a dead letter of the right shape; `undefined` for a valid one. */
export function problemOfDeadLetter(letter: DeadLetter): string | undefined {
  const { source, failedAtMs, originalKey, originalHeaders } = letter;
  if (!isWhole(source.partition, partitions)) return outOfBounds('source.partition', source.partition, partitions);
  if (!isWhole(source.offset, counter)) return outOfBounds('source.offset', source.offset, counter);
  if (!isWhole(failedAtMs, epochMs)) return outOfBounds('failedAtMs', failedAtMs, epochMs);
  for (const name of ['tenant', 'stage', 'reason', 'detail'] as const) {
    const characters = letter[name]?.length ?? 0;
    if (characters > deadLetterLimits.textCharacters) {
      return `${name} has ${characters} characters: at most ${deadLetterLimits.textCharacters}`;
    }
  }
  const keyBytes = originalKey?.length ?? 0;
  if (keyBytes > deadLetterLimits.keyBytes) {
    return `originalKey has ${keyBytes} bytes: at most ${deadLetterLimits.keyBytes}`;
  }
  return problemOfLength('originalHeaders', originalHeaders.length, deadLetterLimits.headers);
}
