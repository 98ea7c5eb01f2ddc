import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Curve } from '../suites/suite.ts';
import type { SuiteName } from '../suites/suites.ts';

/** A promised figure as it was measured in the full form. */
export interface RecordedFigure {
  measured: number;
  /** Standard deviation over seeds; `null` where chance plays no part in it, or the suite does not tell. */
  overSeeds: number | null;
  /** Bounds of 95 % over users; `null` where the suite does not tell. */
  usersFrom: number | null;
  usersTo: number | null;
}

/** A promised figure in the short form, with the noise that the quality gate allows. */
export interface GatedFigure {
  measured: number;
  noise: number;
}

/** The last measurement of a suite, one JSON file each beside this one. */
export interface RecordedSuite {
  suite: SuiteName;
  /** The sets of recordings that were read. */
  recordings: Record<string, { files: number; bytes: number }>;
  full: {
    seeds: number;
    backend: string;
    /** Scores behind the figures, by the name of their set. */
    scoreSets: Record<string, { users: number; genuine: number; impostor: number }>;
    /** By path. */
    promised: Record<string, RecordedFigure>;
    /** Every number of the suite, by path, but for those of single people. */
    figures: Record<string, number>;
    /** As in the report. */
    curves: readonly Curve[];
    /** One a line. */
    notes: string;
  };
  /** By path; measured with seed 1 on wasm, the noise over seeds. */
  short: Record<string, GatedFigure>;
}

function pathOf(suite: SuiteName): string {
  return fileURLToPath(new URL(`./${suite}.json`, import.meta.url));
}

/** The record of a suite; `undefined` where it was never measured. */
export function readRecorded(suite: SuiteName): RecordedSuite | undefined {
  const path = pathOf(suite);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as RecordedSuite) : undefined;
}

/** Writes the record of a suite beside this file, and gives its path. */
export function writeRecorded(recorded: RecordedSuite): string {
  const path = pathOf(recorded.suite);
  writeFileSync(path, `${JSON.stringify(recorded, null, 2)}\n`);
  return path;
}
