import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { groupByFirstCell, numberOf, quoted, readCsvRows } from './csv-rows.ts';
import { RecordingsMalformed } from './recordings.ts';

/** Either name will do. */
export const cmuFiles = ['DSL-StrongPasswordData.csv.gz', 'DSL-StrongPasswordData.csv'] as const;

/** The keys of the password, in the order of typing, as the columns call them. */
const keys = ['period', 't', 'i', 'e', 'five', 'Shift.r', 'o', 'a', 'n', 'l', 'Return'] as const;
const pairs = keys.slice(1).map((key, i) => `${keys[i]}.${key}`);
const columns = [
  'subject',
  'sessionIndex',
  'rep',
  ...keys.map((key) => `H.${key}`),
  ...pairs.map((pair) => `DD.${pair}`),
  ...pairs.map((pair) => `UD.${pair}`),
];

/** How many of each kind of timing a repetition has. */
export const cmuTimings = { holds: keys.length, flights: pairs.length } as const;

/** One person's repetitions of the password, in the order of typing. */
export interface FixedTextSubject {
  name: string;
  /** Seconds: {@link cmuTimings} holds, then as many press-press times as flights, then as many release-press times. */
  repetitions: readonly Float64Array[];
  /** Of each repetition, from 1. */
  sessions: readonly number[];
}

/**
 * Reads the password recordings of Killourhy and Maxion (2009) from a folder: one line a repetition, grouped by subject, in
 * the order of typing. Any number of subjects and repetitions.
 * @throws RecordingsMalformed for a missing file or column, a timing that is no number, and repetitions out of order
 */
export async function readCmu(directory: string): Promise<FixedTextSubject[]> {
  const path = cmuFiles.map((file) => join(directory, file)).find((file) => existsSync(file));
  if (path === undefined) throw new RecordingsMalformed(`${directory} has no file ${cmuFiles.join(' or ')}`);
  const subjects: FixedTextSubject[] = [];
  const lines = readCsvRows(path, columns, columns.slice(1));
  for await (const { key: name, rows } of groupByFirstCell(lines, basename(path))) {
    const repetitions: Float64Array[] = [];
    const sessions: number[] = [];
    let before = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      const session = numberOf(row[1]);
      // No session has so many repetitions that the next one's first would come before its last.
      const moment = session * 1e6 + numberOf(row[2]);
      if (!(moment > before))
        throw new RecordingsMalformed(`${basename(path)}: the repetitions of ${quoted(name)} are not in order`);
      before = moment;
      repetitions.push(Float64Array.from(row.slice(3), numberOf));
      sessions.push(session);
    }
    subjects.push({ name, repetitions, sessions });
  }
  return subjects;
}
