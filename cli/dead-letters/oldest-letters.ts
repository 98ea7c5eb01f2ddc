import type { StoredLetter } from './stored-letter.ts';

/** The oldest of the letters that were added, at most so many: the first one of a flood tells most. */
export interface OldestLetters {
  add(letter: StoredLetter): void;
  /** By when the refused record was written, then by its place: when it was set aside differs by chance within one micro-batch. */
  all(): readonly StoredLetter[];
}

function compare(a: StoredLetter, b: StoredLetter): number {
  const [x, y] = [a.letter.source, b.letter.source];
  if (a.letter.failedAtMs !== b.letter.failedAtMs) return a.letter.failedAtMs - b.letter.failedAtMs;
  if (x.topic !== y.topic) return x.topic < y.topic ? -1 : 1;
  return x.partition - y.partition || x.offset - y.offset;
}

/** Keeps `limit` letters, whatever order the partitions of the topic are read in. */
export function createOldestLetters(limit: number): OldestLetters {
  const kept: StoredLetter[] = [];
  return {
    add(letter) {
      const last = kept.at(-1);
      if (kept.length === limit && (last === undefined || compare(letter, last) >= 0)) return;
      const at = kept.findIndex((other) => compare(letter, other) < 0);
      kept.splice(at < 0 ? kept.length : at, 0, letter);
      if (kept.length > limit) kept.pop();
    },
    all: () => kept,
  };
}
