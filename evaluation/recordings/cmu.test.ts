import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cmuFiles, cmuTimings, readCmu } from './cmu.ts';
import { RecordingsMalformed } from './recordings.ts';

const keys = ['period', 't', 'i', 'e', 'five', 'Shift.r', 'o', 'a', 'n', 'l', 'Return'];
/** As in the official file: per key its hold, then the two flights to the next key. */
const timingColumns = keys.flatMap((key, i) => {
  const next = keys[i + 1];
  return next === undefined ? [`H.${key}`] : [`H.${key}`, `DD.${key}.${next}`, `UD.${key}.${next}`];
});
const header = ['subject', 'sessionIndex', 'rep', ...timingColumns].join(',');

/** Every hold 0.1, every press-press 0.3, every release-press 0.2 s. */
function line(subject: string, session: number, rep: number): string {
  const timings = timingColumns.map((column) => (column.startsWith('H') ? 0.1 : column.startsWith('DD') ? 0.3 : 0.2));
  return [subject, session, rep, ...timings].join(',');
}

const folders: string[] = [];
async function folderWith(file: string, content: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cmu-'));
  folders.push(folder);
  await writeFile(join(folder, file), content);
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const twoSubjects = [header, line('s1', 1, 1), line('s1', 1, 2), line('s1', 2, 1), line('s2', 1, 1)].join('\r\n');

describe('the password recordings', () => {
  it.each([
    [cmuFiles[0], gzipSync(twoSubjects)],
    [cmuFiles[1], twoSubjects],
  ])('are read from %s: subjects, sessions, and timings by kind', async (file, content) => {
    const subjects = await readCmu(await folderWith(file, content));
    expect(subjects.map(({ name, sessions }) => [name, sessions])).toEqual([
      ['s1', [1, 1, 2]],
      ['s2', [1]],
    ]);
    const { holds, flights } = cmuTimings;
    const expected = [...Array(holds).fill(0.1), ...Array(flights).fill(0.3), ...Array(flights).fill(0.2)];
    expect([...(subjects[0]?.repetitions[0] ?? [])]).toEqual(expected);
  });

  it.each([
    ['repetitions out of order', [header, line('s1', 2, 1), line('s1', 1, 1)].join('\n')],
    ['a repetition twice', [header, line('s1', 1, 1), line('s1', 1, 1)].join('\n')],
    ['a missing column', [header.replace('H.t,', 'H.q,'), line('s1', 1, 1)].join('\n')],
  ])('are refused with %s', async (_, content) => {
    await expect(readCmu(await folderWith(cmuFiles[1], content))).rejects.toThrow(RecordingsMalformed);
  });

  it('are refused by line, column and cell where a timing is no number', async () => {
    const content = [header, line('s1', 1, 1), line('s1', 1, 2).replace('0.3', 'xyz')].join('\r\n');
    await expect(readCmu(await folderWith(cmuFiles[1], content))).rejects.toThrow(
      new RecordingsMalformed('DSL-StrongPasswordData.csv, line 3, column DD.period.t: expected a number, not "xyz"'),
    );
  });

  it('are refused where there are none', async () => {
    await expect(readCmu(await folderWith('other.csv', header))).rejects.toThrow(RecordingsMalformed);
  });
});
