import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, anyBatch, emptyBatch, sam, sessionOf, templateOf, typed } from '../test/samples/seeded-behaviour.ts';
import { cadenceVersion } from './cadence.ts';
import { judge, noTemplates, type Templates } from './judge.ts';
import type { SubjectState } from './subject-state.ts';
import { newSubjectState } from './subject-state.ts';
import type { BehaviourBatch } from './words/behaviour.ts';
import type { Judgement } from './words/verdict.ts';

const own = templateOf(alex);
const cohort = { ...templateOf(alex), kind: 'cohort' as const, subject: '', version: 'c'.repeat(64) };
const alexEnrolled: Templates = { own, cohort, background: undefined };
const nobodyEnrolled: Templates = { own: undefined, cohort, background: undefined };
const nothing = noTemplates;

function judgeAll(templates: Templates, batches: readonly BehaviourBatch[], from: SubjectState = newSubjectState()) {
  let state = from;
  const judgements: Judgement[] = [];
  for (const batch of batches) {
    const outcome = judge(templates, state, batch);
    state = outcome.state;
    judgements.push(outcome.judgement);
  }
  return { judgements, state };
}

const decisionsOf = (judgements: readonly Judgement[]) => new Set(judgements.map((judgement) => judgement.decision));
const metronome = (count = 25) =>
  Array.from({ length: count }, () => ({ zonePair: 1, holdMs: 60, pressPressMs: 120, releasePressMs: 60 }));

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

describe('judging the owner', () => {
  const { judgements, state } = judgeAll(alexEnrolled, sessionOf(alex, 77, 30));

  it('waits for a full window, then finds the owner genuine, with low risk', () => {
    expect(judgements[0]).toMatchObject({ decision: 'undecided', reason: 'insufficient-evidence' });
    expect(decisionsOf(judgements.slice(3))).toEqual(new Set(['genuine']));
    expect(Math.max(...judgements.map((judgement) => judgement.risk))).toBeLessThan(40);
  });

  it('names the template that judged, and counts the windows and the session toward enrolment', () => {
    expect(judgements[5]).toMatchObject({ templateKind: 'own', templateVersion: own.version });
    expect(state.enrolment).toEqual({ keystrokeWindows: 29, pointerWindows: 14, sessions: 1 });
  });

  it('keeps no more than one window of what was typed and pointed', () => {
    expect(state.keystrokeBatches).toHaveLength(2);
    expect(state.strokeBatches).toHaveLength(3);
  });
});

describe('judging a stranger at the desk', () => {
  const batches = [...sessionOf(alex, 78, 10), ...sessionOf(sam, 79, 20, 10)].map((batch) => ({
    ...batch,
    session: '7'.repeat(32),
  }));
  const { judgements } = judgeAll(alexEnrolled, batches);

  it('finds an impostor within 200 keystrokes, with high risk and in words', () => {
    const caught = judgements.findIndex((judgement) => judgement.decision === 'impostor');
    expect(caught).toBeGreaterThanOrEqual(10);
    expect(caught).toBeLessThan(18);
    expect(judgements[caught]!.risk).toBeGreaterThanOrEqual(73);
    const session = judgements[caught]!.evidence.find((evidence) => evidence.clock === 'session')!;
    expect(session.value).toBeGreaterThanOrEqual(session.threshold);
    expect(judgements[29]!.modalities[0]!.contributions.map((part) => part.unit)).toContain('ms');
  });

  it('scores the stranger higher than the owner, and at a higher percentile', () => {
    const scoreOf = (judgement: Judgement) => judgement.modalities[0]!;
    expect(scoreOf(judgements[29]!).score!).toBeGreaterThan(scoreOf(judgements[8]!).score!);
    expect(scoreOf(judgements[29]!).percentile!).toBeGreaterThan(99);
  });

  it('scores higher the more all holds are lengthened', () => {
    const scores = [1, 1.05, 1.1, 1.2].map((stretch) => {
      const stretched = sessionOf(alex, 80, 2).map((batch) => ({
        ...batch,
        keystrokes: batch.keystrokes.map((key) => ({ ...key, holdMs: key.holdMs * stretch })),
      }));
      return judgeAll(alexEnrolled, stretched).judgements[1]!.modalities[0]!.score!;
    });
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
  });

  it('carries suspicion into a new session, and no conviction', () => {
    const { state } = judgeAll(alexEnrolled, batches);
    const next = judge(alexEnrolled, state, { ...batches[0]!, session: '8'.repeat(32), sequence: 100 });
    expect(next.judgement).toMatchObject({ decision: 'suspicious' });
    expect(next.judgement.risk).toBeLessThan(73);
  });

  it('never goes beyond suspicious for an accommodated subject', () => {
    const accommodated = judgeAll(alexEnrolled, batches, { ...newSubjectState(), accommodated: true });
    expect(decisionsOf(accommodated.judgements)).not.toContain('impostor');
    expect(accommodated.judgements[29]).toMatchObject({ decision: 'suspicious', risk: 72 });
  });
});

describe('judging without an own template', () => {
  it('is undecided while enrolling, whoever types', () => {
    const { judgements } = judgeAll(nothing, sessionOf(sam, 5, 10));
    expect(judgements.every((judgement) => judgement.reason === 'enrolling')).toBe(true);
    expect(judgements[9]).toMatchObject({ templateKind: 'none', templateVersion: '' });
    expect(judgements[9]!.modalities[0]).toMatchObject({ score: null, percentile: null });
  });

  it('goes no further than suspicious, at a risk of 60, by the cohort', () => {
    const { judgements } = judgeAll(nobodyEnrolled, sessionOf(sam, 5, 30));
    expect(decisionsOf(judgements)).toEqual(new Set(['undecided', 'suspicious']));
    expect(Math.max(...judgements.map((judgement) => judgement.risk))).toBe(60);
  });

  it('yields the vectors that judging with a template yields', () => {
    const batches = sessionOf(alex, 5, 10);
    const vectors = (templates: Templates) =>
      judgeAll(templates, batches).judgements.map((judgement) => judgement.modalities.map((part) => part.vector));
    expect(vectors(nothing)).toEqual(vectors(alexEnrolled));
  });

  it('does not pass a lost template off as a new subject', () => {
    const enrolled = { ...newSubjectState(), templateKind: 'own' as const, activeTemplateVersion: own.version };
    const { judgements } = judgeAll(nobodyEnrolled, sessionOf(sam, 5, 10), enrolled);
    expect(judgements.every((judgement) => judgement.reason === 'template-unavailable')).toBe(true);
  });

  it('keeps the evidence of a template that is away for a batch', () => {
    const enrolled = { ...newSubjectState(), templateKind: 'own' as const, activeTemplateVersion: own.version };
    const batches = sessionOf(sam, 5, 12);
    const { state } = judgeAll(alexEnrolled, batches.slice(0, 10), enrolled);
    const away = judge(nobodyEnrolled, state, batches[10]!);
    expect(away.judgement.reason).toBe('template-unavailable');
    expect(judge(alexEnrolled, away.state, batches[11]!).judgement.decision).toBe('impostor');
  });

  it('drops evidence that another template had gathered', () => {
    const { state } = judgeAll(nobodyEnrolled, sessionOf(sam, 5, 30));
    const next = sessionOf(sam, 5, 31)[30]!;
    const [session] = judge(alexEnrolled, state, next).judgement.evidence.filter((e) => e.clock === 'session');
    expect(session!.value).toBeLessThan(1);
  });
});

describe('machine cadence', () => {
  it('is found within 50 keystrokes, with no template at all', () => {
    const { judgements } = judgeAll(nothing, [
      emptyBatch({ keystrokes: metronome() }),
      emptyBatch({ keystrokes: metronome(), sequence: 1 }),
    ]);
    expect(judgements[1]).toMatchObject({ decision: 'machine', reason: 'none' });
    expect(judgements[1]!.risk).toBeGreaterThanOrEqual(90);
  });

  it('is found in the middle of the owner’s session, also by small batches, and passes', () => {
    const before = sessionOf(alex, 81, 10);
    const session = before[0]!.session;
    const injector = Array.from({ length: 5 }, (_, i) =>
      emptyBatch({ session, sequence: 100 + i, keystrokes: metronome(10) }),
    );
    const after = Array.from({ length: 4 }, (_, i) =>
      emptyBatch({ session, sequence: 200 + i, keystrokes: typed(alex, 500 + i) }),
    );
    const { judgements } = judgeAll(alexEnrolled, [...before, ...injector, ...after]);
    expect(decisionsOf(judgements.slice(10, 15))).toContain('machine');
    expect(judgements[18]!.decision).not.toBe('machine');
  });

  it('is said in words: what was seen, what people have, and which way it differs', () => {
    const { judgements } = judgeAll(nothing, [emptyBatch({ keystrokes: metronome() })]);
    const cadence = judgements[0]!.modalities.find(({ modality }) => modality === 'cadence');
    expect(cadence).toMatchObject({ windowSamples: 25, score: null, percentile: null, vector: [] });
    const spread = cadence!.contributions.find(({ feature }) => feature === 'press-press spread');
    expect(spread).toMatchObject({ observed: 0, unit: '%', direction: 'low' });
    expect(spread!.typical).toBeGreaterThan(50);
    const shares = cadence!.contributions.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
  });

  it('is said in words of a pointer too, when it alone gives the machine away', () => {
    const line = {
      kind: 'move' as const,
      device: 'mouse' as const,
      dtMs: Array<number>(20).fill(8),
      dx: Array<number>(20).fill(7),
      dy: Array<number>(20).fill(3),
      pauseMs: 400,
      pressMs: null,
      stopMs: null,
    };
    const pointer = Array.from({ length: 10 }, () => line);
    const { judgements } = judgeAll(nothing, [emptyBatch({ pointer })]);
    expect(judgements[0]).toMatchObject({ decision: 'machine', reason: 'none' });
    const cadence = judgements[0]!.modalities.find(({ modality }) => modality === 'cadence');
    expect(cadence).toMatchObject({ catalogueVersion: cadenceVersion, windowSamples: 10, score: null, vector: [] });
    expect(cadence!.contributions).toMatchObject([
      { observed: 0, typical: 107, unit: '%', direction: 'low', share: 1 },
    ]);
  });

  it('is no evidence that another person sits there', () => {
    const before = sessionOf(alex, 81, 10);
    const session = before[0]!.session;
    const injector = Array.from({ length: 12 }, (_, i) =>
      emptyBatch({ session, sequence: 100 + i, keystrokes: metronome() }),
    );
    const clean = judgeAll(alexEnrolled, before).state;
    const { judgements, state } = judgeAll(alexEnrolled, injector, clean);
    expect(decisionsOf(judgements)).toEqual(new Set(['machine']));
    expect(state.evidence).toEqual(clean.evidence);
  });

  it('is all that is judged of a subject who objects', () => {
    const objecting = { ...newSubjectState(), objected: true };
    const { judgements, state } = judgeAll(alexEnrolled, sessionOf(sam, 5, 10), objecting);
    expect(judgements.every((judgement) => judgement.reason === 'insufficient-evidence')).toBe(true);
    expect(judgements.every((judgement) => judgement.modalities.length === 0)).toBe(true);
    expect(judgements.every((judgement) => judgement.templateKind === 'none')).toBe(true);
    expect(state.enrolment).toEqual({ keystrokeWindows: 0, pointerWindows: 0, sessions: 0 });
    expect(state.strokeBatches).toHaveLength(0);
    const injected = emptyBatch({ session: state.session, sequence: 50, keystrokes: metronome() });
    expect(judge(alexEnrolled, state, injected).judgement.decision).toBe('machine');
  });
});

describe('judge as a function', () => {
  it('changes nothing for a duplicate', () => {
    const batches = sessionOf(alex, 82, 6);
    const { state } = judgeAll(alexEnrolled, batches);
    const again = judge(alexEnrolled, state, batches[2]!);
    expect(again.judgement).toMatchObject({ decision: 'undecided', reason: 'duplicate' });
    expect(again.state).toBe(state);
  });

  it('never changes its arguments, nor a state that it returned before', () => {
    fc.assert(
      fc.property(fc.array(anyBatch, { maxLength: 6 }), (batches) => {
        let state = deepFreeze(newSubjectState());
        for (const batch of batches) {
          const bytes = JSON.stringify(state);
          const next = judge(alexEnrolled, state, deepFreeze(batch)).state;
          expect(JSON.stringify(state)).toBe(bytes);
          state = deepFreeze(next);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('does not depend on the order of the samples in a batch', () => {
    fc.assert(
      fc.property(fc.array(anyBatch, { maxLength: 6 }), (batches) => {
        const reversed = batches.map((batch) => ({
          ...batch,
          keystrokes: [...batch.keystrokes].reverse(),
          pointer: [...batch.pointer].reverse(),
        }));
        expect(judgeAll(alexEnrolled, reversed).judgements).toEqual(judgeAll(alexEnrolled, batches).judgements);
      }),
      { numRuns: 50 },
    );
  });

  it('gives finite numbers, a risk within 0..100, and a reason exactly where undecided, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(anyBatch, { maxLength: 8 }),
        fc.constantFrom(alexEnrolled, nobodyEnrolled, nothing),
        (batches, templates) => {
          for (const judgement of judgeAll(templates, batches).judgements) {
            expect(judgement.risk).toBeGreaterThanOrEqual(0);
            expect(judgement.risk).toBeLessThanOrEqual(100);
            expect(judgement.reason === 'none').toBe(judgement.decision !== 'undecided');
            const numbers = judgement.modalities.flatMap((part) => [
              part.score ?? 0,
              part.percentile ?? 0,
              ...part.vector,
              ...part.contributions.flatMap((c) => [c.observed, c.typical, c.share]),
            ]);
            expect([...numbers, ...judgement.evidence.map((evidence) => evidence.value)].every(Number.isFinite)).toBe(
              true,
            );
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('never says genuine without an own template, or of a batch in which no window was scored', () => {
    fc.assert(
      fc.property(fc.array(anyBatch, { maxLength: 8 }), (batches) => {
        expect(decisionsOf(judgeAll(nobodyEnrolled, batches).judgements)).not.toContain('genuine');
        for (const judgement of judgeAll(alexEnrolled, batches).judgements) {
          if (judgement.decision === 'genuine')
            expect(judgement.modalities.some((part) => part.score !== null)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
