import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FusionConstants } from '../../detection/detectors/fusion.ts';
import { loadTensorflow, type Tensorflow } from '../../training/tensorflow.ts';
import { autoAssociativeScores, publishedDistanceScores, shuffledLabelsAuc } from '../fixed-text/baseline-scores.ts';
import {
  cohortSplits,
  leastBackgroundUsers,
  prepareSplits,
  ratesOverSplits,
  type SeedOfAccounts,
  splitScores,
} from '../fixed-text/cohort-splits.ts';
import { attemptsCurve, cohortSizeCurve, enrolmentCurve, sessionsCurve } from '../fixed-text/fixed-text-curves.ts';
import { constantsFromOtherHalf, outOfFoldScores } from '../fixed-text/fusion-constants.ts';
import { fitTemplates } from '../fixed-text/one-class-template.ts';
import { accountsOf, enrolmentRepetitions, type Practice } from '../fixed-text/protocol.ts';
import { fusedScore, staticScores } from '../fixed-text/static-scores.ts';
import { streamScores } from '../fixed-text/stream.ts';
import { acrossSeeds } from '../metrics/across-seeds.ts';
import { errorRates, type UserScores } from '../metrics/error-rates.ts';
import { readCmu } from '../recordings/cmu.ts';
import { RecordingsMalformed } from '../recordings/recordings.ts';
import type { ScoreSet, SuiteContext, SuiteResult } from './suite.ts';

/** What the short form leaves out. */
const forms = {
  full: {
    accounts: Number.POSITIVE_INFINITY,
    streams: Number.POSITIVE_INFINITY,
    seeds: Number.POSITIVE_INFINITY,
    permutations: 16,
  },
  short: { accounts: 12, streams: 6, seeds: 1, permutations: 1 },
} as const;
const enrolmentSizes = [50, 100, 150, enrolmentRepetitions];
const cohortSizes = [5, 8, 13];
const curvePermutations = 2;

type Scores = readonly UserScores[];

/** What one seed's templates score. */
interface OneClassRun {
  seeded: SeedOfAccounts;
  official: Scores;
  practised: Scores;
  stream: Scores;
  practisedStream: Scores;
}

const notes = [
  'Enrolment: repetitions 1-200; genuine: 201-400; impostors: five repetitions of every other subject, the first (official) or the last (practised). Impostors come from the same folder.',
  'One-class: an account sees its own repetitions only. Fusion constants (a location and a scale for each of three detectors) are medians over the accounts of the other half, so nobody is judged in units of their own.',
  'The recipe (features, half-lives, caps, corruption) was found on subsets of these recordings: expect a few thousandths of optimism. Rows, steps and learning rate of the ensembles, and what share of its own scores a self-updating account learns, were chosen on every second account.',
  'Streams: 20 attacks at random places among 200 genuine repetitions, drawn anew for each seed; an attempt is scored before it may be learned. Which attacks are drawn moves the figures more than the training does. The bounds on learning rarely bind here: nobody in these recordings steers an account away.',
  'Cohort: 16 random permutations into halves, each once the background and once judged; background users are never judged, nor are they impostors. Fusion weights come from the background alone, whose halves judge each other; the background knows how practice moves people. Settings of the forest and of the background (degrees of freedom, trust in the common spread) were looked at on all users: expect a few thousandths of optimism.',
  'One user types unlike the sessions before in the last one, and a second drifts: together they are about a third of the cohort mode’s mean EER.',
];

/** Fixed text: the password recordings of Killourhy and Maxion (DSN 2009), one-class, self-updating and with a cohort. */
export async function runCmuSuite(context: SuiteContext): Promise<SuiteResult> {
  const { datasets, form, onStep } = context;
  const named = join(datasets, 'cmu-strong-password');
  onStep('reading repetitions', 0, 0);
  const subjects = await readCmu(existsSync(named) ? named : datasets);
  const everybody = accountsOf(subjects);
  if (everybody.length < 2) {
    throw new RecordingsMalformed(`at least two subjects need more than ${enrolmentRepetitions} repetitions`);
  }
  const accounts = everybody.slice(0, forms[form].accounts);
  const seeds = context.seeds.slice(0, forms[form].seeds);
  const { tf } = await loadTensorflow(context.backend);
  const firstSeed = seeds[0] ?? 1;
  const baselines = {
    // Of everybody in either form: these are the gates against the published figures.
    ...publishedDistanceScores(everybody),
    autoAssociative: await autoAssociativeScores(tf, accounts, firstSeed),
  };
  const outOfFold = await outOfFoldScores(tf, accounts, { form, seed: firstSeed }, (done, total) =>
    onStep('fusion constants', done, total),
  );
  const constants = constantsFromOtherHalf(outOfFold);

  const runs: OneClassRun[] = [];
  for (const [i, seed] of seeds.entries()) {
    onStep('templates and streams', i, seeds.length);
    const templates = await fitTemplates(
      tf,
      accounts.map(({ features }) => features.slice(0, enrolmentRepetitions)),
      seed,
    );
    runs.push(oneClassRun({ accounts, templates, outOfFold }, constants, { seed, streams: forms[form].streams }));
  }
  const [first] = runs;
  if (first === undefined) throw new RangeError('a suite needs at least one seed');
  const cohort = cohortRuns(runs, forms[form].permutations, onStep);

  const sets: ScoreSet[] = [
    { name: 'one-class, novices', users: first.official },
    { name: 'one-class, practised', users: first.practised },
    { name: 'self-updating, novices', users: first.stream },
    { name: 'self-updating, practised', users: first.practisedStream },
    ...(cohort?.scoreSets ?? []),
  ];
  const curves = [
    attemptsCurve(sets.filter(({ name }) => !name.startsWith('self-updating'))),
    sessionsCurve(accounts, sets),
    ...(form === 'full' ? await sizeCurves(tf, first, constants, firstSeed, onStep) : []),
  ];
  return {
    suite: 'cmu',
    figures: {
      subjects: accounts.length,
      subjectsWithoutEnoughRepetitions: subjects.length - everybody.length,
      oneClass: {
        official: rates(runs.map((run) => run.official)),
        practised: rates(runs.map((run) => run.practised)),
        stream: rates(runs.map((run) => run.stream)),
        practisedStream: rates(runs.map((run) => run.practisedStream)),
      },
      cohort: cohort?.figures ?? null,
      baselines: {
        scaledManhattan: errorRates(baselines.scaledManhattan),
        nearestNeighbourMahalanobis: errorRates(baselines.nearestNeighbourMahalanobis),
        autoAssociative: errorRates(baselines.autoAssociative),
      },
      shuffledLabels: { auc: shuffledLabelsAuc(first.official, firstSeed) },
    },
    scoreSets: [...sets, { name: 'scaled Manhattan', users: baselines.scaledManhattan }],
    curves,
    notes: cohort === undefined ? [...notes, 'Too few accounts for the cohort mode.'] : notes,
  };
}

function oneClassRun(
  seeded: SeedOfAccounts,
  constants: readonly FusionConstants[],
  { seed, streams }: { seed: number; streams: number },
): OneClassRun {
  const { accounts, templates } = seeded;
  const streamed = { ...seeded, constants, accounts: accounts.slice(0, streams) };
  const scores = templates.map((template, a) => fusedScore(template, constants[a]!));
  return {
    seeded,
    official: staticScores(accounts, scores, 'novice'),
    practised: staticScores(accounts, scores, 'practised'),
    stream: streamScores(streamed, 'novice', seed),
    practisedStream: streamScores(streamed, 'practised', seed),
  };
}

/** The cohort mode over all seeds; `undefined` where there are too few accounts. */
function cohortRuns(runs: readonly OneClassRun[], permutations: number, onStep: SuiteContext['onStep']) {
  const [first] = runs;
  if (first === undefined || first.seeded.accounts.length < 2 * leastBackgroundUsers) return undefined;
  const splits = cohortSplits(first.seeded.accounts, permutations);
  const prepared = prepareSplits(splits, first.seeded, (done) => onStep('cohorts', done, splits.length));
  const bySeed = runs.map(({ seeded }) => splitScores(prepared, seeded));
  const figureOf = (practice: Practice) => ({
    ...acrossSeeds(bySeed.map((scores) => ratesOverSplits(scores.map((split) => split[practice])))),
    // Over the splits of one seed: who is in the background matters more than chance in the training.
    sdOverSplits: ratesOverSplits((bySeed[0] ?? []).map((split) => split[practice])).sdOverSeeds,
  });
  // The first permutation judges every account once.
  const once = (practice: Practice) => (bySeed[0] ?? []).slice(0, 2).flatMap((split) => split[practice]);
  return {
    figures: {
      backgroundUsers: splits[0]?.background.length,
      splits: splits.length,
      official: figureOf('novice'),
      practised: figureOf('practised'),
    },
    scoreSets: [
      { name: 'cohort, novices', users: once('novice') },
      { name: 'cohort, practised', users: once('practised') },
    ],
  };
}

async function sizeCurves(
  tf: Tensorflow,
  { seeded }: OneClassRun,
  constants: readonly FusionConstants[],
  seed: number,
  onStep: SuiteContext['onStep'],
) {
  onStep('curves', 0, 2);
  const enrolment = await enrolmentCurve(tf, seeded.accounts, constants, { sizes: enrolmentSizes, seed });
  onStep('curves', 1, 2);
  return [enrolment, cohortSizeCurve(seeded, cohortSizes, curvePermutations)];
}

const rates = (runs: readonly Scores[]) => acrossSeeds(runs.map((users) => errorRates(users)));
