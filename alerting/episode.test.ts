import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Decision, Verdict } from '../detection/words/verdict.ts';
import { verdictAt as verdict } from '../test/fixtures/verdict-fixture.ts';
import { advanceEpisodes, calmVerdictsToClose, type Episode, type EpisodeState, longestSilenceMs } from './episode.ts';
import { decodeEpisodes, encodeEpisodes } from './episode-bytes.ts';

const quiet: EpisodeState = { open: {} };

function openings(verdicts: readonly Verdict[]): Episode[] {
  const opened: Episode[] = [];
  let state = quiet;
  for (const each of verdicts) {
    const step = advanceEpisodes(state, each);
    state = step.state;
    if (step.opened !== undefined) opened.push(step.opened);
  }
  return opened;
}

const idsOf = (episodes: readonly Episode[]): string[] => [...new Set(episodes.map(({ alertId }) => alertId))];

/** What is said again by a scorer that died `fromEnd` verdicts before the end, and goes back by up to `back` batches. */
function replayBefore(said: readonly Verdict[], fromEnd: number, back: number): Verdict[] {
  const place = said.length - fromEnd;
  const last = said[place - 1];
  if (last === undefined) return [];
  const firsts = new Map(said.slice(0, place).map((each) => [each.sequence, each]));
  return [...firsts.values()].filter(({ sequence }) => sequence > last.sequence - back && sequence <= last.sequence);
}

const anyVerdict = fc
  .tuple(
    fc.constantFrom<Decision>('genuine', 'suspicious', 'impostor', 'machine', 'undecided'),
    fc.double({ min: 0, max: 100, noNaN: true }),
  )
  .map(([decision, risk]) => ({ decision, risk }));

describe('the episodes of a subject', () => {
  it('open once for a run of high-risk verdicts', () => {
    expect(openings([1, 2, 3, 4].map((offset) => verdict(offset, 'impostor', 80)))).toHaveLength(1);
  });

  it('open again only after enough calm verdicts', () => {
    const calm = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => verdict(from + index, 'genuine', 5));
    const shortCalm = [verdict(0, 'impostor', 80), ...calm(1, calmVerdictsToClose - 1), verdict(50, 'impostor', 80)];
    const longCalm = [verdict(0, 'impostor', 80), ...calm(1, calmVerdictsToClose), verdict(50, 'impostor', 80)];
    expect(openings(shortCalm)).toHaveLength(1);
    expect(openings(longCalm)).toHaveLength(2);
  });

  it('are neither opened nor calmed by a verdict that could not judge', () => {
    const undecided = Array.from({ length: 40 }, (_, index) => verdict(1 + index, 'undecided', 0));
    expect(openings([verdict(0, 'impostor', 80), ...undecided, verdict(60, 'impostor', 80)])).toHaveLength(1);
    expect(openings(undecided)).toHaveLength(0);
  });

  it('keep a machine and a person apart', () => {
    const families = openings([verdict(0, 'impostor', 80), verdict(1, 'machine', 95)]).map(({ family }) => family);
    expect(families).toEqual(['behaviour-mismatch', 'input-injection']);
  });

  it('open only on a high-risk verdict against the account, with an id of its own, the same on every replay', () => {
    fc.assert(
      fc.property(fc.array(anyVerdict, { maxLength: 60 }), (sequence) => {
        const verdicts = sequence.map(({ decision, risk }, offset) => verdict(offset, decision, risk));
        const opened = openings(verdicts);
        for (const episode of opened) {
          const opener = verdicts.find(({ receivedAtMs }) => receivedAtMs === episode.startedAtMs);
          expect(opener?.risk).toBeGreaterThanOrEqual(73);
          expect(['impostor', 'machine', 'suspicious']).toContain(opener?.decision);
        }
        expect(new Set(opened.map(({ alertId }) => alertId)).size).toBe(opened.length);
        expect(openings(verdicts)).toEqual(opened);
      }),
    );
  });

  it('are neither calmed nor opened again by verdicts that a scorer repeats after its death', () => {
    const rewinds = fc.array(fc.record({ at: fc.nat(80), back: fc.integer({ min: 1, max: 20 }) }), { maxLength: 6 });
    const runs = fc.array(fc.tuple(anyVerdict, fc.integer({ min: 1, max: calmVerdictsToClose })), { maxLength: 20 });
    fc.assert(
      fc.property(runs, rewinds, (sequence, given) => {
        const verdicts = sequence
          .flatMap(([each, times]) => Array.from({ length: times }, () => each))
          .map(({ decision, risk }, offset) => verdict(offset, decision, risk));
        const repeated = [...verdicts];
        for (const { at, back } of given) {
          if (at < verdicts.length) repeated.splice(repeated.length - at, 0, ...replayBefore(repeated, at, back));
        }
        expect(idsOf(openings(repeated))).toEqual(idsOf(openings(verdicts)));
      }),
      { numRuns: 300 },
    );
    const calm = Array.from({ length: calmVerdictsToClose - 1 }, (_, index) => verdict(1 + index, 'genuine', 5));
    const once = [verdict(0, 'impostor', 80), ...calm, verdict(50, 'impostor', 80)];
    const twice = [verdict(0, 'impostor', 80), ...calm, ...calm, verdict(50, 'impostor', 80)];
    expect(openings(twice)).toEqual(openings(once));
  });

  it('never leave the state they were given changed', () => {
    const before: EpisodeState = advanceEpisodes(quiet, verdict(0, 'impostor', 80)).state;
    const copy = structuredClone(before);
    advanceEpisodes(before, verdict(1, 'genuine', 0));
    expect(before).toEqual(copy);
  });

  it('end after a long silence, even where nothing calm was ever said', () => {
    const later = (ms: number) => ({ receivedAtMs: verdict(0, 'machine', 95).receivedAtMs + ms });
    const unenrolled = verdict(1, 'undecided', 0, { reason: 'enrolling' });
    const soon = verdict(2, 'machine', 95, later(longestSilenceMs));
    const tomorrow = verdict(2, 'machine', 95, later(longestSilenceMs + 1));
    expect(openings([verdict(0, 'machine', 95), unenrolled, soon])).toHaveLength(1);
    expect(openings([verdict(0, 'machine', 95), unenrolled, tomorrow])).toHaveLength(2);
  });

  it('last as long as high-risk verdicts keep coming, in whatever order the devices deliver them', () => {
    const at = (index: number, ms: number) => verdict(index, 'impostor', 80, { receivedAtMs: 1_700_000_000_000 + ms });
    const steady = Array.from({ length: 9 }, (_, index) => at(index, (index * longestSilenceMs) / 2));
    expect(openings(steady)).toHaveLength(1);
    const outOfOrder = [at(0, longestSilenceMs), at(1, 0), at(2, 2 * longestSilenceMs)];
    expect(openings(outOfOrder)).toHaveLength(1);
  });

  it('stay as they are, not merely alike, where a verdict says nothing about them', () => {
    expect(advanceEpisodes(quiet, verdict(0, 'genuine', 5)).state).toBe(quiet);
    const open = advanceEpisodes(quiet, verdict(0, 'impostor', 80)).state;
    expect(advanceEpisodes(open, verdict(1, 'undecided', 0)).state).toBe(open);
  });

  it('are stored as they are, and bytes of another version are refused', () => {
    const open = advanceEpisodes(quiet, verdict(0, 'impostor', 80)).state;
    expect(decodeEpisodes(encodeEpisodes(open))).toEqual(open);
    expect(decodeEpisodes(undefined)).toEqual(quiet);
    expect(() => decodeEpisodes(Buffer.from('{"open":{}}'))).toThrow(TypeError);
    expect(() => decodeEpisodes(Buffer.alloc(0))).toThrow(TypeError);
  });
});
