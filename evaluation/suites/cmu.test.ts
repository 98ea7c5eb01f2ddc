import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ErrorRates } from '../metrics/error-rates.ts';
import { datasetsDirectory } from '../recordings/open-recordings.ts';
import { runCmuSuite } from './cmu.ts';

const datasets = datasetsDirectory() ?? '';
const present = existsSync(join(datasets, 'cmu-strong-password'));
const reason = present ? '' : ' (skipped: the recordings are not here, set GAITKEEPER_DATASETS)';
const where = present ? it : it.skip;

describe('fixed text', () => {
  where(
    `the short form meets the published baselines and keeps the order of the modes${reason}`,
    async () => {
      const { figures, scoreSets, curves } = await runCmuSuite({
        datasets,
        seeds: [1],
        form: 'short',
        backend: 'auto',
        onStep: () => {},
      });
      const eer = (mode: string, cell: string) =>
        (figures[mode] as Record<string, ErrorRates>)[cell]?.meanEer ?? Number.NaN;
      // Over all subjects of the folder; the published figures are those of the full set.
      expect(eer('baselines', 'scaledManhattan')).toBeCloseTo(0.1012, 4);
      expect(eer('baselines', 'nearestNeighbourMahalanobis')).toBeCloseTo(0.1107, 4);
      expect((figures['shuffledLabels'] as { auc: number }).auc).toBeCloseTo(0.5, 2);

      expect(eer('oneClass', 'official')).toBeLessThan(0.055);
      expect(eer('oneClass', 'stream')).toBeLessThan(eer('oneClass', 'official'));
      expect(eer('oneClass', 'practisedStream')).toBeLessThan(eer('oneClass', 'practised'));
      expect(eer('cohort', 'official')).toBeLessThan(eer('oneClass', 'official'));
      expect(eer('cohort', 'practised')).toBeLessThan(eer('oneClass', 'practised'));
      expect(scoreSets.every(({ users }) => users.length > 0)).toBe(true);
      expect(curves.map(({ id }) => id)).toEqual(['time-to-detect', 'drift']);
    },
    300_000,
  );
});
