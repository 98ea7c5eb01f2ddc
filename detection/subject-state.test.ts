import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alex, anyBatch, sessionOf, templateOf } from '../test/samples/seeded-behaviour.ts';
import { judge } from './judge.ts';
import type { SubjectState } from './subject-state.ts';
import { decodeSubjectState, encodeSubjectState, newSubjectState } from './subject-state.ts';

const own = templateOf(alex);

function stateAfter(batches: Parameters<typeof judge>[2][], change: Partial<SubjectState> = {}): SubjectState {
  let state: SubjectState = { ...newSubjectState(), ...change };
  for (const batch of batches) state = judge({ own, cohort: undefined, background: undefined }, state, batch).state;
  return state;
}

describe('an encoded subject state', () => {
  it('comes back as it was, whatever was judged before', () => {
    const change = fc.record({
      activeTemplateVersion: fc.constantFrom('', 'ab'.repeat(32)),
      templateKind: fc.constantFrom('none' as const, 'cohort' as const, 'own' as const),
      objected: fc.boolean(),
      accommodated: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyBatch, { maxLength: 8 }), change, (batches, changed) => {
        const state = stateAfter(batches, changed);
        expect(decodeSubjectState(encodeSubjectState(state))).toEqual(state);
      }),
      { numRuns: 50 },
    );
  });

  it('judges on as if it had never been bytes', () => {
    fc.assert(
      fc.property(fc.array(anyBatch, { minLength: 1, maxLength: 8 }), anyBatch, (batches, next) => {
        const state = stateAfter(batches);
        const restored = decodeSubjectState(encodeSubjectState(state));
        const templates = { own, cohort: undefined, background: undefined };
        const [here, there] = [judge(templates, state, next), judge(templates, restored, next)];
        expect(there.judgement).toEqual(here.judgement);
        expect(Buffer.compare(encodeSubjectState(there.state), encodeSubjectState(here.state))).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it.each([10, 3, 1])('stays near 2 KB with full windows, in batches of %d strokes', (strokes) => {
    const batches = sessionOf(alex, 9, 60).map((batch) => ({ ...batch, pointer: batch.pointer.slice(0, strokes) }));
    expect(encodeSubjectState(stateAfter(batches)).byteLength).toBeLessThan(2_300);
  });

  it('is refused with more strokes in a batch than its sums can hold', () => {
    const [batch] = sessionOf(alex, 9, 1);
    const pointer = Array.from({ length: 128 }, () => batch!.pointer[0]!);
    expect(() => encodeSubjectState(stateAfter([{ ...batch!, pointer }]))).toThrow(RangeError);
  });

  it('is refused with an unknown version, cut short anywhere, or with bytes left over', () => {
    const bytes = encodeSubjectState(stateAfter(sessionOf(alex, 9, 3)));
    expect(() => decodeSubjectState(Uint8Array.from([99, ...bytes.slice(1)]))).toThrow(/unknown version 99/);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSubjectState(bytes.slice(0, length))).toThrow(RangeError);
    }
    expect(() => decodeSubjectState(Uint8Array.from([...bytes, 0]))).toThrow(/left over/);
  });

  it('is either refused or read, never worse, for any bytes', () => {
    const bytes = encodeSubjectState(stateAfter(sessionOf(alex, 9, 3)));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const broken = Uint8Array.from(bytes);
        broken[at] = value;
        try {
          decodeSubjectState(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });

  it('refuses identities that are not hexadecimal', () => {
    expect(() => encodeSubjectState({ ...newSubjectState(), session: 'monday' })).toThrow(TypeError);
  });
});
