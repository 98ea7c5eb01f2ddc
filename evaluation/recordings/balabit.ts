import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RawPointerEvent } from '../collector/raw-input.ts';
import { groupByFirstCell, numberOf, type RowGroup, readCsvRows } from './csv-rows.ts';
import { pointerEventOf } from './pointer-event.ts';
import { type RecordedSession, type RecordedSubject, type Recordings, RecordingsMalformed } from './recordings.ts';

/** By this file, and the folders `training` and `test`, the set is recognised. */
export const balabitLabels = 'public_labels.csv';
const sessionPrefix = 'session_';
const accountFile = /^user(\d+)\.csv\.gz$/;
const columns = ['session', 'client_timestamp', 'state', 'x', 'y'] as const;

function eventsOf(group: RowGroup): RawPointerEvent[] {
  const events: RawPointerEvent[] = [];
  for (const row of group.rows) {
    const event = pointerEventOf(1_000 * numberOf(row[1]), row[2], row[3], row[4]);
    if (event !== undefined) events.push(event);
  }
  return events;
}

/** Session name to "somebody else sat there". */
async function readLabels(directory: string): Promise<Map<string, boolean>> {
  const labels = new Map<string, boolean>();
  const rows = readCsvRows(join(directory, balabitLabels), ['filename', 'is_illegal'], ['is_illegal']);
  for await (const row of rows) {
    const name = row[0] ?? '';
    const illegal = numberOf(row[1]);
    if (illegal !== 0 && illegal !== 1) {
      throw new RecordingsMalformed(`${balabitLabels} has a label that is neither 0 nor 1`);
    }
    labels.set(name.startsWith(sessionPrefix) ? name.slice(sessionPrefix.length) : name, illegal === 1);
  }
  return labels;
}

/** Accounts by number, so that the order does not depend on the file system. */
async function accountsOf(directory: string): Promise<string[]> {
  const files = await readdir(join(directory, 'training'));
  return files
    .filter((file) => accountFile.test(file))
    .sort((a, b) => Number(accountFile.exec(a)?.[1]) - Number(accountFile.exec(b)?.[1]));
}

/**
 * Remote-desktop mouse events of ten accounts: long sessions of the owner, then short ones labelled legal or illegal,
 * in the order of the file (the challenge does not tell when they happened). Sessions without a label are left out.
 */
export function balabit(directory: string): Recordings {
  async function* sessionsOf(part: 'training' | 'test', file: string): AsyncGenerator<[string, RawPointerEvent[]]> {
    const path = join(directory, part, file);
    if (!existsSync(path)) return;
    const rows = readCsvRows(path, columns, ['client_timestamp', 'x', 'y']);
    for await (const group of groupByFirstCell(rows, file)) yield [group.key, eventsOf(group)];
  }

  async function* subjects(): AsyncGenerator<RecordedSubject> {
    const illegalByName = await readLabels(directory);
    for (const file of await accountsOf(directory)) {
      const sessions: RecordedSession[] = [];
      for await (const [name, pointer] of sessionsOf('training', file)) {
        sessions.push({ name, part: 'enrolment', actor: 'owner', keystrokes: [], pointer });
      }
      for await (const [name, pointer] of sessionsOf('test', file)) {
        const illegal = illegalByName.get(name);
        if (illegal === undefined) continue;
        sessions.push({ name, part: 'later', actor: illegal ? 'impostor' : 'owner', keystrokes: [], pointer });
      }
      yield { name: file.replace('.csv.gz', ''), sessions };
    }
  }
  return {
    name: 'balabit',
    modality: 'pointer',
    labelled: true,
    licenceNote: 'Balabit Mouse Dynamics Challenge 2016: a benchmark release without licence text; cite.',
    inputRoute: 'remote-desktop',
    timerResolutionMs: 1,
    subjects,
  };
}
