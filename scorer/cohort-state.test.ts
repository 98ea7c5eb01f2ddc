import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  activateCohort,
  type CohortActivation,
  type CohortState,
  cohortActivationsKept,
  cohortVersionAt,
} from './cohort-state.ts';

const none: CohortState = { activations: [] };

/** Activations at ascending offsets, as a partition has them. */
const history = fc
  .uniqueArray(fc.nat({ max: 200 }), { maxLength: 20 })
  .map((offsets) =>
    offsets.sort((a, b) => a - b).map((offset, index): CohortActivation => ({ offset, version: `v${index}` })),
  );

const activatedIn = (activations: readonly CohortActivation[]): CohortState => activations.reduce(activateCohort, none);

describe('what a cohort used', () => {
  it('is nothing before the first activation, which does not yet judge its own record', () => {
    const state = activateCohort(none, { offset: 5, version: 'a' });
    expect([4, 5, 6].map((offset) => cohortVersionAt(state, offset))).toEqual(['', '', 'a']);
  });

  it('is, for a record read again later, what it was when the record was read first', () => {
    fc.assert(
      fc.property(history, fc.nat({ max: 220 }), fc.nat({ max: cohortActivationsKept - 1 }), (all, offset, ahead) => {
        const known = all.filter((activation) => activation.offset < offset);
        const later = all.slice(known.length, known.length + ahead);
        const atFirst = cohortVersionAt(activatedIn(known), offset);
        expect(cohortVersionAt(activatedIn([...known, ...later]), offset)).toBe(atFirst);
      }),
    );
  });

  it('is remembered for the last activations only', () => {
    fc.assert(
      fc.property(history, (all) => {
        const state = activatedIn(all);
        expect(state.activations).toEqual(all.slice(-cohortActivationsKept));
      }),
    );
  });

  it('never changes the state that was given', () => {
    const before = activateCohort(none, { offset: 1, version: 'a' });
    const copy = structuredClone(before);
    activateCohort(before, { offset: 2, version: 'b' });
    expect(before).toEqual(copy);
  });
});
