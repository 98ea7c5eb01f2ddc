import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CalibrationQuestion, calibrateEvidence } from './calibrate-evidence.ts';
import { type EvidenceConstants, measureEvidenceConstants } from './evidence-constants.ts';
import { typingEvidenceRule as rule } from './evidence-rule.ts';
import { percentileOfScore } from './score-quantiles.ts';
import { accumulate, evidenceInThresholds } from './session-clock.ts';
import { noEvidence } from './session-evidence.ts';

const constants: EvidenceConstants = {
  location: -1.3,
  scale: 0.4,
  excursionsPerWindow: 0.03,
  excursionHeight: 1.9,
  weeksExcessPerWindow: 0.04,
  weeksExponent: 0.6,
  windowsPerSession: 20,
};
const contract = { workingDaysPerFalseAlert: 20, windowsPerWorkingDay: 400 };
const question: CalibrationQuestion = { constants, contract, shareOfBudget: 0.5, rule, sessions: 4 };

/** A small linear congruential generator: chance comes in as numbers here. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/**
 * A genuine session: windows that share half their keys, tails heavier than normal ones (Laplace), and a day's form that
 * differs from session to session.
 */
function session(next: () => number, windows: number): Float64Array {
  const laplace = () => (next() < 0.5 ? -1 : 1) * Math.log(1 / next());
  const day = 0.3 * laplace();
  let before = laplace();
  return Float64Array.from({ length: windows }, () => {
    const fresh = laplace();
    const score = day + (before + fresh) / 2;
    before = fresh;
    return -1.3 + 0.4 * score;
  });
}

function account(next: () => number, sessions = 4, windows = 20): Float64Array[] {
  return Array.from({ length: sessions }, () => session(next, windows));
}

const streams = fc.array(
  fc
    .array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 25 })
    .map((s) => Float64Array.from(s)),
  { minLength: 1, maxLength: 5 },
);

describe('calibration of evidence', () => {
  it('keeps the contract on new sessions of accounts like those that it was measured on', () => {
    const next = chance(7);
    const measured = measureEvidenceConstants(
      Array.from({ length: 60 }, () => account(next)),
      rule,
    );
    const promised = { workingDaysPerFalseAlert: 1, windowsPerWorkingDay: 400 };
    let windows = 0;
    let alerts = 0;
    for (let user = 0; user < 60; user++) {
      const calibration = calibrateEvidence(account(next), {
        ...question,
        constants: measured,
        contract: promised,
        shareOfBudget: 1,
      });
      for (let day = 0; day < 50; day++) {
        let evidence = noEvidence;
        let alerted = false;
        for (const score of session(next, 20)) {
          evidence = accumulate(evidence, score, calibration, rule);
          windows += 1;
          if (!alerted && evidenceInThresholds(evidence, calibration) >= 1) {
            alerts += 1;
            alerted = true;
          }
        }
      }
    }
    const perPromise = (alerts / windows) * 400;
    expect(perPromise).toBeLessThan(1);
    // Nor is it kept by never saying anything.
    expect(perPromise).toBeGreaterThan(0.05);
  });

  it('has thresholds that rise with the contract', () => {
    fc.assert(
      fc.property(
        streams,
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        fc.double({ min: 1, max: 50, noNaN: true }),
        (own, days, stricter) => {
          const lax = calibrateEvidence(own, {
            ...question,
            contract: { ...contract, workingDaysPerFalseAlert: days },
          });
          const strict = calibrateEvidence(own, {
            ...question,
            contract: { ...contract, workingDaysPerFalseAlert: days * stricter },
          });
          expect(strict.threshold).toBeGreaterThanOrEqual(lax.threshold);
          expect(strict.weeksThreshold).toBeGreaterThanOrEqual(lax.weeksThreshold);
          expect(strict.location).toBe(lax.location);
        },
      ),
    );
  });

  it('is made of finite numbers, whatever the scores are', () => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 9 }), (own, sessions) => {
        const { scoreQuantiles, ...numbers } = calibrateEvidence(own, { ...question, sessions });
        for (const value of Object.values(numbers)) expect(Number.isFinite(value)).toBe(true);
        expect(numbers.scale).toBeGreaterThan(0);
        expect(numbers.threshold).toBeGreaterThan(0);
        for (let i = 1; i < 101; i++) expect(scoreQuantiles[i]).toBeGreaterThanOrEqual(scoreQuantiles[i - 1]!);
      }),
    );
  });

  it('is wider while history is short, and after few sessions', () => {
    const quiet = (windows: number) => [Float64Array.from({ length: windows }, (_, i) => -1.3 + 0.1 * Math.sin(i))];
    expect(calibrateEvidence(quiet(10), question).threshold).toBeGreaterThan(
      calibrateEvidence(quiet(80), question).threshold,
    );
    const one = calibrateEvidence(quiet(40), { ...question, sessions: 1 });
    const four = calibrateEvidence(quiet(40), question);
    expect(one.scale).toBeGreaterThan(four.scale);
    expect(one.location).toBeGreaterThan(four.location);
  });

  it('draws the location to the usual one, the less the more windows there are', () => {
    const at = (windows: number) =>
      calibrateEvidence([new Float64Array(windows).fill(0.7)], question).location - constants.location;
    expect(at(20)).toBeCloseTo(1, 6);
    expect(at(180)).toBeCloseTo(1.8, 6);
  });

  it('depends on the order of windows in a session, not on the order of sessions', () => {
    fc.assert(
      fc.property(streams, (own) => {
        const forward = calibrateEvidence(own, question);
        const backward = calibrateEvidence([...own].reverse(), question);
        expect(backward.threshold).toBeCloseTo(forward.threshold, 9);
        expect(backward.weeksThreshold).toBeCloseTo(forward.weeksThreshold, 9);
        expect(backward.location).toBe(forward.location);
      }),
    );
  });

  it('refuses no scores, scores that are not finite, and contracts that promise nothing', () => {
    expect(() => calibrateEvidence([], question)).toThrow(RangeError);
    expect(() => calibrateEvidence([new Float64Array(0)], question)).toThrow(RangeError);
    expect(() => calibrateEvidence([Float64Array.of(1, Number.NaN)], question)).toThrow(/finite/);
    const own = [Float64Array.of(-1, -1.2)];
    for (const days of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const impossible = { ...contract, workingDaysPerFalseAlert: days };
      expect(() => calibrateEvidence(own, { ...question, contract: impossible })).toThrow(/contract/);
    }
    expect(() => calibrateEvidence(own, { ...question, shareOfBudget: 0 })).toThrow(RangeError);
    expect(() => calibrateEvidence(own, { ...question, shareOfBudget: 1.1 })).toThrow(RangeError);
  });
});

describe('constants of evidence', () => {
  it('are the same in whatever unit scores come', () => {
    const next = chance(3);
    const accounts = Array.from({ length: 12 }, () => account(next));
    const moved = accounts.map((own) => own.map((scores) => scores.map((score) => 5 + 3 * score)));
    const one = measureEvidenceConstants(accounts, rule);
    const other = measureEvidenceConstants(moved, rule);
    expect(other.location).toBeCloseTo(5 + 3 * one.location, 9);
    expect(other.scale).toBeCloseTo(3 * one.scale, 9);
    expect(other.excursionHeight).toBeCloseTo(one.excursionHeight, 9);
    expect(other.weeksExponent).toBeCloseTo(one.weeksExponent, 6);
  });

  it('are medians over accounts, whoever has how many windows', () => {
    const at = (location: number, windows: number) => [
      Float64Array.from({ length: windows }, (_, i) => location + (i % 2 === 0 ? -0.1 : 0.1)),
    ];
    const measured = measureEvidenceConstants([at(-3, 400), at(-1, 10), at(0, 10)], rule);
    expect(measured.location).toBeCloseTo(-1, 9);
    expect(measured.scale).toBeCloseTo(0.14826, 9);
  });

  it('refuse accounts without scores or without any spread', () => {
    expect(() => measureEvidenceConstants([], rule)).toThrow(RangeError);
    expect(() => measureEvidenceConstants([[Float64Array.of(1, 1, 1)]], rule)).toThrow(/spread/);
  });
});

describe('percentiles', () => {
  it('are those of the own out-of-fold scores', () => {
    const own = [Float64Array.from({ length: 101 }, (_, i) => i / 100)];
    const { scoreQuantiles } = calibrateEvidence(own, question);
    expect(percentileOfScore(scoreQuantiles, -1)).toBe(0);
    expect(percentileOfScore(scoreQuantiles, 0.505)).toBeCloseTo(50.5, 3);
    expect(percentileOfScore(scoreQuantiles, 2)).toBe(100);
    expect(percentileOfScore(scoreQuantiles, Number.NaN)).toBe(0);
  });
});
