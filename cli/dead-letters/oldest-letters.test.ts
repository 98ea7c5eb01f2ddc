import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createOldestLetters } from './oldest-letters.ts';
import type { StoredLetter } from './stored-letter.ts';

function letterAt(partition: number, offset: number, failedAtMs: number): StoredLetter {
  const source = { topic: 'behaviour', partition, offset };
  return { id: `behaviour/${partition}/${offset}`, letter: { source, failedAtMs } } as StoredLetter;
}

const letters = fc.uniqueArray(fc.record({ partition: fc.nat(3), offset: fc.nat(20), atMs: fc.nat(5) }), {
  selector: ({ partition, offset }) => `${partition}/${offset}`,
  maxLength: 40,
});

it('are the same ones in the same order, whatever order they come in', () => {
  fc.assert(
    fc.property(letters, fc.nat(10), fc.integer(), (given, limit, turn) => {
      const all = given.map(({ partition, offset, atMs }) => letterAt(partition, offset, atMs));
      const turned = all.map((letter, index) => ({ letter, rank: (index * 7919 + turn) % 41 }));
      const [one, other] = [createOldestLetters(limit), createOldestLetters(limit)];
      for (const letter of all) one.add(letter);
      for (const { letter } of turned.sort((a, b) => a.rank - b.rank)) other.add(letter);
      const sorted = [...all].sort(
        (a, b) =>
          a.letter.failedAtMs - b.letter.failedAtMs ||
          a.letter.source.partition - b.letter.source.partition ||
          a.letter.source.offset - b.letter.source.offset,
      );
      const ids = (from: readonly StoredLetter[]) => from.map(({ id }) => id);
      expect(ids(one.all())).toEqual(ids(sorted.slice(0, limit)));
      expect(ids(other.all())).toEqual(ids(one.all()));
    }),
  );
});
