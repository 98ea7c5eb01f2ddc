import { beforeAll, describe, expect, it } from '@jest/globals';
import { linkedTimings } from '../../detection/features/linked-timings.ts';
import { wideFeatureCount } from '../../detection/features/wide-typing-catalogue.ts';
import { fitWideTypingModel, scoreWide } from '../../detection/features/wide-typing-vector.ts';
import { scoresPerSample } from '../../detection/features/zone-pair-model.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { loadTensorflow, type Tensorflow } from '../../training/tensorflow.ts';
import { areaUnderCurve } from '../metrics/area-under-curve.ts';
import { errorRates } from '../metrics/error-rates.ts';
import { createWorkforce } from '../workforce/workforce.ts';
import {
  enrolTyping,
  fitPopulationZonePairs,
  fitTypingCohort,
  fitWideCohort,
  fitWidePopulation,
} from './cohort-typing.ts';
import {
  cohortAndOneClass,
  createFreeTextStudy,
  type FreeTextStudy,
  type JudgedLength,
  judgeByCohort,
  judgeByOwnTyping,
  judgeByProductVectors,
  judgedAt,
} from './free-text-study.ts';
import { fitOneClass, fusedMatrix, type OneClassResult } from './one-class-study.ts';
import { fitOwnZonePairs, historyFolds, ownHistory } from './own-history.ts';
import { keyPairing, zonePairing } from './pairing.ts';
import { type JudgedWindows, type ScoreMatrix, shuffledOwners, userScores } from './score-matrix.ts';
import { cohortJudge, fusedJudge, oneClassJudge } from './typing-judge.ts';
import { loadTyping, type TypingSubject } from './typing-recordings.ts';
import { laterWindows, windowsOf } from './typing-windows.ts';

const judgedPeople = 8;
const backgroundPeople = 24;
let tf: Tensorflow;
let people: TypingSubject[];
let study: FreeTextStudy;
let judged: JudgedLength;
let oneClassResult: OneClassResult;
let sets: {
  judged: TypingSubject[];
  background: TypingSubject[];
  others: TypingSubject[];
  keysShared: boolean;
  notes: string[];
};

beforeAll(async () => {
  ({ tf } = await loadTensorflow());
  const workers = judgedPeople + backgroundPeople;
  people = await loadTyping(createWorkforce({ workers, keysPerSession: 125, strokesPerSession: 10 }));
  const background = people.slice(judgedPeople);
  sets = {
    judged: people.slice(0, judgedPeople),
    background,
    others: background.slice(0, 3),
    keysShared: true,
    notes: [],
  };
  study = createFreeTextStudy(tf, sets, zonePairing);
  judged = judgedAt(study, 50);
  oneClassResult = await judgeByOwnTyping(study, judged, [1]);
});

const pooledAuc = (judged: JudgedWindows, matrix: ScoreMatrix) => errorRates(userScores(judged, matrix)).auc;

describe("an account's own history", () => {
  it('measures each keystroke by a model that did not see its session', () => {
    const [subject] = people;
    const { outOfFoldScores } = fitOwnZonePairs(subject!.enrolment, zonePairing);
    const [first, ...rest] = subject!.enrolment.map((session) => zonePairing.timingsOf(session));
    const expected = scoreWide(fitWideTypingModel(rest), first!, linkedTimings(first!));
    expect(outOfFoldScores.own.subarray(0, expected.own.length)).toEqual(expected.own);
    expect(outOfFoldScores.linked.subarray(0, expected.linked.length)).toEqual(expected.linked);
    expect(outOfFoldScores.own).toHaveLength(500 * scoresPerSample);
  });

  it('is asked, out of fold, only about keys that the fold did not learn from', () => {
    const history = ownHistory(fitOwnZonePairs(people[0]!.enrolment, zonePairing), 25);
    const folds = historyFolds(history);
    expect(folds.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual(history.rows.map((_, i) => i));
    for (const { train, test } of folds) {
      const asked = new Set(test.flatMap((i) => Array.from({ length: 25 }, (_, key) => history.starts[i]! + key)));
      for (const i of train) {
        for (let key = 0; key < 25; key++) expect(asked.has(history.starts[i]! + key)).toBe(false);
      }
    }
  });

  it('has one window where there are fewer keys than a window has', () => {
    const [session] = people[0]!.enrolment;
    expect(ownHistory(fitOwnZonePairs([session!], zonePairing), 200).rows).toHaveLength(1);
  });
});

describe('one-class mode', () => {
  it('learns from one account alone: who else is taught makes no difference to a single bit', async () => {
    const question = (own: typeof study.own) => ({
      histories: own.map((pairs) => ownHistory(pairs, 50)),
      constants: {
        referenceSpread: new Float32Array(wideFeatureCount).fill(0.1),
        fusion: { version: 1, detectors: {} },
      },
      seeds: [1],
    });
    const [first, second, third] = study.own;
    const [together, apart] = [
      await fitOneClass(tf, question([first!, second!])),
      await fitOneClass(tf, question([first!, third!])),
    ];
    expect(together.untrained[0]).toEqual(apart.untrained[0]);
    expect(together.networks[0]![0]).toEqual(apart.networks[0]![0]);
    expect(together.networks[0]![1]).not.toEqual(apart.networks[0]![1]);
  });

  it('tells owners from strangers; with owners drawn by lot it tells nothing', async () => {
    const matrix = fusedMatrix(oneClassResult, 0);
    expect(matrix.every((row) => row.every(Number.isFinite))).toBe(true);
    expect(pooledAuc(judged, matrix)).toBeGreaterThan(0.9);
    const chance = Array.from({ length: 20 }, (_, draw) =>
      pooledAuc(shuffledOwners(judged, createSeededRandom(draw)), matrix),
    );
    expect(Math.abs(chance.reduce((sum, auc) => sum + auc, 0) / chance.length - 0.5)).toBeLessThan(0.12);
  });

  it('tells them apart on the vectors that verdicts carry, too', async () => {
    const [matrix] = await judgeByProductVectors(study, judged, [1]);
    expect(pooledAuc(judged, matrix!)).toBeGreaterThan(0.9);
  });

  it('works on key identity, for research', async () => {
    const byKey = createFreeTextStudy(tf, { ...sets, judged: sets.judged.slice(0, 3) }, keyPairing);
    const few = judgedAt(byKey, 50);
    expect(pooledAuc(few, fusedMatrix(await judgeByOwnTyping(byKey, few, [1]), 0))).toBeGreaterThan(0.8);
  });
});

describe('cohort mode', () => {
  it('tells owners from strangers with a background of others, alone and fused', async () => {
    const wide = fitWidePopulation(sets.background, zonePairing);
    const ratio = judgeByCohort(study, judged, fitWideCohort(sets.background, wide, zonePairing, 50));
    expect(pooledAuc(judged, ratio!)).toBeGreaterThan(0.9);
    const oneClass = fusedMatrix(oneClassResult, 0);
    expect(pooledAuc(judged, cohortAndOneClass(ratio!, oneClass))).toBeGreaterThan(0.9);
  });

  it('stays off where too few people lend a background', () => {
    const few = sets.background.slice(0, 5);
    const narrow = fitTypingCohort(few, fitPopulationZonePairs(few, zonePairing), zonePairing, 50);
    const wide = fitWideCohort(few, fitWidePopulation(few, zonePairing), zonePairing, 50);
    for (const outcome of [narrow, wide]) {
      expect(outcome).toMatchObject({ ok: false, reason: 'too-few-users', users: 5 });
      expect(judgeByCohort(study, judged, outcome)).toBeUndefined();
    }
  });
});

describe("an account's judge", () => {
  it('scores windows of anybody as the study does', async () => {
    const result = oneClassResult;
    const zonePairs = fitPopulationZonePairs(sets.background, zonePairing);
    const cohort = fitTypingCohort(sets.background, zonePairs, zonePairing, 50);
    if (!cohort.ok) throw new Error(cohort.reason);
    const { templates } = result;
    const template = { ...templates.untrained[0]!, autoencoder: templates.networks[0]![0]! };
    const oneClass = oneClassJudge('a', study.own[0]!.model, template, templates.constants, zonePairing);
    const ratio = cohortJudge('a', cohort.value, enrolTyping(cohort.value, sets.judged[0]!.enrolment));
    const expected = cohortAndOneClass(judgeByCohort(study, judged, cohort)!, fusedMatrix(result, 0));
    expect(fusedJudge(ratio, oneClass).score(judged.windows)).toEqual(expected[0]);
  });

  it('finds the moment at which somebody else sits down', async () => {
    const [owner, stranger] = people;
    const cohort = fitTypingCohort(
      sets.background,
      fitPopulationZonePairs(sets.background, zonePairing),
      zonePairing,
      50,
    );
    if (!cohort.ok) throw new Error(cohort.reason);
    const judge = cohortJudge('a', cohort.value, enrolTyping(cohort.value, owner!.enrolment));
    const scoresOf = (subject: TypingSubject) => judge.score(windowsOf(subject.later[0]!, 50, 25));
    expect(areaUnderCurve(Array.from(scoresOf(owner!)), Array.from(scoresOf(stranger!)))).toBeGreaterThan(0.9);
  });
});

describe('judged windows', () => {
  it('start a batch apart, hold one person each, and none is cut short', () => {
    const windows = laterWindows(people.slice(0, 2), 100);
    const perPerson = Math.floor((250 - 100) / 25) + 1;
    expect(Array.from(windows.owner)).toEqual([
      ...Array<number>(perPerson).fill(0),
      ...Array<number>(perPerson).fill(1),
    ]);
    expect(windows.starts[perPerson]).toBe(250);
  });
});
