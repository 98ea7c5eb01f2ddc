import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, anyBatch, emptyBatch, sam, sessionOf, templateOf } from '../test/samples/seeded-behaviour.ts';
import { judge, noTemplates, type Templates } from './judge.ts';
import { degradedSteps } from './session-windows.ts';
import { encodeSubjectState, newSubjectState, type SubjectState } from './subject-state.ts';
import { type BehaviourBatch, type Handling, handlings } from './words/behaviour.ts';
import type { Judgement } from './words/verdict.ts';

const own = templateOf(alex);
const alexEnrolled: Templates = { own, cohort: undefined, background: undefined };

function judgeAll(templates: Templates, batches: readonly BehaviourBatch[], from: SubjectState = newSubjectState()) {
  let state = from;
  const judgements = batches.map((batch): Judgement => {
    const outcome = judge(templates, state, batch);
    state = outcome.state;
    return outcome.judgement;
  });
  return { judgements, state };
}

const handled = (handling: Handling, batches: readonly BehaviourBatch[]) =>
  batches.map((batch) => ({ ...batch, handling }));
const typingOf = ({ modalities }: Judgement) => modalities.find(({ modality }) => modality === 'keystrokes');

describe('a shed batch', () => {
  const before = judgeAll(alexEnrolled, sessionOf(alex, 31, 8)).state;
  const [shed] = handled('shed', sessionOf(sam, 31, 1, 8)) as [BehaviourBatch];
  const { judgement, state } = judge(alexEnrolled, before, shed);

  it('is undecided, and nothing is said of it', () => {
    expect(judgement).toEqual({
      decision: 'undecided',
      reason: 'shed',
      risk: 0,
      evidence: [],
      modalities: [],
      templateKind: 'none',
      templateVersion: '',
      templateTrainedAtMs: 0,
      templateSamples: 0,
    });
  });

  it('leaves its sequence behind and nothing else, so that it cannot be judged by being sent again', () => {
    expect({ ...state, devices: before.devices }).toEqual(before);
    const again = judge(alexEnrolled, state, { ...shed, handling: 'full' });
    expect(again.judgement.reason).toBe('duplicate');
  });

  it('is a gap: what follows is judged as if it had not been sent', () => {
    const batches = sessionOf(alex, 32, 30);
    const gap = batches.map((batch, i): BehaviourBatch => (i >= 10 && i < 20 ? { ...batch, handling: 'shed' } : batch));
    const unsent = gap.filter(({ handling }) => handling !== 'shed');
    const { judgements } = judgeAll(alexEnrolled, gap);
    expect(judgements.filter(({ reason }) => reason !== 'shed')).toEqual(judgeAll(alexEnrolled, unsent).judgements);
  });

  it('begins no session: the first batch that is judged does', () => {
    const [first, second] = sessionOf(alex, 33, 2, 50) as [BehaviourBatch, BehaviourBatch];
    const after = judge(alexEnrolled, before, { ...first, handling: 'shed' }).state;
    expect(after.session).toBe(before.session);
    expect(judge(alexEnrolled, after, second).state.session).toBe(second.session);
  });
});

describe('a degraded batch', () => {
  const batches = sessionOf(alex, 34, 41);
  const full = judgeAll(alexEnrolled, batches).judgements;
  const degraded = judgeAll(alexEnrolled, handled('degraded', batches)).judgements;

  it('is scored by every fourth window, with the score that full handling gives that window', () => {
    const scoredAt = degraded.flatMap((judgement, i) => (typingOf(judgement) === undefined ? [] : [i]));
    expect(scoredAt.slice(0, 3)).toEqual([1, 2, 3].map((turn) => turn * degradedSteps - 1));
    for (const at of scoredAt) expect(typingOf(degraded[at]!)).toEqual(typingOf(full[at]!));
    expect(full.filter((judgement) => typingOf(judgement) !== undefined).length).toBe(40);
  });

  it('in which no window is scored decides nothing about the person', () => {
    for (const judgement of degraded) {
      const scored = judgement.modalities.some(({ score }) => score !== null);
      expect(judgement.decision).toBe(scored ? 'genuine' : 'undecided');
    }
  });

  it('gathers no more evidence against the owner than full handling does', () => {
    const most = (judgements: readonly Judgement[]) =>
      Math.max(...judgements.flatMap(({ evidence }) => evidence.map(({ value }) => value)));
    for (const seed of [41, 42, 43]) {
      const session = sessionOf(alex, seed, 60);
      const fully = judgeAll(alexEnrolled, session).judgements;
      expect(most(judgeAll(alexEnrolled, handled('degraded', session)).judgements)).toBeLessThanOrEqual(most(fully));
    }
  });

  it('still gives a stranger away, later', () => {
    const session = '7'.repeat(32);
    const taken = [...sessionOf(alex, 35, 12), ...sessionOf(sam, 36, 60, 12)].map((batch) => ({ ...batch, session }));
    const caughtAt = (judgements: readonly Judgement[]) =>
      judgements.findIndex(({ decision }) => decision === 'impostor');
    const fully = caughtAt(judgeAll(alexEnrolled, taken).judgements);
    const cheaply = caughtAt(judgeAll(alexEnrolled, handled('degraded', taken)).judgements);
    expect(fully).toBeGreaterThanOrEqual(12);
    expect(cheaply).toBeGreaterThan(fully);
    expect(cheaply).toBeLessThan(12 + 8 * degradedSteps);
  });

  it('still gives a program away, once a window is due', () => {
    const metronome = Array.from({ length: 25 }, () => ({
      zonePair: 1,
      holdMs: 60,
      pressPressMs: 120,
      releasePressMs: 60,
    }));
    const typed = Array.from({ length: 4 }, (_, sequence) => emptyBatch({ sequence, keystrokes: metronome }));
    const { judgements } = judgeAll(noTemplates, handled('degraded', typed));
    expect(judgements.map(({ decision }) => decision)).toEqual(['undecided', 'undecided', 'undecided', 'machine']);
  });

  it('is made up for by the next full one: its window is due at once', () => {
    const mixed = batches.map((batch, i): BehaviourBatch => (i < 10 ? { ...batch, handling: 'degraded' } : batch));
    expect(typingOf(judgeAll(alexEnrolled, mixed).judgements[10]!)).toEqual(typingOf(full[10]!));
  });
});

it('handling is all that decides how much is done: the same batches give the same state to the last bit', () => {
  const stamped = fc
    .tuple(anyBatch, fc.constantFrom(...handlings))
    .map(([batch, handling]) => ({ ...batch, handling }));
  fc.assert(
    fc.property(fc.array(stamped, { maxLength: 12 }), (batches) => {
      const one = judgeAll(alexEnrolled, batches);
      const other = judgeAll(alexEnrolled, structuredClone(batches));
      expect(other.judgements).toEqual(one.judgements);
      expect(Buffer.compare(encodeSubjectState(other.state), encodeSubjectState(one.state))).toBe(0);
    }),
    { numRuns: 25, seed: 8 },
  );
});
