import type { SeededRandom } from '../../platform/seeded-random.ts';

/** Rough share of each letter in English prose, per mille. */
const letterShares: Record<string, number> = {
  e: 127,
  t: 91,
  a: 82,
  o: 75,
  i: 70,
  n: 67,
  s: 63,
  h: 61,
  r: 60,
  d: 43,
  l: 40,
  c: 28,
  u: 28,
  m: 24,
  w: 24,
  f: 22,
  g: 20,
  y: 20,
  p: 19,
  b: 15,
  v: 10,
  k: 8,
  j: 2,
  x: 2,
  q: 1,
  z: 1,
};
const letters = Object.entries(letterShares);
const letterTotal = letters.reduce((sum, [, share]) => sum + share, 0);
const mostLettersPerWord = 12;
const sentenceEndShare = 0.09;
const commaShare = 0.06;

function letter(random: SeededRandom): string {
  let left = random.uniform(0, letterTotal);
  for (const [name, share] of letters) {
    left -= share;
    if (left < 0) return name;
  }
  return 'e';
}

/**
 * `count` key names with the letters, word lengths, capitals and punctuation of prose and no sense at all.
 * `backspaceShare` of the letters are mistyped, taken back and typed again.
 */
export function nonsenseKeys(count: number, backspaceShare: number, random: SeededRandom): string[] {
  const keys: string[] = [];
  let startsSentence = true;
  while (keys.length < count) {
    if (startsSentence) keys.push('shift');
    const length = Math.min(mostLettersPerWord, Math.max(1, Math.round(random.logNormal(4.2, 0.5))));
    for (let i = 0; i < length; i++) {
      if (random.chance(backspaceShare)) keys.push(letter(random), 'backspace');
      keys.push(letter(random));
    }
    startsSentence = random.chance(sentenceEndShare);
    if (startsSentence) keys.push('period');
    else if (random.chance(commaShare)) keys.push('comma');
    keys.push('space');
  }
  return keys.slice(0, count);
}
