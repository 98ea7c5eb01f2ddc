import { join } from 'node:path';
import type { RawPointerEvent } from '../collector/raw-input.ts';
import { groupByFirstCell, numberOf, type RowGroup, readCsvRows } from './csv-rows.ts';
import { pointerEventOf } from './pointer-event.ts';
import type { RecordedSubject, Recordings } from './recordings.ts';

/** By these files the set is recognised. */
export const sapimouseFiles = { enrolment: 'session_3min.csv.gz', later: 'session_1min.csv.gz' } as const;
const columns = ['user', 't_ms', 'state', 'x', 'y'] as const;

function eventsOf(group: RowGroup): RawPointerEvent[] {
  const startMs = numberOf(group.rows[0]?.[1]);
  const events: RawPointerEvent[] = [];
  for (const row of group.rows) {
    const event = pointerEventOf(numberOf(row[1]) - startMs, row[2], row[3], row[4]);
    if (event !== undefined) events.push(event);
  }
  return events;
}

/** The same web game for everybody: three minutes enrol, one minute is judged. The short file is held in memory. */
export function sapimouse(directory: string): Recordings {
  function groups(file: string): AsyncGenerator<RowGroup> {
    return groupByFirstCell(readCsvRows(join(directory, file), columns, ['t_ms', 'x', 'y']), file);
  }

  async function* subjects(): AsyncGenerator<RecordedSubject> {
    const laterByUser = new Map<string, RawPointerEvent[]>();
    for await (const group of groups(sapimouseFiles.later)) laterByUser.set(group.key, eventsOf(group));
    for await (const group of groups(sapimouseFiles.enrolment)) {
      const later = laterByUser.get(group.key);
      yield {
        name: group.key,
        sessions: [
          { name: '3min', part: 'enrolment', actor: 'owner', keystrokes: [], pointer: eventsOf(group) },
          ...(later === undefined
            ? []
            : [{ name: '1min', part: 'later', actor: 'owner', keystrokes: [], pointer: later } as const]),
        ],
      };
    }
  }
  return {
    name: 'sapimouse',
    modality: 'pointer',
    labelled: false,
    licenceNote: 'Antal, Fejer, Buza 2021 (MIT / Apache-2.0); cite.',
    inputRoute: 'local',
    timerResolutionMs: 1,
    subjects,
  };
}
