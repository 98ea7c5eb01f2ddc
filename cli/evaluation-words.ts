import { type Assessed, figureInWords, standingInWords } from '../evaluation/suites/assessment.ts';
import { numbersIn } from '../evaluation/suites/figure-paths.ts';
import type { SuiteResult } from '../evaluation/suites/suite.ts';

/** What one suite came to. */
export interface Told {
  result: Pick<SuiteResult, 'suite' | 'figures' | 'notes'>;
  summary: string;
  assessed: Assessed[];
  form: 'full' | 'short';
  seeds: number[];
  backend: string;
  seconds: number;
  /** Files of the report. */
  written: string[];
}

/** A suite that was asked for with all others, and cannot be run. */
export interface Skipped {
  suite: string;
  why: string;
}

/** What `--json` prints of one suite: its figures, and beside them what is needed to repeat them. */
export function asJson({ result, assessed, form, seeds, backend, seconds, written: files }: Told) {
  const promised = assessed.map(({ target, measured, reachesLeast, reachesHereFor }) => ({
    figure: target.path,
    measured,
    least: target.least,
    reachesLeast,
    hereFor: target.hereFor,
    reachesHereFor,
  }));
  return {
    ...result.figures,
    suite: result.suite,
    form,
    seeds,
    backend,
    seconds,
    promised,
    notes: result.notes,
    written: files,
  };
}

/** What `--json` prints of all suites. */
export function allAsJson(told: readonly Told[], skipped: readonly Skipped[]) {
  return { suites: Object.fromEntries(told.map((each) => [each.result.suite, asJson(each)])), skipped };
}

/** All suites for people. */
export function allInWords(told: readonly Told[], skipped: readonly Skipped[]): string {
  const left = skipped.map(({ suite, why }) => `${suite}: left out, ${why}\n`);
  return [...told.map(inWords), ...left].join('\n');
}

/** One suite for people: each promised figure beside what was asked for. */
export function inWords({ result, assessed, form, seeds, backend, seconds, written: files }: Told): string {
  const head = `${result.suite}, ${form} form, ${seeds.length} seed${seeds.length === 1 ? '' : 's'}, ${backend}, ${seconds} s`;
  const lines = assessed.length > 0 ? promisedInWords(assessed) : numbersInWords(result);
  const notes = result.notes.map((note) => `note: ${note}`);
  const paths = files.map((path) => `wrote ${path}`);
  return `${[head, ...lines, ...notes, ...paths].join('\n')}\n`;
}

function promisedInWords(assessed: readonly Assessed[]): string[] {
  const rows = assessed.map(({ target, measured, noise, reachesLeast, reachesHereFor }) => [
    target.meaning,
    figureInWords(measured),
    noise.overSeeds === null ? '' : `+-${figureInWords(noise.overSeeds)}`,
    standingInWords(target.least, reachesLeast),
    standingInWords(target.hereFor, reachesHereFor),
  ]);
  return table([['figure', 'measured', 'over seeds', 'least', 'here for'], ...rows]);
}

function numbersInWords({ figures }: Told['result']): string[] {
  return table(numbersIn(figures).map(({ path, value }) => [path, figureInWords(value)]));
}

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
