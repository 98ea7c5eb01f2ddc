import { closest, distance } from 'fastest-levenshtein';
import { expectedWords, type Setting, settingJsonSchema } from './setting.ts';
import { environmentNameOf, flagNameOf } from './setting-names.ts';

/** One thing that is wrong with a configuration. Carries no value of a secret. */
export interface ConfigProblem {
  /** The key, flag or variable as its author wrote it, with its value where that may be shown. */
  what: string;
  /** Where it was written: a flag, an environment variable, `file:line`; or where it could have been. */
  where: string;
  why: string;
  fix: string;
}

/** A value on its way to the schema, and where it came from. */
export interface GivenValue {
  value: unknown;
  where: string;
}

/** Every problem with its place, reason and remedy, for a terminal. */
export function problemMessage(process: string, problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map(({ what, where, why, fix }) => `  ${what} (${where}): ${why}\n    fix: ${fix}`);
  return [`The configuration of ${process} has ${count}:`, ...lines].join('\n');
}

// A further word than this is another word.
const maxDistanceShare = 0.4;

/** The known word closest to a mistyped one, or `undefined` when none is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const byLowerCase = new Map(known.map((candidate) => [candidate.toLowerCase(), candidate]));
  const nearest = closest(word.toLowerCase(), [...byLowerCase.keys()]);
  const isNear = distance(word.toLowerCase(), nearest) <= Math.max(2, maxDistanceShare * word.length);
  return isNear ? byLowerCase.get(nearest) : undefined;
}

/** A key, flag or variable that no process knows. */
export function unknownSetting(what: string, where: string, known: readonly string[]): ConfigProblem {
  const meant = didYouMean(what, known);
  const fix =
    meant === undefined ? 'remove it; `gaitkeeper config list` shows every setting' : `did you mean ${meant}?`;
  return { what, where, why: 'there is no such setting', fix };
}

/** A value that its schema refuses, or, without `given`, a value that must be there and is not. */
export function refusedValue(
  key: string,
  of: Setting,
  given: GivenValue | undefined,
  issues: readonly { message: string }[],
): ConfigProblem {
  const example = of.example === undefined ? '' : `, for example ${of.example}`;
  const expected = `${expectedWords(settingJsonSchema(of))}${of.unit === undefined ? '' : ` (${of.unit})`}${example}`;
  if (given === undefined) {
    const secretFile = of.secret === true ? `, ${environmentNameOf(key)}_FILE` : '';
    const places = `${flagNameOf(key)}, ${environmentNameOf(key)}${secretFile} or \`${key}:\` in the file`;
    return { what: key, where: 'nowhere', why: 'it must be set', fix: `set ${places}: ${expected}` };
  }
  // A schema's own message may repeat what it was given.
  const why = of.secret === true ? 'not acceptable' : issues.map(({ message }) => message).join('; ');
  const shown = of.secret === true ? '' : ` = ${JSON.stringify(given.value)}`;
  return { what: `${key}${shown}`, where: given.where, why, fix: expected };
}
