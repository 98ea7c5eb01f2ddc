import { join } from 'node:path';
import type { RawKeystroke } from '../collector/raw-input.ts';
import { type CsvRow, groupByFirstCell, numberOf, readCsvRows, splitByCell } from './csv-rows.ts';
import type { RecordedSubject, Recordings } from './recordings.ts';

/** By this file the set is recognised. */
export const villaniFile = 'free_text.csv.gz';
/** Recordings 0-3 enrol, 4 and 5 are judged. */
const enrolmentSessions = 4;

function keystrokeOf(row: CsvRow): RawKeystroke {
  return { key: row[2] ?? '', pressMs: numberOf(row[3]), releaseMs: numberOf(row[4]) };
}

/** Free text typed over weeks: six recordings of 500 keys per user, on a 15.6 ms clock. */
export function villaniFreetext(directory: string): Recordings {
  async function* subjects(): AsyncGenerator<RecordedSubject> {
    const columns = ['user', 'session', 'keyname', 'timepress', 'timerelease'] as const;
    const rows = readCsvRows(join(directory, villaniFile), columns, ['session', 'timepress', 'timerelease']);
    for await (const group of groupByFirstCell(rows, villaniFile)) {
      const sessions = [...splitByCell(group.rows, 1)].sort(([a], [b]) => Number(a) - Number(b));
      yield {
        name: group.key,
        sessions: sessions.map(([name, keys], index) => ({
          name,
          part: index < enrolmentSessions ? 'enrolment' : 'later',
          actor: 'owner',
          keystrokes: keys.map(keystrokeOf),
          pointer: [],
        })),
      };
    }
  }
  return {
    name: 'villani-freetext',
    modality: 'keystrokes',
    labelled: false,
    licenceNote: 'Villani et al. 2006, by way of the POHMM repository (BSD-3-Clause); cite both.',
    inputRoute: 'local',
    timerResolutionMs: 15.6,
    subjects,
  };
}
