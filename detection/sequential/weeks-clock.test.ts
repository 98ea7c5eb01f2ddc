import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EvidenceCalibration } from './evidence-calibration.ts';
import { typingEvidenceRule as rule } from './evidence-rule.ts';
import { noEvidence } from './session-evidence.ts';
import {
  accumulateWeeks,
  noWeeksEvidence,
  openWeeksSession,
  type WeeksEvidence,
  weeksInThresholds,
} from './weeks-clock.ts';
import { decayExponent } from './weeks-excess.ts';

const calibration: EvidenceCalibration = {
  scoreQuantiles: new Float32Array(101),
  location: 0,
  scale: 1,
  threshold: 8,
  weeksAllowance: 0.15,
  weeksThreshold: 12,
};

function add(before: WeeksEvidence, score: number): WeeksEvidence {
  return accumulateWeeks(before, score, noEvidence, calibration, rule);
}

/** Slow evidence after each of `count` sessions of 20 windows, `foreign` of them another person's. */
function sessions(count: number, foreign: number, before: WeeksEvidence = noWeeksEvidence): WeeksEvidence[] {
  const after: WeeksEvidence[] = [];
  let evidence = before;
  for (let session = 0; session < count; session++) {
    evidence = openWeeksSession(evidence, calibration);
    for (let window = 0; window < 20; window++) evidence = add(evidence, window < foreign ? 7 : 0.3);
    after.push(evidence);
  }
  return after;
}

/** The sessions, counted from 0, after which the alarm stands. */
function alarmed(after: readonly WeeksEvidence[]): number[] {
  return after.flatMap((evidence, session) => (weeksInThresholds(evidence, calibration) >= 1 ? [session] : []));
}

describe('the slow clock', () => {
  it('is a number, never negative and bounded, whatever the scores are', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 60 }), (scores) => {
        for (const evidence of [scores.reduce(add, noWeeksEvidence)]) {
          expect(evidence.value).toBeGreaterThanOrEqual(0);
          expect(weeksInThresholds(evidence, calibration)).toBeLessThanOrEqual(rule.ceilingInThresholds);
          expect(Number.isFinite(evidence.fromSession)).toBe(true);
        }
      }),
    );
  });

  it('grows with the score of the window', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { maxLength: 40 }),
        fc.double({ noNaN: true }),
        fc.double({ noNaN: true }),
        (history, a, b) => {
          const before = history.reduce(add, noWeeksEvidence);
          expect(add(before, Math.max(a, b)).value).toBeGreaterThanOrEqual(add(before, Math.min(a, b)).value);
        },
      ),
    );
  });

  it('lets one odd session pass, however long and odd', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 300 }), (scores) => {
        expect(weeksInThresholds(scores.reduce(add, noWeeksEvidence), calibration)).toBeLessThan(1);
      }),
    );
  });

  it('notices a tenth of foreign windows after some sessions, and never the owner alone', () => {
    expect(alarmed(sessions(20, 0))).toEqual([]);
    expect(alarmed(sessions(2, 2))).toEqual([]);
    expect(alarmed(sessions(10, 2))).not.toEqual([]);
  });

  it('accuses nobody in the sessions after the one in which the alarm fell, unless it goes on', () => {
    const foreign = sessions(10, 2);
    const [first = 0] = alarmed(foreign);
    const then = foreign.slice(0, first + 1);
    expect(alarmed(sessions(20, 0, then.at(-1)))).toEqual([]);
    expect(alarmed(sessions(30, 2)).length).toBeGreaterThan(1);
    expect(alarmed(sessions(30, 2))).not.toContain(first + 1);
  });

  it('says nothing of a window whose score is not a number', () => {
    expect(add({ value: 3, fromSession: 1 }, Number.NaN)).toEqual({ value: 3, fromSession: 1 });
  });
});

describe('the exponent of slow evidence', () => {
  it('is ln((1 - p) / p) for steps of one up with probability p, else one down (Lundberg)', () => {
    for (const ups of [1, 2, 4]) {
      const steps = [...Array.from({ length: ups }, () => 1), ...Array.from({ length: 10 - ups }, () => -1)];
      expect(decayExponent(steps)).toBeCloseTo(Math.log((10 - ups) / ups), 6);
    }
  });

  it('stays within its bounds where evidence never rises, and where it always does', () => {
    expect(decayExponent([-1, -2])).toBeCloseTo(4, 6);
    expect(decayExponent([1, 2])).toBe(0.05);
  });
});
