import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { worsened } from './results/quality-gate.ts';
import { type RecordedSuite, readRecorded } from './results/recorded-suite.ts';
import { resultsPage } from './results/results-page.ts';
import { assess } from './suites/assessment.ts';
import { suiteNames, suites } from './suites/suites.ts';

describe('RESULTS.md', () => {
  it('says what the records say: `npx tsx scripts/generate-results.ts` writes it anew', () => {
    const written = readFileSync(fileURLToPath(new URL('./RESULTS.md', import.meta.url)), 'utf8');
    expect(written).toBe(resultsPage(suites.flatMap(({ name }) => readRecorded(name) ?? [])));
  });

  it('holds every promise, measured or not, with its noise', () => {
    const recorded: RecordedSuite = {
      suite: 'cmu',
      recordings: { 'cmu-strong-password': { files: 2, bytes: 3 * 2 ** 20 } },
      full: {
        seeds: 5,
        backend: 'wasm',
        scoreSets: { official: { users: 51, genuine: 10_200, impostor: 12_750 } },
        promised: {
          'oneClass.official.meanEer': { measured: 0.0412, overSeeds: 0.0003, usersFrom: 0.031, usersTo: 0.052 },
        },
        figures: {},
        curves: [
          {
            id: 'cohort-size',
            title: 'more people help',
            xLabel: 'people',
            yLabel: 'EER',
            series: [
              {
                name: 'cohort',
                points: [
                  { x: 10, y: 0.05 },
                  { x: 20, y: 0.04 },
                ],
              },
            ],
          },
        ],
        notes: 'nothing was chosen\nand nothing was left out',
      },
      short: {},
    };
    const page = resultsPage([recorded]);
    expect(page).toContain(
      '| cmu | one-class, mean EER | 0.0412 | ±0.00030; 0.0310 to 0.0520 | 0.043 ok | 0.035 short |',
    );
    expect(page).toContain('| villani | one-class, EER at 50 keys | - | - | 0.126 | 0.09 |');
    expect(page).toContain('`cmu-strong-password` (2 files, 3.0 MiB)');
    expect(page).toContain('- nothing was chosen\n- and nothing was left out\n');
    expect(page).toContain('| official | 51 | 10200 | 12750 |');
    expect(page).toContain(
      'more people help: EER\n\n| people | 10 | 20 |\n| --- | --- | --- |\n| cohort | 0.0500 | 0.0400 |\n',
    );
  });
});

describe('the gate', () => {
  it('is before every suite, once', () => {
    const folder = fileURLToPath(new URL('.', import.meta.url));
    const files = readdirSync(folder).filter((name) => /^quality-gate-.*\.test\.ts$/.test(name));
    const gated = files.flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/^gate\('(.*?)'/gm)].map(([, suite]) => suite),
    );
    expect(gated.sort()).toEqual([...suiteNames].sort());
  });

  const recorded = {
    'oneClass.official.meanEer': { measured: 0.05, noise: 0.002 },
    'baselines.scaledManhattan.meanEer': { measured: 0.1012, noise: 0.0005 },
  };
  const now = (meanEer: number, baseline: number) =>
    worsened(
      recorded,
      assess('cmu', { oneClass: { official: { meanEer } }, baselines: { scaledManhattan: { meanEer: baseline } } }),
    ).map(({ figure }) => figure);

  it('lets noise and improvements pass', () => {
    expect(now(0.0519, 0.1012)).toEqual([]);
    expect(now(0.01, 0.1012)).toEqual([]);
  });

  it('holds back what got worse, what no longer says its figure, and a baseline that moved either way', () => {
    expect(now(0.0521, 0.1012)).toEqual(['oneClass.official.meanEer']);
    expect(now(Number.NaN, 0.1012)).toEqual(['oneClass.official.meanEer']);
    expect(now(0.05, 0.1)).toEqual(['baselines.scaledManhattan.meanEer']);
  });

  it('knows that more is better where it is', () => {
    const auc = { 'oneClass.auc': { measured: 0.9, noise: 0.01 } };
    expect(worsened(auc, assess('schonlau', { oneClass: { auc: 0.95 } }))).toEqual([]);
    expect(worsened(auc, assess('schonlau', { oneClass: { auc: 0.88 } }))).toHaveLength(1);
  });
});
