import type { SeededRandom } from '../../platform/seeded-random.ts';

/** One piece of a session: the owner's, or somebody else's. */
export interface MixedPiece<Content> {
  content: Content;
  foreign: boolean;
}

/** Batches of one foreign piece: 50 keys, too few for the evidence of a session. */
export const pieceBatches = 2;

/** Foreign pieces in a session of `own` batches, so that foreign ones are `share` of all on average. */
export function piecesFor(own: number, share: number, random: SeededRandom): number {
  const wanted = (share * own) / ((1 - share) * pieceBatches);
  return Math.floor(wanted) + (random.chance(wanted - Math.floor(wanted)) ? 1 : 0);
}

/**
 * The owner's batches in their order, with so many short foreign pieces at random places among them, each of consecutive
 * batches of one foreign session. A session shorter than a piece lends all that it has.
 */
export function withForeignPieces<Content>(
  own: readonly Content[],
  foreign: readonly (readonly Content[])[],
  pieces: number,
  random: SeededRandom,
): MixedPiece<Content>[] {
  const cuts = Array.from({ length: pieces }, () => random.integer(own.length + 1)).sort((a, b) => a - b);
  const mixed: MixedPiece<Content>[] = [];
  let at = 0;
  for (const cut of cuts) {
    const from = random.pick(foreign);
    const start = random.integer(Math.max(1, from.length - pieceBatches + 1));
    for (const content of own.slice(at, cut)) mixed.push({ content, foreign: false });
    for (const content of from.slice(start, start + pieceBatches)) mixed.push({ content, foreign: true });
    at = cut;
  }
  for (const content of own.slice(at)) mixed.push({ content, foreign: false });
  return mixed;
}

/** The same batches beginning elsewhere: another day's session out of the same recording. */
export function rotated<Content>(contents: readonly Content[], random: SeededRandom): Content[] {
  const start = random.integer(Math.max(1, contents.length));
  return [...contents.slice(start), ...contents.slice(0, start)];
}
