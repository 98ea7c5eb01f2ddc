import { join } from 'node:path';
import type { RawKeystroke } from '../collector/raw-input.ts';
import { type CsvRow, groupByFirstCell, numberOf, readCsvRows, splitByCell } from './csv-rows.ts';
import type { RecordedSubject, Recordings } from './recordings.ts';

/** By this file the set is recognised. */
export const aaltoFile = 'keystrokes_2329users.csv.gz';
/** Sentences 1-10 enrol, 11-15 are judged. */
const enrolmentSentences = 10;

function keystrokeOf(row: CsvRow): RawKeystroke {
  return { key: numberOf(row[4]), pressMs: numberOf(row[2]), releaseMs: numberOf(row[3]) };
}

/** Many people copying fifteen sentences in one sitting. Measure only: nothing learned from them may ship. */
export function aalto(directory: string): Recordings {
  async function* subjects(): AsyncGenerator<RecordedSubject> {
    const columns = ['participant', 'section', 'press_ms', 'release_ms', 'keycode'] as const;
    const rows = readCsvRows(join(directory, aaltoFile), columns, ['press_ms', 'release_ms', 'keycode']);
    for await (const group of groupByFirstCell(rows, aaltoFile)) {
      const sentences = [...splitByCell(group.rows, 1)];
      yield {
        name: group.key,
        sessions: sentences.map(([name, keys], index) => ({
          name,
          part: index < enrolmentSentences ? 'enrolment' : 'later',
          actor: 'owner',
          keystrokes: keys.map(keystrokeOf),
          pointer: [],
        })),
      };
    }
  }
  return {
    name: 'aalto-136m-sample',
    modality: 'keystrokes',
    labelled: false,
    licenceNote: 'Dhakal et al. 2018: free for non-commercial use with attribution; measure only.',
    inputRoute: 'local',
    timerResolutionMs: 1,
    subjects,
  };
}
