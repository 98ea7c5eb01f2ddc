import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { RecordingCounts } from '../../test/fixtures/recording-counts.ts';
import { datasetsDirectory } from './open-recordings.ts';
import type { RecordingName } from './recordings.ts';

const program = fileURLToPath(new URL('../../test/fixtures/recording-counts.ts', import.meta.url));

async function count(name: RecordingName, maxSubjects?: number): Promise<RecordingCounts> {
  const args = ['--import', 'tsx', program, name, ...(maxSubjects === undefined ? [] : [String(maxSubjects)])];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });
  return JSON.parse(stdout) as RecordingCounts;
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
