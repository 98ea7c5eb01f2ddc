import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RecordingsMalformed } from './recordings.ts';
import { commandsPerBlock, readSchonlau, schonlauFiles } from './schonlau.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'schonlau-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** Rows of a user who did the same all the time but for the number of the block. */
function rowsOf(user: string, blocks: number): string[] {
  return Array.from(
    { length: blocks * commandsPerBlock },
    (_, index) => `${user},${index},cmd${Math.floor(index / commandsPerBlock)}`,
  );
}

async function write(rows: readonly string[], labels: readonly string[]): Promise<void> {
  await writeFile(join(directory, schonlauFiles.commands), gzipSync(['user,index,command', ...rows, ''].join('\n')));
  await writeFile(join(directory, schonlauFiles.labels), [...labels, ''].join('\n'));
}

describe('recorded commands', () => {
  it('are split into blocks that enrol and labelled ones, for any users', async () => {
    await write([...rowsOf('a', 5), ...rowsOf('77', 5)], ['block,user77,usera', '3,0,1', '4,0,0', '5,1,0']);
    const users = await readSchonlau(directory);
    expect(users.map(({ name, foreign }) => ({ name, foreign }))).toEqual([
      { name: 'a', foreign: [true, false, false] },
      { name: '77', foreign: [false, false, true] },
    ]);
    for (const { training, test } of users) {
      expect(training.map((block) => block[0])).toEqual(['cmd0', 'cmd1']);
      expect(test.map((block) => block[99])).toEqual(['cmd2', 'cmd3', 'cmd4']);
    }
  });

  it.each([
    ['index', ['a,0,ls', 'a,xyz,ls'], ['block,usera', '2,0'], 'commands.csv.gz, line 3, column index'],
    ['block', rowsOf('a', 3), ['block,usera', '2,0', 'xyz,0'], 'labels.csv, line 3, column block'],
  ])('are refused by line where %s is no number', async (_, rows, labels, where) => {
    await write(rows, labels);
    await expect(readSchonlau(directory)).rejects.toThrow(
      new RecordingsMalformed(`${where}: expected a number, not "xyz"`),
    );
  });

  it.each([
    ['other blocks than labelled', rowsOf('\u001b[2J', 2), ['block,user\u001b[2J', '2,0', '3,0']],
    ['no column of labels', rowsOf('\u001b[2J', 2), ['block,usera', '2,0']],
    ['commands out of turn', rowsOf('\u001b[2J', 2).reverse(), ['block,user\u001b[2J', '2,0']],
  ])('are refused without moving the cursor where the name of a user would: %s', async (_, rows, labels) => {
    await write(rows, labels);
    await expect(readSchonlau(directory)).rejects.toThrow(/"(user)?\\u001b\[2J"/);
  });

  it.each([
    ['a missing block', rowsOf('a', 4), ['block,usera', '3,0', '4,0', '5,0']],
    ['a command out of turn', rowsOf('a', 3).reverse(), ['block,usera', '2,0', '3,0']],
    ['a user without labels', rowsOf('a', 3), ['block,userb', '2,0', '3,0']],
    ['a label that is none', rowsOf('a', 3), ['block,usera', '2,0', '3,yes']],
    ['blocks that are not counted one by one', rowsOf('a', 3), ['block,usera', '2,0', '4,0']],
    ['labels from the first block on, so that nothing enrols', rowsOf('a', 2), ['block,usera', '1,0', '2,0']],
    ['no labelled block', rowsOf('a', 2), ['block,usera']],
  ])('are refused with %s', async (_, rows, labels) => {
    await write(rows, labels);
    await expect(readSchonlau(directory)).rejects.toThrow(RecordingsMalformed);
  });

  it.each([
    [[schonlauFiles.commands], 'commands.csv.gz'],
    [[schonlauFiles.labels], 'labels.csv'],
    [[schonlauFiles.commands, schonlauFiles.labels], 'commands.csv.gz and labels.csv'],
  ])('are refused by folder and file without %j', async (missing, inWords) => {
    await write(rowsOf('a', 3), ['block,usera', '2,0', '3,0']);
    for (const file of missing) await rm(join(directory, file));
    await expect(readSchonlau(directory)).rejects.toThrow(
      new RecordingsMalformed(
        `${directory} has no ${inWords}: recorded commands are the two files commands.csv.gz and labels.csv`,
      ),
    );
  });
});
