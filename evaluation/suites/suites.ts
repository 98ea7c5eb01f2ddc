import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSuite } from './suite.ts';

/** The suites of the laboratory, in the order of their figures. */
export const suiteNames = [
  'cmu',
  'balabit',
  'sapimouse',
  'villani',
  'aalto',
  'injection',
  'schonlau',
  'scenarios',
] as const;
export type SuiteName = (typeof suiteNames)[number];

/** A suite that can be run. */
export interface Suite {
  name: SuiteName;
  /** What it asks, in a line. */
  summary: string;
  /** The sets of recordings it reads: folders below the one of all recordings. */
  recordings: readonly string[];
  /** Sets that it reads where they are there, for a background or constants from people who are not judged. */
  alsoReads: readonly string[];
  /** Brings its code: none of it is loaded before. */
  load(): Promise<RunSuite>;
}

/** All suites. */
export const suites: readonly Suite[] = [
  {
    name: 'cmu',
    summary: 'one password, typed 400 times by each person',
    recordings: ['cmu-strong-password'],
    alsoReads: [],
    load: async () => (await import('./cmu.ts')).runCmuSuite,
  },
  {
    name: 'balabit',
    summary: 'the pointer at ten remote-desktop accounts, with sessions of somebody else',
    recordings: ['balabit'],
    alsoReads: ['sapimouse'],
    load: async () => (await import('./pointer.ts')).runBalabitSuite,
  },
  {
    name: 'sapimouse',
    summary: 'the pointer of 120 people in one game, by seconds of mouse',
    recordings: ['sapimouse'],
    alsoReads: ['balabit'],
    load: async () => (await import('./pointer.ts')).runSapimouseSuite,
  },
  {
    name: 'villani',
    summary: 'free text of 27 people over weeks, as the wire carries it; the background comes from another set',
    recordings: ['villani-freetext'],
    alsoReads: ['aalto-136m-sample'],
    load: async () => (await import('./free-text.ts')).runVillaniSuite,
  },
  {
    name: 'aalto',
    summary: 'sentences of many people, copied in one sitting, as the wire carries them',
    recordings: ['aalto-136m-sample'],
    alsoReads: ['villani-freetext'],
    load: async () => (await import('./free-text.ts')).runAaltoSuite,
  },
  {
    name: 'injection',
    summary: 'typing and pointing by a program in the place of a person, nine ways',
    recordings: ['aalto-136m-sample', 'villani-freetext', 'sapimouse', 'balabit'],
    alsoReads: [],
    load: async () => (await import('./injection.ts')).runInjectionSuite,
  },
  {
    name: 'schonlau',
    summary: 'masqueraders among the commands of 50 users of UNIX',
    recordings: ['schonlau-masquerade'],
    alsoReads: [],
    load: async () => (await import('./schonlau.ts')).runSchonlauSuite,
  },
  {
    name: 'scenarios',
    summary: 'five threats and a harmless change at composed desks, through the whole system in this process',
    recordings: ['villani-freetext'],
    alsoReads: [],
    load: async () => (await import('./scenarios.ts')).runScenariosSuite,
  },
];

/** The sets of recordings, of those named, that `datasets` does not hold. */
export function missingRecordings(names: readonly string[], datasets: string): string[] {
  return names.filter((name) => !existsSync(join(datasets, name)));
}
