import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judge, noTemplates } from '../detection/judge.ts';
import { newSubjectState } from '../detection/subject-state.ts';
import { rulingWords } from '../detection/words/verdict.ts';
import { ada, subjectOf, typedBatch } from '../test/fixtures/typing-fixture.ts';
import { decodeScorerState, encodeScorerState, type ScorerState } from './scorer-state.ts';
import { cohortKey, isCohortKey, subjectKey } from './state-key.ts';

const tenant = fc.string({ minLength: 0, maxLength: 64, unit: 'grapheme' });
const pseudonym = fc.stringMatching(/^[0-9a-f]{32}$/);

describe('state keys', () => {
  it('of two subjects, two tenants or a subject and a cohort are never the same', () => {
    fc.assert(
      fc.property(tenant, pseudonym, tenant, pseudonym, (tenantA, subjectA, tenantB, subjectB) => {
        const same = tenantA === tenantB && subjectA === subjectB;
        expect(subjectKey(tenantA, subjectA) === subjectKey(tenantB, subjectB)).toBe(same);
        expect(cohortKey(tenantA) === cohortKey(tenantB)).toBe(tenantA === tenantB);
        expect(isCohortKey(subjectKey(tenantA, subjectA))).toBe(false);
        expect(isCohortKey(cohortKey(tenantA))).toBe(true);
      }),
    );
  });
});

describe('a stored scorer state', () => {
  const typed = judge(
    noTemplates,
    newSubjectState(),
    typedBatch({ subject: subjectOf('a'), sequence: 3, rhythm: ada }),
  ).state;
  const cohort: ScorerState = { kind: 'cohort', cohort: { activations: [{ offset: 7, version: 'c'.repeat(64) }] } };
  const subject: ScorerState = { kind: 'subject', subject: typed, rulings: [] };
  const ruled: ScorerState = {
    kind: 'subject',
    subject: typed,
    rulings: rulingWords.map((ruling, index) => ({ incidentId: `${index}`.repeat(32), ruling })),
  };

  it('is read as it was written, and equal states have equal bytes', () => {
    for (const [key, state] of [
      [subjectKey('default', subjectOf('a')), subject],
      [subjectKey('default', subjectOf('a')), ruled],
      [cohortKey('default'), cohort],
    ] as const) {
      const bytes = encodeScorerState(state);
      expect(decodeScorerState(bytes, key)).toEqual(state);
      expect(encodeScorerState(decodeScorerState(bytes, key)).equals(bytes)).toBe(true);
    }
  });

  it('of a key never seen is a new subject, or a cohort without a template', () => {
    expect(decodeScorerState(undefined, subjectKey('default', subjectOf('a')))).toEqual({
      kind: 'subject',
      subject: newSubjectState(),
      rulings: [],
    });
    expect(decodeScorerState(undefined, cohortKey('default'))).toEqual({ kind: 'cohort', cohort: { activations: [] } });
  });

  it('of another version, or cut anywhere, is refused and not taken for a new subject', () => {
    const key = subjectKey('default', subjectOf('a'));
    const bytes = encodeScorerState(subject);
    expect(() => decodeScorerState(Buffer.of(9, 1, 2), key)).toThrow(TypeError);
    expect(() => decodeScorerState(Buffer.alloc(0), key)).toThrow(TypeError);
    for (let length = 1; length < bytes.length; length += 7) {
      expect(() => decodeScorerState(bytes.subarray(0, length), key)).toThrow(RangeError);
    }
    const pending = encodeScorerState(ruled);
    for (let length = 1; length < pending.length; length += 7) {
      expect(() => decodeScorerState(pending.subarray(0, length), key)).toThrow(RangeError);
    }
    const futureWord = Buffer.from(pending);
    futureWord[2 + 16] = 99;
    expect(() => decodeScorerState(futureWord, key)).toThrow(RangeError);
    const futureSubject = Buffer.from(bytes);
    futureSubject[1] = 99;
    expect(() => decodeScorerState(futureSubject, key)).toThrow(RangeError);
  });
});
