import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom, type SeededRandom } from '../../platform/seeded-random.ts';
import type { ActivityCount } from '../words/behaviour.ts';
import { activityKinds } from '../words/behaviour.ts';
import { activityThresholds, fitActivityModel, plainActivityModel } from './activity-model.ts';
import {
  type ActivityState,
  activityStateFromNumbers,
  activityStateLength,
  activityStateToNumbers,
  newActivityState,
} from './activity-state.ts';
import { stepActivity } from './activity-surprise.ts';
import { countAtSurprise, excessSurprise } from './excess-surprise.ts';

const model = plainActivityModel;
const batchMs = 10_000;
const batchesPerDay = 5 * 360;

const counts = fc.array(
  fc.record({ kind: fc.constantFrom(...activityKinds), count: fc.integer({ min: 0, max: 400 }) }),
  { maxLength: 8 },
);
const durations = fc.integer({ min: 0, max: 60_000 });

/** Any state that behaviour leads to: minutes to days of it. */
const states = fc
  .array(fc.record({ counts, durationMs: durations, times: fc.integer({ min: 1, max: 300 }) }), { maxLength: 5 })
  .map((steps) => {
    let state = newActivityState();
    for (const { counts, durationMs, times } of steps) {
      for (let i = 0; i < times; i++) state = stepActivity(model, state, counts, durationMs).state;
    }
    return state;
  });

function poisson(random: SeededRandom, mean: number): number {
  let count = -1;
  for (let product = 1, limit = Math.exp(-mean); product > limit; product *= random.next()) count++;
  return count;
}

/** What one person does: a base rate of each kind, days and tasks of half an hour that multiply it at random. */
function worker(seed: string) {
  const random = createSeededRandom(seed);
  const perHour = model.priors.map((prior) => prior.perHour * random.logNormal(0.6, 0.8));
  return function* day(): Generator<ActivityCount[]> {
    const busy = random.logNormal(1, 0.5);
    let task: number[] = [];
    for (let batch = 0; batch < batchesPerDay; batch++) {
      if (batch % 180 === 0) task = perHour.map((rate) => (rate * busy * random.logNormal(0.73, 0.8)) / 360);
      yield activityKinds.map((kind, index) => ({ kind, count: poisson(random, task[index] ?? 0) }));
    }
  };
}

const days = 10;
const simulated = Array.from({ length: 10 }, (_, user) => {
  const day = worker(`worker ${user}`);
  let state = newActivityState();
  let alerts = 0;
  for (let d = 0; d < days; d++) {
    let alert = false;
    for (const counts of day()) {
      const judged = stepActivity(model, state, counts, batchMs);
      state = judged.state;
      alert ||= judged.evidence >= 1;
    }
    if (alert) alerts++;
  }
  return { day, state, alerts };
});

describe("activity beyond the account's own", () => {
  it('keeps its contract over ordinary and busy days: one false alert per user in 20 working days', () => {
    const alerts = simulated.reduce((sum, user) => sum + user.alerts, 0);
    expect(alerts / (simulated.length * days)).toBeLessThanOrEqual(1 / model.workingDaysPerFalseAlert);
  });

  it('catches somebody who takes a record a second, in minutes, whatever else they do as always', () => {
    const minutes = simulated.map(({ day, state: before }) => {
      let state = before;
      let batches = 0;
      for (const counts of day()) {
        batches++;
        const own = counts.filter(({ kind }) => kind !== 'records-viewed');
        const judged = stepActivity(model, state, [...own, { kind: 'records-viewed', count: 10 }], batchMs);
        state = judged.state;
        if (judged.evidence < 1) continue;
        expect(judged.contributions[0]).toMatchObject({ direction: 'high', unit: 'times' });
        expect(judged.contributions[0]?.feature).toMatch(/^records viewed in (10 min|4 h)$/);
        break;
      }
      return (batches * batchMs) / 60_000;
    });
    minutes.sort((a, b) => a - b);
    expect(minutes[5]).toBeLessThan(5);
    expect(minutes[9]).toBeLessThan(60);
  });

  it('is never a matter of doing less: fewer events never raise surprise or evidence', () => {
    fc.assert(
      fc.property(states, counts, counts, durations, (state, some, more, durationMs) => {
        const fewer = stepActivity(model, state, some, durationMs);
        const all = stepActivity(model, state, [...some, ...more], durationMs);
        expect(fewer.surprise).toBeLessThanOrEqual(all.surprise);
        expect(fewer.evidence).toBeLessThanOrEqual(all.evidence);
      }),
      { numRuns: 40 },
    );
  });

  it('comes down while nothing is counted, and never goes up', () => {
    fc.assert(
      fc.property(states, fc.array(durations, { maxLength: 300 }), (start, idle) => {
        let state = start;
        for (const durationMs of idle) {
          const { evidence, state: after } = stepActivity(model, state, [], durationMs);
          expect(evidence).toBeLessThanOrEqual(state.evidence);
          state = after;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('counts active time, not batches: the same hour in short or in long batches is the same', () => {
    const anHourIn = (batches: number) => {
      let state = newActivityState();
      const perBatch = [{ kind: 'searches' as const, count: 3_600 / batches }];
      for (let i = 0; i < batches; i++) state = stepActivity(model, state, perBatch, 3_600_000 / batches).state;
      return activityStateToNumbers({ ...state, evidence: 0 });
    };
    const [long, short] = [anHourIn(360), anHourIn(3_600)];
    for (const [index, value] of short.entries()) expect(value).toBeCloseTo(long[index] ?? Number.NaN, 6);
  });

  it('says nothing, and stays finite, where counts and durations are none', () => {
    for (const count of [Number.NaN, -5, Number.NEGATIVE_INFINITY]) {
      expect(stepActivity(model, newActivityState(), [{ kind: 'exports', count }], batchMs)).toMatchObject({
        surprise: 0,
        evidence: 0,
        contributions: [],
      });
    }
    let state = newActivityState();
    for (const durationMs of [Number.NaN, -1, Number.POSITIVE_INFINITY, 0, 1e300]) {
      for (let i = 0; i < 300; i++) {
        const judged = stepActivity(model, state, [{ kind: 'exports', count: Number.POSITIVE_INFINITY }], durationMs);
        expect(Number.isFinite(judged.surprise)).toBe(true);
        expect(judged.evidence).toBeLessThanOrEqual(2);
        for (const { observed, typical, share } of judged.contributions) {
          expect([observed, typical, share].every(Number.isFinite)).toBe(true);
        }
        state = judged.state;
      }
    }
    expect(activityStateToNumbers(state).every(Number.isFinite)).toBe(true);
  });

  it('does not mistake a collector that begins to count for a person who begins to work', () => {
    let state = newActivityState();
    for (let i = 0; i < 10 * batchesPerDay; i++) state = stepActivity(model, state, [], batchMs).state;
    const [searches] = [{ kind: 'searches' as const, count: 1 }];
    for (let i = 0; i < 3 * batchesPerDay; i++) {
      const judged = stepActivity(model, state, i % 12 === 0 ? [searches] : [], batchMs);
      state = judged.state;
      expect(judged.evidence).toBeLessThan(1);
    }
  });

  it('is taught at a bounded pace: a flood of one window raises what is usual by less than itself', () => {
    const day = simulated[0]!;
    const rateOf = (state: ActivityState) => state.learned[0]! / state.learnedHours[0]!;
    let state = day.state;
    for (let i = 0; i < 4 * 360 + 10; i++) {
      state = stepActivity(model, state, [{ kind: 'records-viewed', count: 1_000 }], batchMs).state;
    }
    expect(rateOf(state)).toBeLessThan(4 * rateOf(day.state));
  });
});

describe('the state of activity', () => {
  it('is a few dozen numbers and comes back from them exactly', () => {
    expect(activityStateLength).toBeLessThan(60);
    fc.assert(
      fc.property(states, (state) => {
        const numbers = activityStateToNumbers(state);
        expect(numbers).toHaveLength(activityStateLength);
        expect(activityStateFromNumbers(JSON.parse(JSON.stringify(numbers)))).toEqual(state);
      }),
      { numRuns: 30 },
    );
  });

  it('is refused where it is broken', () => {
    const numbers = activityStateToNumbers(newActivityState());
    for (const broken of [numbers.slice(1), [...numbers, 0], numbers.with(3, Number.NaN), numbers.with(0, -1)]) {
      expect(() => activityStateFromNumbers(broken)).toThrow(RangeError);
    }
  });
});

describe('the contract of activity', () => {
  it('asks for more the rarer an alert may be', () => {
    const [short, long] = activityThresholds(model);
    // 48 windows of 10 min, 6 kinds, two lengths, 20 days.
    expect(short).toBeCloseTo(Math.log(48 * 6 * 2 * 20), 12);
    expect(long).toBeCloseTo(Math.log(2 * 6 * 2 * 20), 12);
    expect(activityThresholds({ ...model, workingDaysPerFalseAlert: 200 })[0]).toBeCloseTo(short + Math.log(10), 12);
  });

  it('rests on a bound: so many events are at least as improbable as their surprise says', () => {
    // Mean 4, shape 2: P(n) = (n + 1) (1/3)^2 (2/3)^n, summed by hand.
    for (let from = 5; from < 60; from++) {
      let tail = 0;
      for (let n = from; n < 600; n++) tail += ((n + 1) / 9) * (2 / 3) ** n;
      expect(excessSurprise(from, 4, 2)).toBeLessThanOrEqual(-Math.log(tail) + 1e-9);
    }
  });

  it('inverts: the count that surprises so much', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e4, noNaN: true }),
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        (expected, shape, nats) => {
          const count = countAtSurprise(nats, expected, shape);
          expect(excessSurprise(count, expected, shape)).toBeLessThanOrEqual(nats);
          expect(excessSurprise(1.01 * count + 1e-9, expected, shape)).toBeGreaterThanOrEqual(0.9 * nats);
        },
      ),
    );
  });
});

describe("a model of a tenant's own", () => {
  it('is learned from what its users do, and left as it was where they are few', () => {
    const fitted = fitActivityModel(
      model,
      simulated.map(({ state }) => state),
      2,
    );
    expect(fitted.version).toBe(2);
    for (const [kind, prior] of fitted.priors.entries()) {
      const rates = simulated.map(({ state }) => state.learned[kind]! / state.learnedHours[kind]!);
      expect(prior.perHour).toBeCloseTo(rates.reduce((a, b) => a + b, 0) / rates.length, 6);
      expect(prior.shape).toBeGreaterThan(0.2);
    }
    // Tasks of half an hour even out over four hours.
    const [records] = fitted.priors;
    expect(records?.burstiness[0]).toBeGreaterThan(records?.burstiness[1] ?? Number.NaN);
    expect(fitActivityModel(model, [simulated[0]!.state], 2)).toEqual({ ...model, version: 2 });
  });
});
