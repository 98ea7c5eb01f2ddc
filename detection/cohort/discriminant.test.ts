import { describe, expect, it } from '@jest/globals';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import type { BackgroundUser } from './background.ts';
import { backgroundScore } from './background-score.ts';
import { discriminantRow, fitDiscriminantBackground, typingDiscriminantOptions } from './discriminant.ts';
import { enrol } from './enrolment.ts';

const size = 12;
const options = { ...typingDiscriminantOptions, leastUsers: 10, mostComponents: 3 };

/** People who differ in the first two features alone; the third varies wildly within each, the others a little. */
function person(id: number, windows: number, seed = 1): BackgroundUser {
  const traits = createSeededRandom(`person ${id}`);
  const own = [traits.normal(0, 3), traits.normal(0, 2)];
  const random = createSeededRandom(`${seed}/${id}`);
  const rows = Array.from({ length: windows }, () =>
    Float64Array.from({ length: size }, (_, f) => (own[f] ?? 0) + random.normal(0, f === 2 ? 5 : 1)),
  );
  return { id: `person ${id}`, rows };
}

const people = Array.from({ length: 60 }, (_, id) => person(id, 40));

function fitted(withinRidge = options.withinRidge) {
  const outcome = fitDiscriminantBackground(people, { ...options, withinRidge });
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
}

describe('a discriminant', () => {
  it('finds the directions in which people differ, and leaves one where they hardly do for last', () => {
    const { discriminant, background } = fitted();
    const weight = (component: number, feature: number) =>
      Math.abs(discriminant.projection[component * size + feature]!) / discriminant.scaler.spread[feature]!;
    for (const component of [0, 1]) {
      const told = weight(component, 0) + weight(component, 1);
      for (let f = 2; f < size; f++) expect(weight(component, f)).toBeLessThan(0.2 * told);
    }
    expect(background.betweenCovariance[0]).toBeGreaterThan(5 * background.betweenCovariance[8]!);
  });

  it('makes one person vary by 1 in every direction, and the directions independent', () => {
    const { discriminant } = fitted(0);
    const within = new Float64Array(9);
    let freedom = 0;
    for (const { rows } of people) {
      const projected = rows.map((row) => discriminantRow(discriminant, row));
      for (let i = 0; i < 3; i++) {
        const meanI = projected.reduce((sum, row) => sum + row[i]!, 0) / rows.length;
        for (let j = 0; j < 3; j++) {
          const meanJ = projected.reduce((sum, row) => sum + row[j]!, 0) / rows.length;
          for (const row of projected) within[i * 3 + j]! += (row[i]! - meanI) * (row[j]! - meanJ);
        }
      }
      freedom += rows.length - 1;
    }
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) expect(Math.abs(within[i * 3 + j]! / freedom - (i === j ? 1 : 0))).toBeLessThan(0.05);
    }
  });

  it('tells the enrolled from strangers who lent nothing', () => {
    const { discriminant, background } = fitted();
    const rowsOf = (id: number, seed: number) =>
      person(id, 20, seed).rows.map((row) => discriminantRow(discriminant, row));
    const enrolled = enrol(background, rowsOf(100, 1), { effectiveWindows: 20, ownCovarianceTrust: 100 });
    const mean = (id: number, seed: number) =>
      rowsOf(id, seed).reduce((sum, row) => sum + backgroundScore(background, enrolled, row), 0) / 20;
    expect(mean(100, 2)).toBeLessThan(0);
    for (const stranger of [101, 102, 103, 104]) expect(mean(stranger, 2)).toBeGreaterThan(mean(100, 2));
  });

  it('gives a finite row for a window that holds no number at all', () => {
    const { discriminant } = fitted();
    const row = discriminantRow(discriminant, new Float64Array(size).fill(Number.NaN));
    expect(row.every(Number.isFinite)).toBe(true);
  });

  it('remembers who lent their windows, and refuses too few', () => {
    expect(fitted().background.contributors).toContain('person 7');
    expect(fitDiscriminantBackground(people.slice(0, 9), options)).toEqual({
      ok: false,
      reason: 'too-few-users',
      users: 9,
      leastUsers: 10,
    });
  });

  it('has no more directions than people can span', () => {
    const outcome = fitDiscriminantBackground(people.slice(0, 10), { ...options, mostComponents: 50 });
    expect(outcome.ok && outcome.value.discriminant.components).toBe(9);
  });
});
