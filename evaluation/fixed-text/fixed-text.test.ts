import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { loadTensorflow, type Tensorflow } from '../../training/tensorflow.ts';
import { errorRates, type UserScores } from '../metrics/error-rates.ts';
import { cmuTimings, type FixedTextSubject } from '../recordings/cmu.ts';
import { attemptsAveraged } from './attempts-averaged.ts';
import { shuffledLabelsAuc } from './baseline-scores.ts';
import { cohortSplits, prepareSplits, splitScores } from './cohort-splits.ts';
import { prepareCohortTrial } from './cohort-trial.ts';
import {
  allFeatures,
  fixedTextFeatures,
  independentFeatures,
  withoutPressPress,
  withoutReleasePress,
} from './fixed-text-features.ts';
import { constantsFromOtherHalf } from './fusion-constants.ts';
import { fitTemplates, type OneClassScores, type OneClassTemplate, oneClassScores } from './one-class-template.ts';
import { accountsOf, type FixedTextAccount } from './protocol.ts';
import { fusedScore, staticScores } from './static-scores.ts';
import { streamScores } from './stream.ts';

const { holds, flights } = cmuTimings;

/** A made-up subject: log-normal timings around a pace of its own, eight sessions of 50 repetitions. */
function subject(name: string, repetitions = 400): FixedTextSubject {
  const random = createSeededRandom(name);
  const pace = Array.from({ length: holds + flights }, () => random.logNormal(0.15, 0.5));
  const timings = Array.from({ length: repetitions }, () => {
    const drawn = pace.map((median) => random.logNormal(median, 0.2));
    const release = drawn.slice(holds).map((flight, i) => flight - (drawn[i] ?? 0));
    return Float64Array.from([...drawn, ...release]);
  });
  return { name, repetitions: timings, sessions: timings.map((_, i) => 1 + Math.floor(i / 50)) };
}

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const accounts = accountsOf(names.map((name) => subject(name)));
const enrolmentOf = ({ features }: FixedTextAccount) => features.slice(0, 200);

describe('features of a repetition', () => {
  it('are logarithms, and finite for every timing that a clock may give', () => {
    const row = new Float64Array(allFeatures).fill(0.1);
    expect(fixedTextFeatures(row)[0]).toBeCloseTo(Math.log(0.1));
    expect(fixedTextFeatures(row)[independentFeatures]).toBeCloseTo(Math.log(3));
    for (const seconds of [0, -0.4, 1e-9, 1e6]) {
      expect(fixedTextFeatures(new Float64Array(allFeatures).fill(seconds)).every(Number.isFinite)).toBe(true);
    }
  });

  it('fall into kinds', () => {
    const row = Float64Array.from({ length: allFeatures }, (_, i) => i);
    expect([...withoutReleasePress(row)]).toEqual([...row.slice(0, independentFeatures)]);
    expect([...withoutPressPress(row)]).toEqual([...row.slice(0, holds), ...row.slice(independentFeatures)]);
  });
});

describe('the protocol', () => {
  it('leaves out who has no repetitions beyond enrolment', () => {
    expect(accountsOf([subject('x', 199), subject('y', 400), subject('z', 204)]).map(({ name }) => name)).toEqual([
      'y',
    ]);
  });

  it('judges later repetitions against five attempts of everybody else, never its own', () => {
    const asked: string[][] = accounts.map(() => []);
    const ownerOf = new Map(accounts.flatMap(({ name, features }) => features.map((row, i) => [row, `${name}${i}`])));
    const scores = accounts.map((_, a) => (row: Float64Array) => asked[a]!.push(ownerOf.get(row) ?? ''));
    staticScores(accounts, scores, 'novice');
    const genuine = Array.from({ length: 200 }, (_, i) => `a${200 + i}`);
    const attempts = names.slice(1).flatMap((name) => [0, 1, 2, 3, 4].map((i) => `${name}${i}`));
    expect(asked[0]).toEqual([...genuine, ...attempts]);
  });

  it('averages attempts in a row of one person, and never those of two', () => {
    const scores: UserScores = {
      user: 'a',
      genuine: Float64Array.of(1, 3, 5),
      impostor: Float64Array.of(0, 2, 4, 6, 8, 100, 102, 104, 106, 108),
    };
    const pairs = attemptsAveraged(scores, 2);
    expect([...pairs.genuine]).toEqual([2, 4]);
    expect([...pairs.impostor]).toEqual([1, 3, 5, 7, 101, 103, 105, 107]);
    expect([...attemptsAveraged(scores, 5).impostor]).toEqual([4, 104]);
  });

  it('tells nothing under shuffled labels', () => {
    const apart = accounts.map(({ name }) => ({
      user: name,
      genuine: Float64Array.from({ length: 200 }, (_, i) => i),
      impostor: Float64Array.from({ length: 200 }, (_, i) => 500 + i),
    }));
    expect(errorRates(apart).auc).toBe(1);
    expect(shuffledLabelsAuc(apart, 1)).toBeCloseTo(0.5, 2);
  });
});

describe('constants of fusion', () => {
  const scoresFrom = (at: number): OneClassScores[] =>
    Array.from({ length: 9 }, (_, i) => ({ manhattan: at + i, neighbours: 2 * at + i, autoencoder: 3 * at + i }));

  it('are not those of the account they are for, nor of anybody in its half', () => {
    const [first, second] = constantsFromOtherHalf([1, 100, 2, 200].map(scoresFrom));
    expect(first?.detectors['manhattan']?.location).toBeCloseTo(154);
    expect(second?.detectors['manhattan']?.location).toBeCloseTo(5.5);
  });
});

describe('templates', () => {
  let tf: Tensorflow;
  let templates: OneClassTemplate[];
  beforeAll(async () => {
    ({ tf } = await loadTensorflow('wasm'));
    templates = await fitTemplates(tf, accounts.map(enrolmentOf), 1);
  }, 60_000);

  const units = { location: 1, scale: 0.3 };
  const constants = {
    version: 1,
    detectors: { manhattan: units, neighbours: { location: 16, scale: 3 }, autoencoder: units },
  };
  const outOfFold = (): OneClassScores[][] =>
    accounts.map(({ features }, a) => features.slice(150, 200).map((row) => oneClassScores(templates[a]!, row)));

  it('come from one account alone: another neighbour in the batch changes not a byte', async () => {
    const [first, second, third] = accounts.map(enrolmentOf) as [Float64Array[], Float64Array[], Float64Array[]];
    const [beside] = await fitTemplates(tf, [first, second], 7);
    const [besideAnother] = await fitTemplates(tf, [first, third], 7);
    expect(beside).toEqual(besideAnother);
  });

  it('tell their account from the others', () => {
    const scores = templates.map((template) => fusedScore(template, constants));
    expect(errorRates(staticScores(accounts, scores, 'practised')).meanEer).toBeLessThan(0.1);
  });

  it('follow a stream: every repetition and 20 attacks are scored, the same from the same seed', () => {
    // A session and a bit after enrolment, of as many accounts as it takes for 20 attacks.
    const few = accounts.slice(0, 5).map((account) => ({ ...account, features: account.features.slice(0, 260) }));
    const streamed = { accounts: few, templates, constants: few.map(() => constants), outOfFold: outOfFold() };
    const scores = streamScores(streamed, 'novice', 1);
    for (const { genuine, impostor } of scores) expect([genuine.length, impostor.length]).toEqual([60, 20]);
    expect(errorRates(scores).meanEer).toBeLessThan(0.1);
    expect(streamScores(streamed, 'novice', 1)).toEqual(scores);
    expect(streamScores(streamed, 'novice', 2)).not.toEqual(scores);
  });

  it('are judged with a cohort that they, and their impostors, are no part of', () => {
    const splits = cohortSplits(accounts, 1);
    const seeded = { accounts, templates, outOfFold: outOfFold() };
    const [first, second] = splitScores(prepareSplits(splits, seeded), seeded);
    const judged = [...(first?.practised ?? []), ...(second?.practised ?? [])];
    expect(judged.map(({ user }) => user).sort()).toEqual(names);
    for (const { impostor } of judged) expect(impostor.length).toBe(3 * 5);
    expect(errorRates(judged).meanEer).toBeLessThan(0.1);
  });

  it('are refused a cohort that they are part of, and one too small', () => {
    const byName = new Map(names.map((name, i) => [name, templates[i]!]));
    const trial = (background: FixedTextAccount[]) => prepareCohortTrial(background, accounts.slice(4), byName);
    expect(() => trial(accounts.slice(1, 5))).toThrow('never an evaluated one');
    expect(() => trial(accounts.slice(0, 3))).toThrow(RangeError);
  });
});
