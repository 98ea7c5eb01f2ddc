import type { EpisodeState } from './episode.ts';

/** First byte of stored episodes; JSON follows. A reader refuses every other version. */
const episodesVersion = 1;

/** Episodes of a subject never seen before, or from their bytes. @throws where another version wrote them */
export function decodeEpisodes(bytes: Buffer | undefined): EpisodeState {
  if (bytes === undefined) return { open: {} };
  if (bytes[0] !== episodesVersion) throw new TypeError(`stored episodes have unknown version ${bytes[0]}`);
  return JSON.parse(bytes.toString('utf8', 1)) as EpisodeState;
}

export function encodeEpisodes(state: EpisodeState): Buffer {
  return Buffer.concat([Buffer.of(episodesVersion), Buffer.from(JSON.stringify(state))]);
}
