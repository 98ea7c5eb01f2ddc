import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { collectSession } from '../collector/collect-session.ts';
import { datasetsDirectory, openNamedRecordings } from './open-recordings.ts';
import type { RecordingName } from './recordings.ts';

interface Counts {
  subjects: number;
  sessions: number;
  enrolmentSessions: number;
  foreignSessions: number;
  keystrokes: number;
  batches: number;
  strokes: number;
}

async function count(name: RecordingName, maxSubjects = Number.POSITIVE_INFINITY): Promise<Counts> {
  const outcome = await openNamedRecordings(name);
  if (!outcome.ok) throw new Error(outcome.detail);
  const counts: Counts = {
    subjects: 0,
    sessions: 0,
    enrolmentSessions: 0,
    foreignSessions: 0,
    keystrokes: 0,
    batches: 0,
    strokes: 0,
  };
  for await (const subject of outcome.value.subjects()) {
    if (counts.subjects >= maxSubjects) break;
    counts.subjects += 1;
    for (const session of subject.sessions) {
      const batches = collectSession(session);
      counts.sessions += 1;
      counts.enrolmentSessions += session.part === 'enrolment' ? 1 : 0;
      counts.foreignSessions += session.actor === 'impostor' ? 1 : 0;
      counts.batches += batches.length;
      counts.keystrokes += batches.reduce((sum, batch) => sum + batch.keystrokes.length, 0);
      counts.strokes += batches.reduce((sum, batch) => sum + batch.pointer.length, 0);
    }
  }
  return counts;
}

/** Runs where the set is; elsewhere the name of the skipped test says what is missing. */
function whereRecorded(name: RecordingName, property: string, test: () => Promise<void>): void {
  const directory = datasetsDirectory();
  const present = directory !== undefined && existsSync(join(directory, name));
  if (present) it(`${name}: ${property}`, test, 60_000);
  else it.skip(`${name}: ${property} (skipped: the recordings are not here, set GAITKEEPER_DATASETS)`, test);
}

describe('the recordings themselves', () => {
  whereRecorded('villani-freetext', 'every user has 6 sessions of 500 keys, 20 batches each', async () => {
    const counts = await count('villani-freetext');
    expect(counts.sessions).toBe(counts.subjects * 6);
    expect(counts.keystrokes).toBe(counts.sessions * 500);
    expect(counts.batches).toBe(counts.sessions * 20);
    expect(counts.subjects).toBeGreaterThanOrEqual(27);
  });

  whereRecorded('sapimouse', 'every user has two sessions and about a stroke a second', async () => {
    const counts = await count('sapimouse');
    expect(counts.sessions).toBe(counts.subjects * 2);
    expect(counts.subjects).toBeGreaterThanOrEqual(62);
    expect(counts.strokes / (counts.subjects * 240)).toBeGreaterThan(0.5);
    expect(counts.strokes / (counts.subjects * 240)).toBeLessThan(2);
  });

  whereRecorded('balabit', 'long sessions of the owner, then short ones labelled legal or foreign', async () => {
    // One account: the whole set has close to three million events.
    const counts = await count('balabit', 1);
    expect(counts.subjects).toBe(1);
    const labelled = counts.sessions - counts.enrolmentSessions;
    expect(counts.enrolmentSessions).toBeGreaterThanOrEqual(5);
    expect(labelled).toBeGreaterThanOrEqual(33);
    expect(counts.foreignSessions).toBeGreaterThan(0);
    expect(counts.foreignSessions).toBeLessThan(labelled);
    expect(counts.strokes / counts.sessions).toBeGreaterThan(60);
  });
});
