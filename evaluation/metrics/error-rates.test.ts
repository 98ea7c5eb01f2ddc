import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { acrossSeeds } from './across-seeds.ts';
import { areaUnderCurve } from './area-under-curve.ts';
import { ascending } from './ascending.ts';
import { detectionAtFalseAlarms } from './detection-at-false-alarms.ts';
import { equalErrorRate } from './equal-error-rate.ts';
import { errorRates, type UserScores } from './error-rates.ts';
import { farAtFrr, frrAtFar } from './operating-point.ts';
import { createPooledAucOfDraw, createPooledEerOfDraw, drawUsers, joined, type SortedUser } from './user-bootstrap.ts';

/**
 * Four users drawn once with numpy (default_rng(7), normal scores rounded to 0.1, so with ties). The expectations below
 * come from a numpy implementation of the definitions: EER as the crossing of the ROC polyline (Killourhy and Maxion's
 * evaluation script), AUC by mid-ranks, rates at an operating point by trying every threshold.
 */
const fourUsers: UserScores[] = [
  {
    genuine: [0.0, 0.3, -0.3, -0.9, -0.5, -1.0, 0.1, 1.3, -0.5, -0.6, 0.5, 0.4],
    impostor: [1.3, 0.5, 1.2, 1.8, 0.1, 0.8, -0.3, 0.2, -0.3, 1.0, 0.2, 1.4, 1.3, 1.1, -0.8, 0.8, 1.2, 1.3, 0.0, 0.8],
  },
  {
    genuine: [-1.0, -0.8, 1.1, -0.8, 0.0, 0.9, -0.6, -0.1, 0.1, 0.1, -1.2, 0.1, 1.4],
    impostor: [0.5, 2.9, 2.1, 1.4, 4.0, 2.8, 0.8, 2.1, 2.6, 1.8, 2.7, 1.9, 2.7, 3.4, 1.3, 2.2, 1.5, 2.1],
  },
  {
    genuine: [-1.2, -0.6, -0.2, 0.9, 1.1, -1.3, -0.8, 0.6, -2.0, -0.5, -0.1, 1.3, 0.7, -0.3],
    impostor: [0.2, 0.3, 2.4, 0.1, 0.2, 1.0, 0.5, 0.4, -0.7, 0.6, 0.1, 2.0, 1.4, 0.6, 1.4, 0.2],
  },
  {
    genuine: [1.1, 0.0, 0.6, -1.3, 0.3, -1.7, -2.0, -0.3, -0.9, 0.2, 2.2, -0.8, -0.6, 0.2, 0.5],
    impostor: [2.9, 2.9, 3.4, 3.3, 2.5, 3.0, 3.0, 2.5, 3.1, 2.6, 3.5, 3.1, 3.0, 2.7],
  },
].map(({ genuine, impostor }, i) => ({
  user: `user ${i + 1}`,
  genuine: Float64Array.from(genuine),
  impostor: Float64Array.from(impostor),
}));

const few = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 0, maxLength: 12 });
const someUsers = fc.array(fc.record({ genuine: few, impostor: few }), { minLength: 1, maxLength: 5 }).map((users) =>
  users.map(
    ({ genuine, impostor }, i): UserScores => ({
      user: String(i),
      genuine: Float64Array.from(genuine),
      impostor: Float64Array.from(impostor),
    }),
  ),
);

describe('error rates', () => {
  it('are those of numpy on four users with ties', () => {
    const rates = errorRates(fourUsers);
    expect(rates.users).toBe(4);
    expect(rates.meanEer).toBeCloseTo(0.2003968253968254, 12);
    expect(rates.sdEer).toBeCloseTo(0.17356291848118283, 12);
    expect(rates.medianEer).toBeCloseTo(0.2222222222222222, 12);
    expect(rates.worstEer).toBeCloseTo(0.35714285714285715, 12);
    expect(rates.worstUser).toBe('user 3');
    expect(rates.meanAuc).toBeCloseTo(0.8707818223443223, 12);
    expect(rates.pooledEer).toBeCloseTo(0.24161073825503357, 12);
    expect(rates.auc).toBeCloseTo(0.8638344226579521, 12);
    expect(rates.frrAtFar1Percent).toBeCloseTo(0.7962962962962963, 12);
    expect(rates.farAtFrr1Percent).toBeCloseTo(0.6764705882352942, 12);
    expect(rates.detectionAt1PercentFalseAlarms).toBeCloseTo(0.4411764705882353, 12);
    expect(rates.detectionAt5PercentFalseAlarms).toBeCloseTo(0.5147058823529411, 12);
  });

  it("have the intervals over users that numpy's draws have", () => {
    const { meanEerInterval, pooledEerSd } = errorRates(fourUsers, { bootstrapDraws: 4_000 });
    expect(meanEerInterval[0]).toBeCloseTo(0.0556, 2);
    expect(meanEerInterval[1]).toBeCloseTo(0.3452, 2);
    expect(pooledEerSd).toBeCloseTo(0.0712, 2);
  });

  it('are the same for the same seed, whatever the order in which the scores came', () => {
    const reversed = fourUsers.map((user) => ({
      ...user,
      genuine: user.genuine.toReversed(),
      impostor: user.impostor.toReversed(),
    }));
    expect(errorRates(reversed)).toEqual(errorRates(fourUsers));
    expect(errorRates(fourUsers, { seed: 2 }).meanEerInterval).not.toEqual(errorRates(fourUsers).meanEerInterval);
  });

  it('leave the scores they are given alone', () => {
    const before = fourUsers.map(({ genuine, impostor }) => [[...genuine], [...impostor]]);
    errorRates(fourUsers, { bootstrapDraws: 5 });
    expect(fourUsers.map(({ genuine, impostor }) => [[...genuine], [...impostor]])).toEqual(before);
  });

  it('count users without one kind of score apart, and keep their scores in the pool', () => {
    const none = new Float64Array(0);
    const [one, two] = fourUsers as [UserScores, UserScores];
    const rates = errorRates([one, { ...two, genuine: none }, { user: 'empty', genuine: none, impostor: none }]);
    expect([rates.users, rates.usersWithoutScores]).toEqual([1, 2]);
    expect(rates.meanEer).toBeCloseTo(1 / 3, 12);
    expect(rates.auc).toBe(areaUnderCurve(one.genuine, joined([one.impostor, two.impostor])));
  });

  it('say that they do not know, rather than 0, where there is nothing to compare', () => {
    const { meanEer, pooledEer, auc, worstEer, meanEerInterval, pooledEerSd } = errorRates([]);
    for (const figure of [meanEer, pooledEer, auc, worstEer, ...meanEerInterval, pooledEerSd]) expect(figure).toBeNaN();
  });

  it('refuse a score that is not a number, by the name of its user', () => {
    const bad = { user: 's042', genuine: Float64Array.of(1, Number.NaN, 2), impostor: Float64Array.of(3) };
    expect(() => errorRates([...fourUsers, bad])).toThrow(new RangeError('a score of user s042 is not a number'));
  });

  it('are one half where the labels were drawn, not earned', () => {
    const random = createSeededRandom('shuffled labels');
    const draw = (count: number) => Float64Array.from({ length: count }, () => random.logNormal(1, 2));
    const users = Array.from({ length: 20 }, (_, i) => ({ user: `${i}`, genuine: draw(500), impostor: draw(700) }));
    const rates = errorRates(users, { bootstrapDraws: 0 });
    expect(rates.auc).toBeCloseTo(0.5, 1);
    expect(rates.meanEer).toBeCloseTo(0.5, 1);
  });
});

function pooled(users: readonly SortedUser[]): SortedUser {
  return {
    genuine: joined(users.map(({ genuine }) => genuine)).sort(),
    impostor: joined(users.map(({ impostor }) => impostor)).sort(),
  };
}

describe('a bootstrap draw of users', () => {
  it('has the pooled equal error rate of the drawn scores pooled anew', () => {
    fc.assert(
      fc.property(someUsers, fc.integer(), (users, seed) => {
        const sorted = users.map(({ genuine, impostor }) => ({
          genuine: ascending(genuine),
          impostor: ascending(impostor),
        }));
        const times = drawUsers(createSeededRandom(seed), users.length);
        const pool = (kind: 'genuine' | 'impostor') =>
          sorted.flatMap((user, u) => Array.from({ length: times[u] ?? 0 }, () => [...user[kind]]).flat());
        const expected = equalErrorRate(pool('genuine'), pool('impostor'));
        const found = createPooledEerOfDraw(sorted, pooled(sorted))(times);
        if (Number.isNaN(expected)) expect(found).toBeNaN();
        else expect(found).toBeCloseTo(expected, 12);
      }),
    );
  });
});

describe('the area under the curve of a draw', () => {
  it('is that of the drawn scores pooled anew, to what a bin hides', () => {
    const random = createSeededRandom('area of a draw');
    const users = Array.from({ length: 12 }, () => ({
      genuine: Float64Array.from({ length: 300 }, () => random.normal(0, 1)).sort(),
      impostor: Float64Array.from({ length: 500 }, () => random.normal(random.uniform(0, 3), 1)).sort(),
    }));
    const times = drawUsers(random, users.length);
    const pool = (kind: 'genuine' | 'impostor') =>
      users.flatMap((user, u) => Array.from({ length: times[u] ?? 0 }, () => [...user[kind]]).flat());
    const expected = areaUnderCurve(pool('genuine'), pool('impostor'));
    expect(Math.abs(createPooledAucOfDraw(users, pooled(users))(times) - expected)).toBeLessThan(1e-4);
  });

  it('is exact where the pool is smaller than its bins', () => {
    const users = fourUsers.map(({ genuine, impostor }) => ({
      genuine: ascending(genuine),
      impostor: ascending(impostor),
    }));
    expect(createPooledAucOfDraw(users, pooled(users))(Uint32Array.of(1, 1, 1, 1))).toBeCloseTo(0.8638344226579521, 12);
  });
});

describe('the operating point', () => {
  const scores = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 30 });

  it('has the fewest errors of the other kind that any threshold allows', () => {
    fc.assert(
      fc.property(scores, scores, fc.double({ min: 0, max: 1, noNaN: true }), (genuine, impostors, share) => {
        const thresholds = [Number.NEGATIVE_INFINITY, ...genuine, ...impostors];
        const rates = thresholds.map((threshold) => ({
          frr: genuine.filter((score) => score > threshold).length / genuine.length,
          far: impostors.filter((score) => score <= threshold).length / impostors.length,
        }));
        const fewest = (of: 'frr' | 'far', limited: 'frr' | 'far') =>
          Math.min(...rates.filter((rate) => rate[limited] <= share).map((rate) => rate[of]));
        expect(frrAtFar(ascending(genuine), ascending(impostors), share)).toBeCloseTo(fewest('frr', 'far'), 12);
        expect(farAtFrr(ascending(genuine), ascending(impostors), share)).toBeCloseTo(fewest('far', 'frr'), 12);
      }),
    );
  });

  it('is not a number where there is nothing to compare', () => {
    const none = new Float64Array(0);
    expect(frrAtFar(none, Float64Array.of(1), 0.01)).toBeNaN();
    expect(farAtFrr(Float64Array.of(1), none, 0.01)).toBeNaN();
    expect(detectionAtFalseAlarms(none, [1], 0.01)).toBeNaN();
  });
});

describe('figures over seeds', () => {
  it('are means, with how far the seed moves them', () => {
    const runs = [errorRates(fourUsers), errorRates(fourUsers.slice(0, 2))];
    const [a, b] = runs as [(typeof runs)[0], (typeof runs)[0]];
    const over = acrossSeeds(runs);
    expect(over.seeds).toBe(2);
    expect(over.meanEer).toBeCloseTo((a.meanEer + b.meanEer) / 2, 12);
    expect(over.meanEerInterval[1]).toBeCloseTo((a.meanEerInterval[1] + b.meanEerInterval[1]) / 2, 12);
    expect(over.sdOverSeeds.auc).toBeCloseTo(Math.abs(a.auc - b.auc) / Math.SQRT2, 12);
    expect(over.worstUser).toBe('user 3');
    expect(acrossSeeds([a]).sdOverSeeds).toEqual({ meanEer: 0, pooledEer: 0, auc: 0 });
    expect(() => acrossSeeds([])).toThrow(RangeError);
  });

  it('lose no field of a single run', () => {
    const run = errorRates(fourUsers);
    expect(acrossSeeds([run, run])).toMatchObject(run);
  });
});
