import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { datasetsDirectory } from '../recordings/open-recordings.ts';
import { readSchonlau } from '../recordings/schonlau.ts';
import { codedUsers } from './coded-users.ts';
import { commandFigures, scoresOf } from './command-figures.ts';
import { languageModelScores } from './language-model.ts';

const datasets = datasetsDirectory();
const directory = datasets === undefined ? undefined : join(datasets, 'schonlau-masquerade');
const present = directory !== undefined && existsSync(directory);
const reason = present ? '' : ' (skipped: the recordings are not here, set GAITKEEPER_DATASETS)';
const where = present ? it : it.skip;

describe('masqueraders among UNIX commands', () => {
  where(`the published language model scores as its reference implementation did${reason}`, async () => {
    const users = codedUsers(await readSchonlau(directory ?? ''));
    const figures = commandFigures(users.map((user) => scoresOf(user, languageModelScores(user))));
    // numpy: 0.9109, 0.316.
    expect(figures.auc).toBeCloseTo(0.9109, 3);
    expect(figures.hitsAt1_3PercentFalseAlarms).toBeCloseTo(0.316, 3);
  });
});
