import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { RecordingsMalformed } from '../recordings/recordings.ts';
import { commandsPerBlock, schonlauFiles } from '../recordings/schonlau.ts';
import { runSchonlauSuite } from './schonlau.ts';

let datasets: string;
beforeEach(async () => {
  datasets = await mkdtemp(join(tmpdir(), 'schonlau-suite-'));
});
afterEach(async () => {
  await rm(datasets, { recursive: true });
});

/** Users with favourites of their own; made up. In every other of four labelled blocks somebody with others sat there. */
async function record(users: number, trainingBlocks: number): Promise<void> {
  const random = createSeededRandom(1);
  const rows = ['user,index,command'];
  const isForeign = (block: number) => block >= trainingBlocks && block % 2 === 0;
  for (let user = 0; user < users; user++) {
    for (let index = 0; index < (trainingBlocks + 4) * commandsPerBlock; index++) {
      const favourite = isForeign(Math.floor(index / commandsPerBlock)) ? 50 : 5 * user;
      rows.push(`${user},${index},command${favourite + Math.floor(25 * random.next() ** 2)}`);
    }
  }
  const names = Array.from({ length: users }, (_, user) => `user${user}`);
  const labels = Array.from({ length: 4 }, (_, index) => {
    const block = trainingBlocks + index;
    return [block + 1, ...names.map(() => Number(isForeign(block)))].join(',');
  });
  const folder = join(datasets, 'schonlau-masquerade');
  await mkdir(folder);
  await writeFile(join(folder, schonlauFiles.commands), gzipSync(rows.join('\n')));
  await writeFile(join(folder, schonlauFiles.labels), [['block', ...names].join(','), ...labels].join('\n'));
}

const run = (form: 'short' | 'full') =>
  runSchonlauSuite({ datasets, form, seeds: [1], backend: 'wasm', onStep: () => {} });

describe('the suite of recorded commands', () => {
  it.each([
    [
      0,
      26,
      'recorded commands of at least 2 users are needed, half of them for the other half to be judged by; here: 0',
    ],
    [
      1,
      26,
      'recorded commands of at least 2 users are needed, half of them for the other half to be judged by; here: 1',
    ],
    [
      2,
      25,
      'at least 26 blocks of 100 commands before the first labelled one are needed, the last of them to calibrate; here: 25',
    ],
  ])('refuses %i users with %i blocks that enrol, by what there is and what it takes', async (users, blocks, words) => {
    await record(users, blocks);
    const refusal = run('short');
    await expect(refusal).rejects.toThrow(RecordingsMalformed);
    await expect(refusal).rejects.toThrow(words);
  });

  it.each(['short', 'full'] as const)(
    'measures the fewest users and blocks that it asks for, %s form',
    async (form) => {
      await record(2, 26);
      const { figures, scoreSets } = await run(form);
      for (const mode of ['oneClass', 'cohort', 'languageModel']) {
        expect(figures).toMatchObject({ [mode]: { usersAttacked: 2, auc: expect.any(Number) } });
      }
      for (const { users } of scoreSets) {
        expect(users.flatMap(({ genuine, impostor }) => [...genuine, ...impostor]).every(Number.isFinite)).toBe(true);
      }
    },
  );
});
