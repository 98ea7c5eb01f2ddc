import { describe, expect, it } from '@jest/globals';
import { typingEvidenceRule as rule } from '../../detection/sequential/evidence-rule.ts';
import { createSeededRandom, type SeededRandom } from '../../platform/seeded-random.ts';
import type { TypingSamples } from '../typing/typing-recordings.ts';
import { judgedStep } from '../typing/typing-windows.ts';
import { keysToAlarm } from './calibrated-account.ts';
import { contractFigures } from './contract-figures.ts';
import { inARow, overSessions } from './enrolment-curve.ts';
import { infiltrationFigures } from './infiltration-figures.ts';
import { interleavedFigures } from './interleaved-figures.ts';
import { meanOfWindows, type StreamAccount } from './stream-account.ts';
import { streamTrial, takeoverFigures, timeToDetectSeries } from './take-over-figures.ts';
import { foreignSessions, takeOvers } from './take-over-streams.ts';

/** A session whose keys are all held for about so many steps: who types is told by the hold. */
function typed(holdSteps: number, keys: number, random: SeededRandom): TypingSamples {
  return {
    zonePair: new Uint8Array(keys),
    holdSteps: Uint8Array.from({ length: keys }, () => holdSteps + random.integer(9)),
    pressPressSteps: new Int16Array(keys).fill(-1),
    releasePressSteps: new Int16Array(keys),
    keyPair: new Int32Array(keys),
  };
}

/** How far the mean hold of each batch is from the owner's. */
function awayFrom(holdSteps: number, { holdSteps: holds }: TypingSamples): Float64Array {
  return Float64Array.from({ length: Math.floor(holds.length / judgedStep) }, (_, batch) => {
    const keys = holds.subarray(batch * judgedStep, (batch + 1) * judgedStep);
    return Math.abs(keys.reduce((sum, hold) => sum + hold, 0) / judgedStep - holdSteps - 4);
  });
}

/** People 20 steps apart, each with four enrolment sessions and two later ones of 500 keys. */
function people(count: number): StreamAccount[] {
  return Array.from({ length: count }, (_, person) => {
    const hold = 10 + 20 * person;
    const random = createSeededRandom(`person ${person}`);
    const scoresOf = (stream: TypingSamples) => awayFrom(hold, stream);
    return {
      name: `person-${person}`,
      enrolmentSessions: 4,
      outOfFold: Array.from({ length: 4 }, () => scoresOf(typed(hold, 500, random))),
      later: Array.from({ length: 2 }, () => typed(hold, 500, random)),
      scoresOf,
    };
  });
}

const accounts = people(5);
const options = { seed: 1, earliest: 100, latest: 300, impostorsPerSession: Number.POSITIVE_INFINITY };

describe('take-overs in mid-session', () => {
  const found = takeOvers(accounts, options);

  it('are there for every session of an owner and every impostor', () => {
    expect(found.length).toBe(5 * 2 * 4);
    for (const { owner, impostor } of found) expect(impostor).not.toBe(owner);
  });

  it('hold the owner alone before the change of hands, both in the batch of the change, the impostor alone after', () => {
    const genuineLimit = 4;
    for (const { ownKeys, scores, owner, impostor } of found) {
      expect(ownKeys).toBeGreaterThanOrEqual(options.earliest);
      expect(ownKeys).toBeLessThanOrEqual(options.latest);
      expect(scores.length).toBe(Math.floor((ownKeys + 500) / judgedStep));
      const change = Math.floor(ownKeys / judgedStep);
      const foreign = 20 * Math.abs(owner - impostor);
      for (const [batch, score] of scores.entries()) {
        if (batch < change) expect(score).toBeLessThan(genuineLimit);
        if (batch > change) expect(Math.abs(score - foreign)).toBeLessThan(genuineLimit);
      }
      const share = 1 - (ownKeys - change * judgedStep) / judgedStep;
      expect(Math.abs(scores[change]! - share * foreign)).toBeLessThan(genuineLimit);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    expect(takeOvers(accounts, options)).toEqual(found);
    expect(takeOvers(accounts, { ...options, seed: 2 })).not.toEqual(found);
  });

  it('are all caught within 100 keys, and no owner is alarmed on, where people are far apart', () => {
    const trial = streamTrial(accounts, found);
    const figures = takeoverFigures(trial, 1, rule);
    expect(figures.caughtWithin100Keys).toBe(1);
    expect(figures.medianKeys).toBeLessThanOrEqual(75);
    expect(figures.falseAlarmsPer10kKeys).toBe(0);
    expect(figures.neverAlarmed).toBe(1);
    expect(figures.meanOwnKeysToAlarm).toBe(1000);
    expect(figures.alarmedBefore).toBe(0);
    const curve = timeToDetectSeries(trial, 1, rule);
    for (let i = 1; i < curve.length; i++) expect(curve[i]!.y).toBeGreaterThanOrEqual(curve[i - 1]!.y);
    expect(curve.find(({ x }) => x === 100)?.y).toBe(1);
  });

  it('are caught no sooner under a stricter contract', () => {
    const trial = streamTrial(accounts, found);
    const days = [0.5, 1, 5, 20, 100].map((contract) => takeoverFigures(trial, contract, rule).meanKeysToAlarm);
    expect(days).toEqual([...days].sort((a, b) => a - b));
  });

  it('count from the first key where the whole session is foreign', () => {
    for (const { ownKeys, scores } of foreignSessions(accounts, options)) {
      expect(ownKeys).toBe(0);
      expect(scores.length).toBe(20);
    }
  });
});

describe('the false-alarm contract', () => {
  it('is kept by all where owners stay themselves', () => {
    const figures = contractFigures(streamTrial(accounts, []), 20, rule);
    expect(figures).toMatchObject({ accounts: 5, accountsThatKeepIt: 1, keys: 5000, alerts: 0, brokenBy: [] });
  });

  it('is broken by an account whose later session is another person’s, which is named', () => {
    const other = accounts[3]!.later[0]!;
    const swapped = accounts.map((account, i) =>
      i === 1 ? { ...account, later: [account.later[0]!, other] } : account,
    );
    const figures = contractFigures(streamTrial(swapped, []), 20, rule);
    expect(figures.accountsThatKeepIt).toBeCloseTo(0.8, 9);
    expect(figures.brokenBy).toEqual([{ name: 'person-1', alerts: 1 }]);
    expect(figures.alertsFromTheStart).toBe(1);
  });
});

describe('intruders who stay', () => {
  it('are noticed, and the owner alone is left in peace', () => {
    const figures = infiltrationFigures(accounts, { seed: 1, sessions: 20, histories: 2, workingDays: 20 }, rule);
    const [none, ...some] = figures;
    expect(none).toMatchObject({ foreignShare: 0, noticed: 0, noticedByWeeks: 0, medianKeys: null });
    for (const { noticed } of some) expect(noticed).toBe(1);
  });

  it('gain nothing from working turn about with the owner', () => {
    for (const figures of interleavedFigures(streamTrial(accounts, []), 20, 1, rule)) {
      expect(figures.caughtWithin200Keys).toBe(1);
      expect(figures.withoutCarrying.caughtWithin200Keys).toBeLessThanOrEqual(figures.caughtWithin200Keys);
    }
  });
});

describe('streams', () => {
  it('score a batch by the mean of both windows, and the first by the short one', () => {
    expect(meanOfWindows(Float64Array.of(1, 2, 3), Float64Array.of(4, 5))).toEqual(Float64Array.of(1, 3, 4));
  });

  it('alarm at the first batch that reaches its threshold', () => {
    const evidence = Float64Array.of(0.2, 1.4, 0.9, 1, 3);
    expect(keysToAlarm(evidence)).toBe(50);
    expect(keysToAlarm(evidence.slice(2))).toBe(50);
    expect(keysToAlarm(Float64Array.of(0.99, 0))).toBeNull();
  });

  it('are cut to an enrolment in a row from its end, and over sessions from each start', () => {
    const sessions = [3, 5, 4].map((keys, i) => typed(10 * i, keys, createSeededRandom(i)));
    const lengths = (parts: readonly TypingSamples[]) => parts.map(({ zonePair }) => zonePair.length);
    expect(lengths(inARow(sessions, 6))).toEqual([2, 4]);
    expect(inARow(sessions, 6)[0]!.holdSteps).toEqual(sessions[1]!.holdSteps.subarray(3));
    expect(lengths(inARow(sessions, 100))).toEqual([3, 5, 4]);
    expect(lengths(overSessions(sessions, 6))).toEqual([2, 2, 2]);
    expect(lengths(overSessions(sessions, 12))).toEqual([3, 4, 4]);
  });
});
