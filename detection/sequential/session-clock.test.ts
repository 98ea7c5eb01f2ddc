import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EvidenceCalibration } from './evidence-calibration.ts';
import { typingEvidenceRule as rule } from './evidence-rule.ts';
import { accumulate, evidenceInThresholds, openSession } from './session-clock.ts';
import { noEvidence, type SessionEvidence } from './session-evidence.ts';

const calibration: EvidenceCalibration = {
  scoreQuantiles: new Float32Array(101),
  location: -1,
  scale: 0.5,
  threshold: 8,
  weeksAllowance: 0.1,
  weeksThreshold: 12,
};

/** Standard scores as scores of the calibration above. */
function scoreAt(standard: number): number {
  return calibration.location + standard * calibration.scale;
}

function followed(standards: readonly number[], before: SessionEvidence = noEvidence): SessionEvidence {
  return standards.reduce((evidence, standard) => accumulate(evidence, scoreAt(standard), calibration, rule), before);
}

const standard = fc.double({ min: -20, max: 20, noNaN: true });
const anyScore = fc.double();
const sessions = fc.array(fc.array(standard, { maxLength: 30 }), { maxLength: 6 });

/** Windows until the first alarm over sessions, with another threshold. */
function firstAlarm(threshold: number, over: readonly (readonly number[])[]): number {
  const own = { ...calibration, threshold };
  let evidence = noEvidence;
  let windows = 0;
  for (const session of over) {
    evidence = openSession(evidence, own, rule);
    for (const each of session) {
      evidence = accumulate(evidence, scoreAt(each), own, rule);
      windows += 1;
      if (evidenceInThresholds(evidence, own) >= 1) return windows;
    }
  }
  return Number.POSITIVE_INFINITY;
}

describe('evidence of a session', () => {
  it('is a number, never negative, and held at its ceiling, whatever the scores are', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyScore, { maxLength: 40 }), { maxLength: 5 }), (over) => {
        let evidence = noEvidence;
        for (const session of over) {
          evidence = openSession(evidence, calibration, rule);
          for (const score of session) evidence = accumulate(evidence, score, calibration, rule);
          const inThresholds = evidenceInThresholds(evidence, calibration);
          expect(inThresholds).toBeGreaterThanOrEqual(0);
          expect(inThresholds).toBeLessThanOrEqual(rule.ceilingInThresholds + rule.carryMost);
          for (const value of Object.values(evidence)) expect(value === null || Number.isFinite(value)).toBe(true);
        }
      }),
    );
  });

  it('grows with the score of the window', () => {
    fc.assert(
      fc.property(fc.array(standard, { maxLength: 30 }), standard, standard, (history, a, b) => {
        const before = followed(history);
        const low = followed([Math.min(a, b)], before);
        const high = followed([Math.max(a, b)], before);
        expect(high.value).toBeGreaterThanOrEqual(low.value);
        expect(evidenceInThresholds(high, calibration)).toBeGreaterThanOrEqual(evidenceInThresholds(low, calibration));
      }),
    );
  });

  it('never alarms earlier under a stricter contract', () => {
    // Below it one window, which is no alarm yet, may reach the ceiling; and what is clipped there comes down sooner.
    const least = rule.mostPerWindow / rule.ceilingInThresholds;
    fc.assert(
      fc.property(
        sessions,
        fc.double({ min: least, max: 20, noNaN: true }),
        fc.double({ min: 1, max: 4, noNaN: true }),
        (over, threshold, stricter) => {
          expect(firstAlarm(threshold * stricter, over)).toBeGreaterThanOrEqual(firstAlarm(threshold, over));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('takes more than one odd window for an alarm, however odd', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 1, noNaN: true }), { maxLength: 30 }), (quiet) => {
        const own = { ...calibration, threshold: 2 };
        const odd = accumulate(followed(quiet), Number.POSITIVE_INFINITY, own, rule);
        expect(evidenceInThresholds(odd, own)).toBeLessThan(1);
        expect(evidenceInThresholds(accumulate(odd, scoreAt(8), own, rule), own)).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('says nothing of a window whose score is not a number', () => {
    const before = followed([1, 5, 2]);
    expect(accumulate(before, Number.NaN, calibration, rule)).toEqual(before);
  });

  it('never changes what it is given', () => {
    const before = Object.freeze(followed([1, 6, 3]));
    expect(() => openSession(accumulate(before, 4, calibration, rule), calibration, rule)).not.toThrow();
  });

  it('forgives a session that is a little strange throughout, not one that becomes so', () => {
    const strangeThroughout = followed(Array.from({ length: 60 }, () => 2.6));
    const strangeAfterwards = followed([
      ...Array.from({ length: 20 }, () => 0),
      ...Array.from({ length: 40 }, () => 5),
    ]);
    expect(evidenceInThresholds(strangeThroughout, calibration)).toBeLessThan(1);
    expect(evidenceInThresholds(strangeAfterwards, calibration)).toBeGreaterThanOrEqual(1);
  });

  it('does not forgive a session that is as strange as another person', () => {
    expect(evidenceInThresholds(followed([7, 7, 7, 7]), calibration)).toBeGreaterThanOrEqual(1);
  });
});

describe('evidence across sessions', () => {
  it('survives an intruder who interrupts the owner and is interrupted', () => {
    let evidence = noEvidence;
    for (let turn = 0; turn < 6; turn++) {
      evidence = followed([-0.5, 0.2], openSession(evidence, calibration, rule));
      evidence = followed([6], openSession(evidence, calibration, rule));
    }
    expect(evidenceInThresholds(evidence, calibration)).toBeGreaterThanOrEqual(1);
  });

  it('never starts a session in alarm, and fades with own behaviour', () => {
    const alarmed = followed([9, 9, 9, 9, 9, 9]);
    let evidence = openSession(alarmed, calibration, rule);
    const carried = evidenceInThresholds(evidence, calibration);
    expect(carried).toBeLessThan(1);
    evidence = followed(
      Array.from({ length: 2 * rule.carryHalfLife }, () => 0),
      evidence,
    );
    expect(evidenceInThresholds(evidence, calibration)).toBeCloseTo(carried / 4, 6);
  });

  it('is the same however many sessions without a window lie between', () => {
    fc.assert(
      fc.property(fc.array(standard, { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), (history, empty) => {
        const once = openSession(followed(history), calibration, rule);
        let often = once;
        for (let i = 0; i < empty; i++) often = openSession(often, calibration, rule);
        expect(often).toEqual(once);
      }),
    );
  });
});
