import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { fitScaler, fixedTextScaling, scale } from '../scaling.ts';
import type { Scaler } from '../words/template.ts';
import { cappedManhattanScore } from './capped-manhattan.ts';
import type { SelfUpdateBounds, SelfUpdating, TemplateFitting } from './self-update.ts';
import { offerRow, startSelfUpdate } from './self-update.ts';

const width = 4;
const reference = new Float32Array(width).fill(1);

/** A capped Manhattan template, as fixed text has it. */
const fitting: TemplateFitting<Scaler> = {
  centreOf: (rows) => Float64Array.from(fitScaler(rows, reference, fixedTextScaling).centre),
  refit: (rows, centre) => ({
    centre: Float32Array.from(centre),
    spread: fitScaler(rows, reference, fixedTextScaling).spread,
  }),
  evidence(scaler, row) {
    const scaled = new Float64Array(width);
    scale(scaler, row, scaled);
    return cappedManhattanScore(scaled);
  },
};

/** Rows normal about `shift`; the owner's have a spread (mean absolute deviation) of about 1. */
function rowsOf(seed: number, count: number, shift = 0, deviation = 1.25): Float64Array[] {
  const { normal } = seededNumbers(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length: width }, () => shift + deviation * normal()));
}

/** An impostor four spreads away, who types evenly. */
const impostor = rowsOf(11, 100, 4, 0.3);

const bounds: SelfUpdateBounds = {
  evidenceLimit: 1.6,
  anchorEvidenceLimit: 2.2,
  rowsPerDay: 20,
  rowsPerRefit: 5,
  rowsKept: 60,
  mostStep: 0.25,
  mostDistance: 1.5,
};
const spread = new Float64Array(width).fill(1);
const enrolled = startSelfUpdate(fitting, rowsOf(1, 60), spread, bounds);

function offered(state: SelfUpdating<Scaler>, rows: readonly Float64Array[], limits = bounds, rowsPerDay = 20) {
  return rows.reduce((now, row, i) => offerRow(fitting, limits, now, row, Math.floor(i / rowsPerDay)).state, state);
}

/** Rows that go from the owner to {@link impostor} in so many steps. */
function directedDrift(steps: number): Float64Array[] {
  return Array.from({ length: steps }, (_, i) => rowsOf(i + 1, 1, (4 * (i + 1)) / steps, 0.3)[0]!);
}

const acceptedBy = (model: Scaler) =>
  impostor.filter((row) => fitting.evidence(model, row) <= bounds.evidenceLimit).length;

const visits = fc.array(
  fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    shift: fc.double({ min: -5, max: 5, noNaN: true }),
    day: fc.nat(6),
  }),
  { minLength: 1, maxLength: 150 },
);

describe('a self-updating template', () => {
  it('keeps every bound, whoever visits, whatever the clock says', () => {
    fc.assert(
      fc.property(visits, (list) => {
        let state = enrolled;
        const learnedOn = new Map<number, number>();
        for (const { seed, shift, day } of list) {
          const row = rowsOf(seed, 1, shift)[0]!;
          const before = state;
          const kept = structuredClone(before);
          const offer = offerRow(fitting, bounds, before, row, day);
          state = offer.state;
          expect(before).toEqual(kept);
          expect(offer.evidence).toBe(fitting.evidence(before.model, row));
          if (offer.learning.kind === 'learned') {
            expect(offer.evidence).toBeLessThanOrEqual(bounds.evidenceLimit);
            expect(fitting.evidence(enrolled.model, row)).toBeLessThanOrEqual(bounds.anchorEvidenceLimit);
            learnedOn.set(state.day, (learnedOn.get(state.day) ?? 0) + 1);
            expect(state.rows.at(-1)).toBe(row);
          } else {
            expect(state.rows).toBe(before.rows);
            expect(state.model).toBe(before.model);
          }
          expect(learnedOn.get(state.day) ?? 0).toBeLessThanOrEqual(bounds.rowsPerDay);
          expect(state.rows.length).toBeLessThanOrEqual(bounds.rowsKept);
          state.centre.forEach((centre, f) => {
            expect(Math.abs(centre - before.centre[f]!)).toBeLessThanOrEqual(bounds.mostStep * spread[f]! + 1e-12);
            expect(Math.abs(centre - enrolled.centre[f]!)).toBeLessThanOrEqual(
              bounds.mostDistance * spread[f]! + 1e-12,
            );
          });
          expect(state.anchor).toBe(enrolled.anchor);
          if (before.status === 're-enrol') expect(state.status).toBe('re-enrol');
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('follows an owner who changes slowly', () => {
    const { normal } = seededNumbers(9);
    const changing = Array.from({ length: 300 }, (_, i) =>
      Float64Array.from({ length: width }, () => i / 300 + 1.1 * normal()),
    );
    const state = offered(enrolled, changing);
    const now = rowsOf(10, 200, 1);
    const mean = (model: Scaler) => now.reduce((sum, row) => sum + fitting.evidence(model, row), 0) / now.length;
    expect(state.status).toBe('learning');
    expect(mean(state.model)).toBeLessThan(mean(enrolled.model) - 0.1);
  });

  it.each([20, 100, 500, 2000])('stops a drift directed at an impostor in %i steps', (steps) => {
    const state = offered(enrolled, directedDrift(steps));
    expect(acceptedBy(state.model)).toBe(0);
    expect(impostor.map((row) => offerRow(fitting, bounds, state, row, 1e6).learning.kind)).not.toContain('learned');
  });

  it('would be led to the impostor without an anchor: the bounds are what stops it', () => {
    const unbounded = { ...bounds, anchorEvidenceLimit: 4, mostStep: 100, mostDistance: 100 };
    const state = offered(enrolled, directedDrift(2000), unbounded);
    expect(acceptedBy(state.model)).toBeGreaterThan(50);
  });

  it('asks for enrolment where it would leave the anchor, and learns nothing ever after', () => {
    const near = { ...bounds, anchorEvidenceLimit: 4, mostDistance: 0.5 };
    const state = offered(enrolled, directedDrift(500), near);
    expect(state.status).toBe('re-enrol');
    const own = offerRow(fitting, near, state, Float64Array.from(enrolled.centre), 1e6);
    expect(own.learning).toEqual({ kind: 'refused', reason: 're-enrol' });
    expect(own.state.model).toBe(state.model);
  });

  it('learns no more on a day that is full, and a clock that goes back opens no new one', () => {
    const centre = Float64Array.from(enrolled.centre);
    let state = enrolled;
    const tell = (day: number) => {
      const offer = offerRow(fitting, bounds, state, centre, day);
      state = offer.state;
      return offer.learning;
    };
    for (let i = 0; i < bounds.rowsPerDay; i++) expect(tell(7).kind).toBe('learned');
    expect(tell(7)).toEqual({ kind: 'refused', reason: 'day-is-full' });
    expect(tell(6)).toEqual({ kind: 'refused', reason: 'day-is-full' });
    expect(tell(8).kind).toBe('learned');
  });

  it('names the gate that refused, and never learns what is not finite', () => {
    const refusal = (row: Float64Array, limits = bounds) => offerRow(fitting, limits, enrolled, row, 0).learning;
    const far = new Float64Array(width).fill(3.9);
    const open = { ...bounds, evidenceLimit: 4 };
    expect(refusal(far)).toEqual({ kind: 'refused', reason: 'own-evidence' });
    expect(refusal(far, open)).toEqual({ kind: 'refused', reason: 'anchor-evidence' });
    expect(refusal(new Float64Array(width).fill(Number.NaN), open)).toEqual({ kind: 'refused', reason: 'not-finite' });
    expect(refusal(new Float64Array(width + 1))).toEqual({ kind: 'refused', reason: 'not-finite' });
  });

  it('refuses to start without rows, without spread, and with bounds below zero', () => {
    expect(() => startSelfUpdate(fitting, [], spread, bounds)).toThrow(RangeError);
    expect(() => startSelfUpdate(fitting, rowsOf(1, 5), new Float64Array(width), bounds)).toThrow(RangeError);
    expect(() => startSelfUpdate(fitting, rowsOf(1, 5), new Float64Array(2).fill(1), bounds)).toThrow(RangeError);
    expect(() => startSelfUpdate(fitting, rowsOf(1, 5), spread, { ...bounds, mostStep: -1 })).toThrow(RangeError);
    expect(() => startSelfUpdate(fitting, rowsOf(1, 5), spread, { ...bounds, rowsPerRefit: 0 })).toThrow(RangeError);
  });
});
