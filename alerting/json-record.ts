import type { z } from 'zod';
import { type Decoded, type DecodeFailure, refused } from '../schemas/decoded.ts';

/** How a topic's JSON records are read. */
export interface JsonRecordOptions<T> {
  schema: z.ZodType<T>;
  /** Longest record, bytes: nothing longer is parsed. */
  maxBytes: number;
  /** What is wrong with a value of the right shape; never cites it. */
  problemOf?: (value: T) => string | undefined;
}

/** Reads untrusted JSON of one record; like the Avro codecs it never throws, and tells no content. */
export function createJsonRecordReader<T>({ schema, maxBytes, problemOf }: JsonRecordOptions<T>) {
  return function readJsonRecord(bytes: Buffer | null): Decoded<T> {
    if (bytes === null) return refused('empty', 'the record has no value');
    if (bytes.length > maxBytes) return refused('too-large', `${bytes.length} bytes: at most ${maxBytes}`);
    let json: unknown;
    try {
      json = JSON.parse(bytes.toString('utf8'));
    } catch {
      return refused('not-json', 'the record is not JSON');
    }
    const read = schema.safeParse(json);
    if (!read.success) return refusedIssue(read.error.issues[0]);
    const problem = problemOf?.(read.data);
    return problem === undefined ? { ok: true, value: read.data } : refused('out-of-range', problem);
  };
}

function refusedIssue(issue: z.core.$ZodIssue | undefined): Decoded<never> {
  const at = issue === undefined || issue.path.length === 0 ? 'the record' : issue.path.join('.');
  // The name of an unknown key is the sender's own text: it is not told.
  if (issue?.code === 'unrecognized_keys') return refused('unknown-field', `${at} has a field that is none`);
  return refused(reasonOf(issue?.code), `${at}: ${issue?.message ?? 'refused'}`);
}

function reasonOf(code: string | undefined): DecodeFailure {
  return code === 'too_big' || code === 'too_small' ? 'out-of-range' : 'malformed';
}
