import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { type Background, type BackgroundUser, fitBackground, typingBackgroundOptions } from './background.ts';
import { backgroundScore } from './background-score.ts';
import { type Enrolled, enrol, typingCovarianceTrust } from './enrolment.ts';
import { independentOf } from './independence.ts';

/** Closed form, so that another program can make the same rows. */
function formulaRow(user: number, i: number): Float64Array {
  return Float64Array.from(
    { length: 4 },
    (_, f) => 2 * Math.sin(user * (f + 1) * 1.3 + f) + Math.sin(37 * user + 11 * i * (f + 2) + 5 * f) * (f + 1) * 0.5,
  );
}

function formulaRows(user: number, count: number): Float64Array[] {
  return Array.from({ length: count }, (_, i) => formulaRow(user, i));
}

const formulaUsers = Array.from({ length: 24 }, (_, user) => ({ id: `user${user}`, rows: formulaRows(user, 12) }));

/** People whose means are drawn around 0 with spread 1 and whose windows vary by `spread` around their own mean. */
function people(seed: number, count: number, rows = 30, spread = 0.5): BackgroundUser[] {
  const { normal } = seededNumbers(seed);
  return Array.from({ length: count }, (_, user) => {
    const mean = Array.from({ length: 5 }, normal);
    return {
      id: `${seed}/${user}`,
      rows: Array.from({ length: rows }, () => Float64Array.from(mean, (m) => m + spread * normal())),
    };
  });
}

function fitted(users: readonly BackgroundUser[], degreesOfFreedom: number | null = 10): Background {
  const outcome = fitBackground(users, { ...typingBackgroundOptions, degreesOfFreedom });
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
}

const options = { effectiveWindows: 20, ownCovarianceTrust: typingCovarianceTrust };

/** Scores of accounts against their own later windows and against everybody else's. */
function trial(background: Background, seed: number): { genuine: number[]; impostors: number[] } {
  const accounts = people(seed, 12, 40);
  const genuine: number[] = [];
  const impostors: number[] = [];
  for (const account of accounts) {
    const enrolled = enrol(background, account.rows.slice(0, 20), options);
    for (const other of accounts) {
      for (const row of other.rows.slice(20)) {
        (other === account ? genuine : impostors).push(backgroundScore(background, enrolled, row));
      }
    }
  }
  return { genuine, impostors };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a background of many people', () => {
  // From numpy 2.4, the same arithmetic written as matrix expressions in float64.
  it('gives the scores that numpy gives', () => {
    const rows = [formulaRow(100, 50), formulaRow(101, 3), formulaRow(5, 2), Float64Array.of(1e9, -1e9, 0, 3)];
    const scores = (background: Background, enrolled: Enrolled) =>
      rows.map((row) => backgroundScore(background, enrolled, row));
    const student = fitted(formulaUsers);
    const gaussian = fitted(formulaUsers, null);
    const own = formulaRows(100, 20);
    const plain = { effectiveWindows: 7.5, ownCovarianceTrust: 100 };
    const near = (values: readonly number[], expected: readonly number[]) => {
      expect(values).toHaveLength(expected.length);
      for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i]!, 9);
    };
    const enrolledMean = enrol(student, own, plain).mean;
    for (const [i, value] of [-1.46977665, -0.34517828, 0.88678563, 1.04014427].entries()) {
      expect(enrolledMean[i]).toBeCloseTo(value, 7);
    }
    near(
      scores(student, enrol(student, own, plain)),
      [-1.1394684561205928, -1.3614853180056419, 4.635481595500348, 10.024439573471557],
    );
    near(
      scores(gaussian, enrol(gaussian, own, plain)),
      [-1.069403390486158, -1.4391715109365513, 8.69195394600018, 100.94595989651421],
    );
    const weights = Float64Array.from({ length: 20 }, (_, i) => 0.5 ** ((19 - i) / 6));
    near(
      scores(student, enrol(student, own, { effectiveWindows: 7.5, ownCovarianceTrust: 30, weights })),
      [-1.6415891943437102, -1.4204851637204374, 4.62473011337757, 10.095753223291936],
    );
  });

  it('finds strangers stranger than owners, and says less than nothing of owners', () => {
    const { genuine, impostors } = trial(fitted(people(1, 40)), 2);
    expect(mean(genuine)).toBeLessThan(-1);
    expect(mean(impostors)).toBeGreaterThan(1);
  });

  it('is refused below the least number of users, and with enough of them who have only one window each', () => {
    expect(fitBackground(people(1, 19), typingBackgroundOptions)).toEqual({
      ok: false,
      reason: 'too-few-users',
      users: 19,
      leastUsers: 20,
    });
    expect(fitBackground(people(1, 40, 1), typingBackgroundOptions)).toMatchObject({ ok: false, users: 0 });
    expect(fitBackground([], { ...typingBackgroundOptions, leastUsers: 0 })).toMatchObject({
      ok: false,
      leastUsers: 2,
    });
  });

  it('does not depend on the order of its users, nor on the units of a feature', () => {
    const users = people(3, 25);
    const stretch = Float64Array.of(1000, 0.001, -1, 1, 60);
    const stretched = (rows: readonly BackgroundUser['rows'][number][]) =>
      rows.map((row) => Float64Array.from(row, (value, f) => value * stretch[f]! + 5));
    const account = people(4, 1)[0]!.rows;
    const scoreOf = (background: Background, rows: BackgroundUser['rows']) =>
      backgroundScore(background, enrol(background, rows.slice(0, 20), options), rows[25]!);
    const expected = scoreOf(fitted(users), account);
    expect(scoreOf(fitted([...users].reverse()), account)).toBeCloseTo(expected, 9);
    const inOtherUnits = fitted(users.map((user) => ({ ...user, rows: stretched(user.rows) })));
    // A spread is kept off 0 by a millionth of its unit, which is the only trace of it.
    expect(scoreOf(inOtherUnits, stretched(account))).toBeCloseTo(expected, 1);
  });

  it('survives being copied, and float32 storage up to its rounding', () => {
    const background = fitted(people(5, 25));
    const account = people(6, 1)[0]!.rows;
    const enrolled = enrol(background, account, options);
    const expected = backgroundScore(background, enrolled, account[0]!);
    expect(backgroundScore(structuredClone(background), structuredClone(enrolled), account[0]!)).toBe(expected);
    const rounded = { ...enrolled, factor: enrolled.factor.map(Math.fround), mean: enrolled.mean.map(Math.fround) };
    expect(backgroundScore(background, rounded, account[0]!)).toBeCloseTo(expected, 4);
  });

  it('gives a number for every window, also for one of nothing but infinities and NaN', () => {
    const background = fitted(people(7, 25));
    const enrolled = enrol(background, people(8, 1)[0]!.rows, options);
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 5, maxLength: 5 }), (values) => {
        expect(Number.isFinite(backgroundScore(background, enrolled, Float64Array.from(values)))).toBe(true);
      }),
    );
  });

  it('holds where a feature is constant, and where two are the same', () => {
    const odd = (users: BackgroundUser[]) =>
      users.map((user) => ({ ...user, rows: user.rows.map((row) => Float64Array.of(...row, 3, row[0]!)) }));
    const background = fitted(odd(people(9, 25)));
    const account = odd(people(10, 1))[0]!.rows;
    const enrolled = enrol(background, account, options);
    for (const row of account) expect(Number.isFinite(backgroundScore(background, enrolled, row))).toBe(true);
  });

  it('refuses what is not finite or of another length, at fitting and at enrolment', () => {
    const users = people(11, 25);
    const broken = (row: Float64Array) => [...users.slice(1), { id: 'broken', rows: [users[0]!.rows[0]!, row] }];
    expect(() => fitted(broken(Float64Array.of(1, 2, Number.NaN, 4, 5)))).toThrow(RangeError);
    expect(() => fitted(broken(Float64Array.of(1, 2)))).toThrow(RangeError);
    expect(() => fitted([...users, users[0]!])).toThrow(RangeError);
    const background = fitted(users);
    expect(() => enrol(background, [], options)).toThrow(RangeError);
    expect(() => enrol(background, [Float64Array.of(1, 2)], options)).toThrow(RangeError);
    expect(() => enrol(background, [new Float64Array(5).fill(Number.NaN)], options)).toThrow(RangeError);
    expect(() => enrol(background, users[0]!.rows, { ...options, effectiveWindows: 0 })).toThrow(RangeError);
  });
});

describe('an enrolment', () => {
  const background = fitted(people(12, 60));
  const rows = people(13, 1, 200)[0]!.rows;
  const enrolledOn = (count: number) =>
    enrol(background, rows.slice(0, count), { effectiveWindows: count, ownCovarianceTrust: 100 });

  it('moves from the population to the account as windows come in', () => {
    const distances = [1, 3, 10, 100].map((count) =>
      Math.hypot(...enrolledOn(count).mean.map((value, i) => value - background.populationMean[i]!)),
    );
    const far = Math.hypot(...enrolledOn(200).mean.map((value, i) => value - background.populationMean[i]!));
    expect(Math.abs(distances[3]! - far)).toBeLessThan(Math.abs(distances[0]! - far));
  });

  it('is surer of the account with more windows: its spread shrinks', () => {
    const sizes = [1, 3, 10, 100].map((count) => enrolledOn(count).logDeterminant);
    for (let i = 1; i < sizes.length; i++) expect(sizes[i]!).toBeLessThan(sizes[i - 1]!);
  });
});

describe('who made the background', () => {
  it('is not judged against it in a report, as owner or as impostor', () => {
    const users = people(16, 25);
    const background = fitted(users);
    expect(independentOf(background, ['somebody', 'else'])).toEqual({ ok: true });
    expect(independentOf(background, ['somebody', users[3]!.id])).toEqual({
      ok: false,
      reason: 'contributed',
      users: [users[3]!.id],
    });
  });
});
