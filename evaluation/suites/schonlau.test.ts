import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { codedUsers } from '../commands/coded-users.ts';
import { commandFigures, scoresOf } from '../commands/command-figures.ts';
import { languageModelScores } from '../commands/language-model.ts';
import { datasetsDirectory } from '../recordings/open-recordings.ts';
import { readSchonlau } from '../recordings/schonlau.ts';
import { runSchonlauSuite } from './schonlau.ts';

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

  where(
    `the short form reports every mode and keeps its order${reason}`,
    async () => {
      const result = await runSchonlauSuite({
        datasets: datasets ?? '',
        seeds: [1],
        form: 'short',
        backend: 'auto',
        onStep: () => {},
      });
      const auc = (key: string) => (result.figures[key] as { auc: number }).auc;
      expect(auc('oneClass')).toBeGreaterThan(0.945);
      expect(auc('cohort')).toBeGreaterThan(auc('oneClass'));
      expect(auc('oneClass')).toBeGreaterThan(auc('languageModel'));
      expect(auc('languageModel')).toBeGreaterThan(auc('autoencoder'));
      expect(result.scoreSets).toHaveLength(4);
      for (const { users } of result.scoreSets) expect(users.length).toBeGreaterThanOrEqual(28);
    },
    300_000,
  );
});
