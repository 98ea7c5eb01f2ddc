import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Decision, Verdict } from '../detection/words/verdict.ts';
import { advanceEpisodes, calmVerdictsToClose, type Episode, type EpisodeState } from './episode.ts';

const quiet: EpisodeState = { open: {} };

function verdict(offset: number, decision: Decision, risk: number): Verdict {
  return {
    verdictId: offset.toString(16).padStart(32, '0'),
    tenant: 'default',
    subject: 'a'.repeat(32),
    device: 'b'.repeat(32),
    session: 'c'.repeat(32),
    sequence: offset,
    source: { topic: 'gaitkeeper.behaviour.v1', partition: 0, offset },
    receivedAtMs: 1_000 * offset,
    decision,
    reason: decision === 'undecided' ? 'insufficient-evidence' : 'none',
    risk,
    evidence: [],
    modalities: [],
    templateKind: 'own',
    templateVersion: '',
    keystrokes: 25,
    strokes: 0,
    inputRoute: 'local',
    host: null,
    degraded: false,
  };
}

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
          const opener = verdicts[episode.startedAtMs / 1_000];
          expect(opener?.risk).toBeGreaterThanOrEqual(73);
          expect(['impostor', 'machine']).toContain(opener?.decision);
        }
        expect(new Set(opened.map(({ alertId }) => alertId)).size).toBe(opened.length);
        expect(openings(verdicts)).toEqual(opened);
      }),
    );
  });

  it('never leave the state they were given changed', () => {
    const before: EpisodeState = advanceEpisodes(quiet, verdict(0, 'impostor', 80)).state;
    const copy = structuredClone(before);
    advanceEpisodes(before, verdict(1, 'genuine', 0));
    expect(before).toEqual(copy);
  });
});
