import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { datasetsDirectory } from '../../evaluation/recordings/open-recordings.ts';
import type { Evaluated } from '../../evaluation/report/report-page.ts';
import { assess } from '../../evaluation/suites/assessment.ts';
import type { SuiteContext } from '../../evaluation/suites/suite.ts';
import { missingRecordings, type Suite, suites } from '../../evaluation/suites/suites.ts';
import { didYouMean } from '../../platform/config/config-problem.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { loadTensorflow, type TrainingBackend, trainingBackends } from '../../training/tensorflow.ts';
import { Refusal, wholeNumber } from '../config-options.ts';
import { allAsJson, allInWords, asJson, inWords, type Skipped, type Told } from '../evaluation-words.ts';
import { createProgress, type Progress } from '../progress.ts';

interface EvaluateOptions {
  suite: string;
  datasets?: string;
  seeds?: number;
  short?: boolean;
  report?: string;
  backend: TrainingBackend;
  json?: boolean;
  quiet?: boolean;
}

/** `gaitkeeper evaluate`: how good the detection is, on recordings, beside what was promised. */
export function addEvaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .summary('measure the detection on recordings, beside what was promised')
    .description(
      'Trains and judges as the suite says: chronological splits, impostors never in training, one run per seed. Any folder of the same format will do, with other and more people.',
    )
    .requiredOption('--suite <name>', `${suites.map(({ name }) => name).join(', ')}, or all that have recordings`)
    .option('--datasets <folder>', 'the folder above the sets of recordings; else GAITKEEPER_DATASETS')
    .option(
      '--seeds <number>',
      'runs, with seeds 1, 2, ..: figures are their means (5, or 1 with --short)',
      wholeNumber(1),
    )
    .option('--short', 'fewer users and one seed: seconds instead of minutes, and rougher figures')
    .option(
      '--report <folder>',
      'also write one HTML page per suite that needs no network, with JSON and CSV beside it',
    )
    .addOption(
      new Option('--backend <name>', 'what trains')
        .choices([...trainingBackends])
        .default('auto' satisfies TrainingBackend),
    )
    .option('--json', 'print the figures as JSON')
    .option('--quiet', 'no progress')
    .addHelpText('after', () => `\nSuites:\n${suitesInWords()}\n`)
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper evaluate --suite cmu --datasets ../shared/datasets\n  gaitkeeper evaluate --suite villani --short --json\n  gaitkeeper evaluate --suite all --report out/',
    )
    .action(async (options: EvaluateOptions) => {
      const { run, skipped, datasets } = chosen(options);
      if (options.report !== undefined) prepareFolder(options.report);
      const backend = await startBackend(options.backend);
      const progress = createProgress({ stream: process.stderr, quiet: options.quiet === true });
      const told: Told[] = [];
      for (const suite of run) told.push(await evaluated(suite, { ...options, datasets, backend, progress }));
      const text = options.suite === all ? allInWords(told, skipped) : told.map(inWords).join('');
      const json = options.suite === all ? allAsJson(told, skipped) : told.map(asJson)[0];
      process.stdout.write(options.json === true ? `${JSON.stringify(json)}\n` : text);
    });
}

const all = 'all';

function suitesInWords(): string {
  return suites.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n');
}

/** The suites that were asked for and can be run. @throws Refusal with the fix where there are none */
function chosen({ suite: name, datasets }: EvaluateOptions): { run: Suite[]; skipped: Skipped[]; datasets: string } {
  const named = name === all ? [...suites] : suites.filter((suite) => suite.name === name);
  const known = [...suites.map((suite) => suite.name), all];
  if (named.length === 0) {
    const meant = didYouMean(name, known);
    throw new Refusal(
      `there is no suite ${name}\n  fix: ${meant === undefined ? '' : `did you mean ${meant}? `}suites are ${known.join(', ')}`,
      exitCodes.usage,
    );
  }
  const folder = datasets === undefined ? datasetsDirectory() : resolve(datasets);
  if (folder === undefined) {
    throw new Refusal(
      'the recordings are not here\n  fix: name the folder above them with --datasets, or set GAITKEEPER_DATASETS',
      exitCodes.usage,
    );
  }
  const absent = named.map((suite) => ({ suite, missing: missingRecordings(suite.recordings, folder) }));
  const run = absent.filter(({ missing }) => missing.length === 0).map(({ suite }) => suite);
  if (run.length === 0) throw new Refusal(absenceInWords(folder, absent), exitCodes.usage);
  const skipped = absent
    .filter(({ missing }) => missing.length > 0)
    .map(({ suite, missing }) => ({ suite: suite.name, why: `${folder} holds no ${missing.join(' and no ')}` }));
  return { run, skipped, datasets: folder };
}

function absenceInWords(folder: string, absent: readonly { suite: Suite; missing: string[] }[]): string {
  const missing = [...new Set(absent.flatMap((each) => each.missing))];
  const isSetItself = missing.includes(basename(folder));
  const what = existsSync(folder) ? `${folder} holds no ${missing.join(' and no ')}` : `there is no folder ${folder}`;
  const fix = isSetItself
    ? `name the folder above it: --datasets ${dirname(folder)}`
    : `name the folder that holds ${missing.map((name) => join('.', name)).join(' and ')} with --datasets, or set GAITKEEPER_DATASETS`;
  return `${what}\n  fix: ${fix}`;
}

/** Before the work, so that an hour of it is not lost to a folder that cannot be written. */
function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(`--report cannot be written: ${why}\n  fix: name a folder that may be made`, exitCodes.usage);
  }
}

async function startBackend(wanted: TrainingBackend): Promise<'tfjs-node' | 'wasm'> {
  try {
    return (await loadTensorflow(wanted)).backend;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(`--backend ${wanted} cannot be had: ${why}`, exitCodes.configuration);
  }
}

type Running = Pick<EvaluateOptions, 'seeds' | 'short' | 'report'> & {
  datasets: string;
  backend: 'tfjs-node' | 'wasm';
  progress: Progress;
};

async function evaluated(
  suite: Suite,
  { seeds: count, short, report, datasets, backend, progress }: Running,
): Promise<Told> {
  const form = short === true ? 'short' : 'full';
  const seeds = Array.from({ length: count ?? (form === 'short' ? 1 : 5) }, (_, i) => i + 1);
  const startedAt = process.hrtime.bigint();
  const run = await suite.load();
  let step = '';
  const context: SuiteContext = {
    datasets,
    seeds,
    form,
    backend,
    onStep(words, done, total) {
      if (words !== step) progress.begin(`${suite.name}: ${words}`, total);
      step = words;
      progress.advance(done);
    },
  };
  const result = await run(context);
  progress.end();
  const seconds = Math.round(Number(process.hrtime.bigint() - startedAt) / 1e8) / 10;
  const { figures, notes } = result;
  const told = { summary: suite.summary, assessed: assess(suite.name, figures), form, seeds, backend } as const;
  const written = report === undefined ? [] : await writtenReport({ ...told, result }, report);
  // The scores, which may be millions, are let go.
  return { ...told, result: { suite: suite.name, figures, notes }, seconds, written };
}

async function writtenReport(report: Evaluated, folder: string): Promise<string[]> {
  // Loaded where it is needed: the charts' library costs every other command a second.
  const { writeReport } = await import('../../evaluation/report/write-report.ts');
  return await writeReport(report, folder);
}
