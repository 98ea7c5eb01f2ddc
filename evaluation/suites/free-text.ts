import { createSeededRandom } from '../../platform/seeded-random.ts';
import { loadTensorflow, type Tensorflow } from '../../training/tensorflow.ts';
import { acrossSeeds, type SeededErrorRates } from '../metrics/across-seeds.ts';
import { type ErrorRates, errorRates } from '../metrics/error-rates.ts';
import { fitPopulationZonePairs, fitTypingCohort, fitWideCohort, fitWidePopulation } from '../typing/cohort-typing.ts';
import { aaltoSets, type FreeTextSets, type FreeTextSize, villaniSets } from '../typing/free-text-sets.ts';
import {
  cohortAndOneClass,
  createFreeTextStudy,
  type FreeTextStudy,
  judgeByCohort,
  judgeByOwnTyping,
  judgeByProductVectors,
  judgedAt,
  ownTypingConstants,
} from '../typing/free-text-study.ts';
import { fusedMatrix } from '../typing/one-class-study.ts';
import { keyPairing, zonePairing } from '../typing/pairing.ts';
import { type JudgedWindows, type ScoreMatrix, shuffledOwners, userScores } from '../typing/score-matrix.ts';
import { type WindowLength, windowLengths } from '../typing/typing-windows.ts';
import { measureWarmStart } from '../typing/warm-start-study.ts';
import { measureStreams } from '../typing-stream/measure-streams.ts';
import { longWindow, shortWindow } from '../typing-stream/stream-account.ts';
import type { ScoreSet, SuiteContext, SuiteResult } from './suite.ts';

/** How much of a set is measured. */
interface Extent {
  size: FreeTextSize;
  lengths: readonly WindowLength[];
  /** Lengths at which there is a run per seed; at the others the first seed speaks alone. */
  seededLengths: readonly WindowLength[];
  /** Lengths at which the product's own vectors are judged: it has no other. */
  productLengths: readonly WindowLength[];
  /** Lengths at which keys stand in for zones, with one seed: research, not the product. */
  keyLengths: readonly WindowLength[];
  /** Whether one-class mode is measured over streams too: a network for each session of enrolment left out. */
  oneClassStreams: boolean;
  /** Length at which networks with and without a start from the cohort are compared, if at any. */
  warmStartLength: WindowLength | undefined;
}

const extents: Readonly<Record<SuiteContext['form'], Extent>> = {
  full: {
    size: { villani: Number.POSITIVE_INFINITY, aalto: Number.POSITIVE_INFINITY },
    lengths: windowLengths,
    seededLengths: [50, 100],
    productLengths: [50, 100],
    keyLengths: [50],
    oneClassStreams: true,
    warmStartLength: 50,
  },
  short: {
    size: { villani: 16, aalto: 160 },
    lengths: [50],
    seededLengths: [50],
    productLengths: [],
    keyLengths: [],
    oneClassStreams: false,
    warmStartLength: undefined,
  },
};

type Figures = Record<string, ErrorRates | SeededErrorRates>;

interface ModeFigures {
  oneClass: Figures;
  /** The likelihood ratio on wide vectors. */
  cohort: Figures;
  /** The same with the one-class score beside it. */
  cohortFused: Figures;
  /** The likelihood ratio on the vectors that verdicts carry. */
  cohortProductVectors: Figures;
}

/** The mean over seeds; one matrix is one seed. */
function ratesOf(judged: JudgedWindows, matrices: readonly ScoreMatrix[]): SeededErrorRates {
  return acrossSeeds(matrices.map((matrix) => errorRates(userScores(judged, matrix))));
}

function without(judged: JudgedWindows, matrices: readonly ScoreMatrix[], user: string): SeededErrorRates {
  return acrossSeeds(
    matrices.map((matrix) => errorRates(userScores(judged, matrix).filter((scores) => scores.user !== user))),
  );
}

/** With few people one draw of owners is far from even: the mean over these. */
const draws = 20;

/** Owners drawn by lot: what is left must be chance. */
function chanceOf(judged: JudgedWindows, matrix: ScoreMatrix): SeededErrorRates {
  const random = createSeededRandom('shuffled owners');
  return acrossSeeds(
    Array.from({ length: draws }, () =>
      errorRates(userScores(shuffledOwners(judged, random), matrix), { bootstrapDraws: 0 }),
    ),
  );
}

function nameOf(length: WindowLength): string {
  return `keys${length}`;
}

/** What one pairing comes to at every length. */
async function measureModes(
  study: FreeTextStudy,
  lengths: readonly WindowLength[],
  seedsAt: (length: WindowLength) => readonly number[],
  onStep: SuiteContext['onStep'],
): Promise<{ figures: ModeFigures; withoutWorst: Record<string, unknown>; scoreSets: ScoreSet[]; chance: Figures }> {
  const figures: ModeFigures = { oneClass: {}, cohort: {}, cohortFused: {}, cohortProductVectors: {} };
  const withoutWorst: Record<string, unknown> = {};
  const scoreSets: ScoreSet[] = [];
  const chance: Figures = {};
  const { background, keysShared } = study.sets;
  const { pairing } = study;
  const populated = background.length > 0 && (pairing.name === 'zone' || keysShared);
  const wide = populated ? fitWidePopulation(background, pairing) : undefined;
  const narrow = populated && pairing.name === 'zone' ? fitPopulationZonePairs(background, pairing) : undefined;
  for (const length of lengths) {
    const key = nameOf(length);
    const judged = judgedAt(study, length);
    const step = `${length} keys by ${pairing.name}`;
    const seeds = seedsAt(length);
    const result = await judgeByOwnTyping(study, judged, seeds, (done, total) => onStep(step, done, total));
    const oneClass = seeds.map((_, seed) => fusedMatrix(result, seed));
    figures.oneClass[key] = ratesOf(judged, oneClass);
    scoreSets.push({ name: `one-class, ${length} keys`, users: userScores(judged, oneClass[0]!) });
    const worst = figures.oneClass[key].worstUser;
    withoutWorst[key] = { user: worst, oneClass: without(judged, oneClass, worst) };
    chance[`oneClass${length}`] = chanceOf(judged, oneClass[0]!);
    const ratio = wide && judgeByCohort(study, judged, fitWideCohort(background, wide, pairing, length));
    const onVectors = narrow && judgeByCohort(study, judged, fitTypingCohort(background, narrow, pairing, length));
    if (onVectors !== undefined) figures.cohortProductVectors[key] = ratesOf(judged, [onVectors]);
    if (ratio === undefined) continue;
    const both = oneClass.map((matrix) => cohortAndOneClass(ratio, matrix));
    figures.cohort[key] = ratesOf(judged, [ratio]);
    figures.cohortFused[key] = ratesOf(judged, both);
    scoreSets.push({ name: `cohort, ${length} keys`, users: userScores(judged, ratio) });
    withoutWorst[key] = { ...(withoutWorst[key] as object), cohort: without(judged, [ratio], worst) };
    chance[`cohort${length}`] = chanceOf(judged, ratio);
  }
  return { figures, withoutWorst, scoreSets, chance };
}

async function measureFreeText(
  suite: 'villani' | 'aalto',
  sets: FreeTextSets,
  context: SuiteContext,
): Promise<SuiteResult> {
  const { seeds, onStep } = context;
  const extent = extents[context.form];
  const { tf }: { tf: Tensorflow } = await loadTensorflow(context.backend);
  const study = createFreeTextStudy(tf, sets, zonePairing);
  const seedsAt = (length: WindowLength) => (extent.seededLengths.includes(length) ? seeds : seeds.slice(0, 1));
  const { figures, withoutWorst, scoreSets, chance } = await measureModes(study, extent.lengths, seedsAt, onStep);

  const productVectors: Figures = {};
  for (const length of extent.productLengths) {
    const judged = judgedAt(study, length);
    const step = `${length} keys as verdicts carry them`;
    const matrices = await judgeByProductVectors(study, judged, seeds, (done, total) => onStep(step, done, total));
    productVectors[nameOf(length)] = ratesOf(judged, matrices);
  }

  const warmStart =
    extent.warmStartLength === undefined || sets.background.length === 0
      ? undefined
      : await measureWarmStart(study, judgedAt(study, extent.warmStartLength), seeds[0]!, (done, total) =>
          onStep('a start from the cohort', done, total),
        );

  let withKeyIdentity: Partial<ModeFigures> | undefined;
  if (extent.keyLengths.length > 0) {
    const byKey = createFreeTextStudy(tf, sets, keyPairing);
    ({ figures: withKeyIdentity } = await measureModes(byKey, extent.keyLengths, () => seeds.slice(0, 1), onStep));
  }

  const oneClass = extent.oneClassStreams
    ? {
        tf,
        constants: {
          short: await ownTypingConstants(study, shortWindow),
          long: await ownTypingConstants(study, longWindow),
        },
      }
    : undefined;
  const streams = await measureStreams({ set: suite, sets, seeds, form: context.form, oneClass, onStep });

  return {
    suite,
    figures: {
      people: { judged: sets.judged.length, background: sets.background.length },
      ...figures,
      oneClass: { ...figures.oneClass, ...streams.figures.oneClass },
      cohort: {
        ...figures.cohort,
        ...streams.figures.cohort,
        ...(warmStart === undefined ? {} : { warmStart: warmStart.figures }),
      },
      contract: (streams.figures.cohort ?? streams.figures.oneClass)?.contract,
      productVectors,
      ...(withKeyIdentity === undefined ? {} : { withKeyIdentity }),
      withoutWorstUser: withoutWorst,
      shuffled: chance,
    },
    scoreSets,
    curves: [...streams.curves, ...(warmStart === undefined ? [] : [warmStart.curve])],
    notes: [...sets.notes, ...protocol, ...streams.notes],
  };
}

const protocol: readonly string[] = [
  'A keystroke carries its own hold and the flight that leads to it, on a 5 ms grid; windows are sets. Judged windows start 25 keys (a batch) apart, so longer ones overlap; impostors are all other judged people.',
  'One-class: a model sees its account alone. What it takes as given (reference spreads, units of the detectors) are medians over people who are not judged.',
  'Cohort: the log-likelihood ratio over the directions of the wide vector in which the background people differ. Features, number of directions, degrees of freedom and trust were chosen on 200 people of the Aalto set who are judged in no figure. The ratio alone is the headline: fusing it with the one-class score (cohortFused) gains within the noise on Aalto and loses on Villani.',
  'One-class detectors and their settings were chosen on 100 people of the Aalto set who are judged in no figure. Seeds: those asked for at the promised lengths, the first at the others.',
  'That the background is stamped anew as the judged people’s clock would have done follows from what their collector declares; that it matters was known from these same recordings. The judged figures were in view while features were chosen.',
  'productVectors and cohortProductVectors: on the 81 numbers that verdicts carry, which is what a deployed template sees.',
  'warmStart: the autoencoder alone (autoencoder) and with the distance beside it (fused), one seed, on the vectors that verdicts carry, from random weights (cold) and from a network that learned how windows vary within the people of the background, each in their own units (warm). Steps and rates were chosen on 160 people of the Aalto set who are judged in no figure; that long histories (Villani’s all) lose a little of the autoencoder’s own figure and none of the fused one was seen on the judged people, and changed nothing.',
  'With key identity: one seed, for what privacy costs; no product of ours sees keys.',
  'Shuffled: the same scores with owners drawn by lot must be chance (AUC 0.5), up to how few people there are.',
];

/** Free text over weeks: six recordings of 27 people (Villani et al. 2006), the last two judged. */
export async function runVillaniSuite(context: SuiteContext): Promise<SuiteResult> {
  context.onStep('reading', 0, 0);
  const sets = await villaniSets(context.datasets, extents[context.form].size);
  return await measureFreeText('villani', sets, context);
}

/** Copied sentences of many people in one sitting (Dhakal et al. 2018), the last five of fifteen judged. */
export async function runAaltoSuite(context: SuiteContext): Promise<SuiteResult> {
  context.onStep('reading', 0, 0);
  const sets = await aaltoSets(context.datasets, extents[context.form].size);
  return await measureFreeText('aalto', sets, context);
}
