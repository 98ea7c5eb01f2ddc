/** Both ends belong to the range. */
export interface Bounds {
  min: number;
  max: number;
}

/** Whether the value is a whole number within bounds. `NaN`, infinities and non-numbers are not. */
export function isWhole(value: number, { min, max }: Bounds): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** Whether the value is a finite number within bounds. */
export function isFiniteWithin(value: number, { min, max }: Bounds): boolean {
  return Number.isFinite(value) && value >= min && value <= max;
}

/** `keystrokes[3].holdMs is -5: must be 0..60000`. */
export function outOfBounds(path: string, value: number, bounds: Bounds): string {
  // Within bounds and still refused: only whole numbers were asked for.
  const whole = isFiniteWithin(value, bounds) ? 'a whole number ' : '';
  return `${path} is ${value}: must be ${whole}${bounds.min}..${bounds.max}`;
}

const hexDigits = /^[0-9a-f]*$/;

/** Whether the value is `bytes` bytes as lower-case hexadecimal digits. */
export function isHex(value: string, bytes: number): boolean {
  return typeof value === 'string' && value.length === 2 * bytes && hexDigits.test(value);
}

/** Says what a digest or pseudonym must be; never what it was. */
export function notHex(path: string, bytes: number): string {
  return `${path} is not ${2 * bytes} lower-case hexadecimal digits`;
}

/** The all-zero pseudonym: the subject of a tenant's cohort, and nobody's. */
export const cohortSubject = '0'.repeat(32);

const controlCharacter = /\p{Cc}/u;

/** What is wrong with a text that should be short and printable; `undefined` when nothing is. Never cites the text. */
export function problemOfText(path: string, value: string, maxCharacters: number): string | undefined {
  if (typeof value !== 'string') return `${path} is not text`;
  if (value.length > maxCharacters) return `${path} has ${value.length} characters: at most ${maxCharacters}`;
  return controlCharacter.test(value) ? `${path} contains a control character` : undefined;
}

/** What is wrong with the number of entries; `undefined` when nothing is. */
export function problemOfLength(path: string, length: number, max: number): string | undefined {
  return length > max ? `${path} has ${length} entries: at most ${max}` : undefined;
}

/** The first problem among the entries of an array, with its place: `keystrokes[3]` and what `problemOf` says. */
export function problemOfEach<T>(
  path: string,
  entries: readonly T[],
  problemOf: (entry: T) => string | undefined,
): string | undefined {
  // Counted by hand: `entries()` costs twice as much here, and this runs for every keystroke of every batch.
  let index = 0;
  for (const entry of entries) {
    const problem = problemOf(entry);
    if (problem !== undefined) return `${path}[${index}].${problem}`;
    index++;
  }
  return undefined;
}

/** The first number of an array that `isGood` refuses, in words. */
export function problemOfNumbers(
  path: string,
  numbers: readonly number[],
  bounds: Bounds,
  isGood: (value: number, bounds: Bounds) => boolean,
): string | undefined {
  let index = 0;
  for (const number of numbers) {
    if (!isGood(number, bounds)) return outOfBounds(`${path}[${index}]`, number, bounds);
    index++;
  }
  return undefined;
}
