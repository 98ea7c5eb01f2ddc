import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { aalto, aaltoFile } from './aalto.ts';
import { balabit, balabitLabels } from './balabit.ts';
import type { RecordingName, Recordings } from './recordings.ts';
import { sapimouse, sapimouseFiles } from './sapimouse.ts';
import { villaniFile, villaniFreetext } from './villani-freetext.ts';

/** What opening came to; `detail` says in words how to mend it. */
export type OpenOutcome =
  | { ok: true; value: Recordings }
  | { ok: false; reason: 'absent' | 'unrecognised'; detail: string };

interface KnownSet {
  name: RecordingName;
  /** Paths inside the folder that all must exist. */
  marks: readonly string[];
  open(directory: string): Recordings;
}

const knownSets: readonly KnownSet[] = [
  { name: 'villani-freetext', marks: [villaniFile], open: villaniFreetext },
  { name: 'aalto-136m-sample', marks: [aaltoFile], open: aalto },
  { name: 'balabit', marks: [balabitLabels, 'training', 'test'], open: balabit },
  { name: 'sapimouse', marks: Object.values(sapimouseFiles), open: sapimouse },
];

function missingIn(directory: string, { marks }: KnownSet): string[] {
  return marks.filter((mark) => !existsSync(join(directory, mark)));
}

/** Why no set is recognised in a folder, and how to mend it. */
function unrecognised(directory: string): string {
  for (const set of knownSets) {
    const missing = missingIn(directory, set);
    const present = set.marks.filter((mark) => !missing.includes(mark));
    if (present.length > 0 && missing.length === 1) {
      return `${directory} holds ${present.join(', ')} of ${set.name}, but not ${missing.join()}: put it there too.`;
    }
  }
  const inner = knownSets.filter(({ name }) => existsSync(join(directory, name))).map(({ name }) => name);
  const hint =
    inner.length > 0
      ? `It looks like the folder above them: name one of ${inner.map((name) => join(directory, name)).join(', ')}.`
      : `Put the files of one set there: ${knownSets.map((set) => `${set.marks.join(' + ')} (${set.name})`).join(', ')}.`;
  return `${directory} holds no recordings that are known. ${hint}`;
}

/** Opens the recordings in a folder, recognised by the files in it; reads nothing yet. */
export async function openRecordings(directory: string): Promise<OpenOutcome> {
  if (!existsSync(directory)) {
    return {
      ok: false,
      reason: 'absent',
      detail:
        `There is no folder ${directory}. Recordings are not part of the project: name a folder that holds one of ` +
        `${knownSets.map((set) => set.name).join(', ')}, or set GAITKEEPER_DATASETS to the folder above them.`,
    };
  }
  const known = knownSets.find((set) => missingIn(directory, set).length === 0);
  if (known !== undefined) return { ok: true, value: known.open(directory) };
  return { ok: false, reason: 'unrecognised', detail: unrecognised(directory) };
}

/**
 * The folder above all recordings: `GAITKEEPER_DATASETS`, else `../shared/datasets` beside the project where that
 * exists, else `undefined`.
 */
export function datasetsDirectory(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  workingDirectory: string = process.cwd(),
): string | undefined {
  const named = environment['GAITKEEPER_DATASETS'];
  if (named !== undefined && named !== '') return resolve(workingDirectory, named);
  const beside = resolve(workingDirectory, '../shared/datasets');
  return existsSync(beside) ? beside : undefined;
}

/** Opens one set by name from {@link datasetsDirectory}. */
export async function openNamedRecordings(
  name: RecordingName,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<OpenOutcome> {
  const datasets = datasetsDirectory(environment);
  if (datasets !== undefined) return openRecordings(join(datasets, name));
  return {
    ok: false,
    reason: 'absent',
    detail: `The recordings of ${name} are not here: set GAITKEEPER_DATASETS to the folder that holds ${name}/.`,
  };
}
