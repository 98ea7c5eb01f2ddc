import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingBackend } from '../../training/tensorflow.ts';
import { standardDeviation, type UserScores } from '../metrics/error-rates.ts';
import { assess } from '../suites/assessment.ts';
import { numbersIn } from '../suites/figure-paths.ts';
import type { SuiteContext } from '../suites/suite.ts';
import type { Suite } from '../suites/suites.ts';
import { gateSeed, shortForm } from './quality-gate.ts';
import type { GatedFigure, RecordedFigure, RecordedSuite } from './recorded-suite.ts';

/** Seeds of the full form, and of the short form's noise. */
const seeds = [1, 2, 3, 4, 5];

/** What a figure may move in the short form although nothing got worse: so many standard deviations over seeds, and at least so much. */
const noiseDeviations = 3;
const leastNoiseShare = 0.02;
const leastNoise = 0.0005;

/** Records of single people: the report has them, the record would be mostly them. */
const perPerson = /\.perUser\./;

export interface MeasureOptions {
  datasets: string;
  backend: Exclude<TrainingBackend, 'auto'>;
  onStep: SuiteContext['onStep'];
}

/** Measures a suite for the record: its full form over all seeds, then its short form seed by seed. */
export async function measureSuite(suite: Suite, options: MeasureOptions): Promise<RecordedSuite> {
  return {
    suite: suite.name,
    recordings: Object.fromEntries(
      [...suite.recordings, ...suite.alsoReads].map((name) => [name, sizeOf(join(options.datasets, name))]),
    ),
    full: await measureFull(suite, options),
    short: await measureShort(suite, options),
  };
}

async function measureFull(
  suite: Suite,
  { datasets, backend, onStep }: MeasureOptions,
): Promise<RecordedSuite['full']> {
  const run = await suite.load();
  const { figures, scoreSets, curves, notes } = await run({ datasets, seeds, form: 'full', backend, onStep });
  const promised = assess(suite.name, figures).flatMap(({ target, measured, noise }): [string, RecordedFigure][] => {
    if (measured === null) return [];
    const { overSeeds, overUsers } = noise;
    const [from, to] =
      overUsers === null
        ? [null, null]
        : 'interval' in overUsers
          ? overUsers.interval
          : [measured - 1.96 * overUsers.sd, measured + 1.96 * overUsers.sd];
    return [
      [
        target.path,
        {
          measured: rounded(measured),
          overSeeds: overSeeds === null ? null : rounded(overSeeds),
          usersFrom: from === null ? null : rounded(from),
          usersTo: to === null ? null : rounded(to),
        },
      ],
    ];
  });
  return {
    seeds: seeds.length,
    backend,
    scoreSets: Object.fromEntries(scoreSets.map(({ name, users }) => [name, scoresOf(users)])),
    promised: Object.fromEntries(promised),
    figures: Object.fromEntries(
      numbersIn(figures)
        .filter(({ path }) => !perPerson.test(path))
        .map(({ path, value }) => [path, rounded(value)]),
    ),
    curves: curves.map(({ series, ...curve }) => ({
      ...curve,
      series: series.map(({ name, points }) => ({
        name,
        points: points
          .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
          .map(({ x, y }) => ({ x: rounded(x), y: rounded(y) })),
      })),
    })),
    notes: notes.join('\n'),
  };
}

function scoresOf(users: readonly UserScores[]) {
  return {
    users: users.length,
    genuine: users.reduce((sum, { genuine }) => sum + genuine.length, 0),
    impostor: users.reduce((sum, { impostor }) => sum + impostor.length, 0),
  };
}

async function measureShort(suite: Suite, { datasets, onStep }: MeasureOptions): Promise<RecordedSuite['short']> {
  const runs: Map<string, number>[] = [];
  for (const seed of seeds) {
    const assessed = await shortForm(suite, datasets, seed, onStep);
    runs.push(
      new Map(assessed.flatMap(({ target, measured }) => (measured === null ? [] : [[target.path, measured]]))),
    );
  }
  const gated = [...(runs[seeds.indexOf(gateSeed)] ?? [])].map(([path, measured]): [string, GatedFigure] => {
    const deviation = standardDeviation(runs.flatMap((run) => run.get(path) ?? []));
    const noise = Math.max(noiseDeviations * deviation, leastNoiseShare * Math.abs(measured), leastNoise);
    return [path, { measured: rounded(measured), noise: rounded(noise) }];
  });
  return Object.fromEntries(gated);
}

/** Six significant digits: more than any figure has. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

function sizeOf(folder: string): { files: number; bytes: number } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return {
    files: files.length,
    bytes: files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0),
  };
}
