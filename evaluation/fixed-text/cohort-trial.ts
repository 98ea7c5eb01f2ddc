import { independentOf } from '../../detection/cohort/independence.ts';
import {
  type FusionExample,
  fitLogisticFusion,
  type LogisticFusion,
  logisticFusionScore,
} from '../../detection/cohort/logistic-fusion.ts';
import { type FusionConstants, fuse, softCompression } from '../../detection/detectors/fusion.ts';
import type { UserScores } from '../metrics/error-rates.ts';
import { type Cohort, cohortScores, enrolInCohort, fitCohort } from './cohort-account.ts';
import { timingGroups } from './fixed-text-features.ts';
import { type OneClassTemplate, oneClassScores, scaledFeatures } from './one-class-template.ts';
import { attemptsOf, enrolmentRepetitions, type FixedTextAccount, type Practice } from './protocol.ts';

/** Penalty on the fusion's weights. */
const fusionRidge = 0.02;
/** Attempts of a background user that teach the fusion, of either practice: more than are judged, since they are few users. */
const teachingAttempts = 15;
/** Inside the compression of a fused one-class score, so that its usual range is that of a likelihood ratio. */
const oneClassStretch = 3;

/** What belongs to a row's scores and comes from no seed. */
interface SeedlessScores {
  likelihoodRatio: number;
  forest: number;
  /** Mean scaled holds, press-press and release-press times: slower or faster than the account. */
  tendencies: Float64Array;
  /** The features, less what practice is expected to have done to them: what a one-class template of old is asked. */
  undone: Float64Array;
}

interface JudgedRows {
  account: FixedTextAccount;
  genuine: readonly SeedlessScores[];
  impostors: Readonly<Record<Practice, readonly SeedlessScores[]>>;
}

/** One cohort, the accounts judged with it, and what its users, judging each other, teach the fusion. */
export interface CohortTrial {
  judged: readonly JudgedRows[];
  lessons: readonly JudgedRows[];
}

/** One-class templates by account name. Their scalers come from no seed; their autoencoders do. */
export type TemplatesByName = ReadonlyMap<string, OneClassTemplate>;

/**
 * Everything of a trial that does not depend on the seed of the autoencoders. The fusion's lessons come from the background alone:
 * each half of it judges the other half's users, so that lesson and trial are alike.
 * @throws RangeError where a judged account is part of the cohort, and for a cohort of fewer than four users
 */
export function prepareCohortTrial(
  users: readonly FixedTextAccount[],
  accounts: readonly FixedTextAccount[],
  templates: TemplatesByName,
): CohortTrial {
  if (users.length < 4) throw new RangeError('a cohort trial needs at least four background users');
  const cohort = fitCohort(users);
  const independence = independentOf(
    cohort.background,
    accounts.map(({ name }) => name),
  );
  if (!independence.ok) throw new RangeError('a background user is never an evaluated one');
  const middle = users.length >> 1;
  const halves = [users.slice(0, middle), users.slice(middle)] as const;
  return {
    judged: judgedRows(cohort, accounts, templates, attemptsOf),
    lessons: [
      ...judgedRows(fitCohort(halves[0]), halves[1], templates, teachingAttemptsOf),
      ...judgedRows(fitCohort(halves[1]), halves[0], templates, teachingAttemptsOf),
    ],
  };
}

/** The trial's scores for one seed's autoencoders, per practice of the impostors. Log odds; higher is stranger. */
export function cohortTrialScores(
  trial: CohortTrial,
  templates: TemplatesByName,
  constants: FusionConstants,
): Record<Practice, UserScores[]> {
  const rowsOf = ({ name }: FixedTextAccount) => fusedRow(templates.get(name)!, constants);
  const fusion = learnFusion(trial.lessons, rowsOf);
  const judged = trial.judged.map(({ account, genuine, impostors }) => {
    const row = rowsOf(account);
    const score = (scores: SeedlessScores) => logisticFusionScore(fusion, row(scores));
    const user = account.name;
    const genuineScores = Float64Array.from(genuine, score);
    return {
      novice: { user, genuine: genuineScores, impostor: Float64Array.from(impostors.novice, score) },
      practised: { user, genuine: genuineScores, impostor: Float64Array.from(impostors.practised, score) },
    };
  });
  return { novice: judged.map(({ novice }) => novice), practised: judged.map(({ practised }) => practised) };
}

function learnFusion(
  lessons: readonly JudgedRows[],
  rowsOf: (account: FixedTextAccount) => (scores: SeedlessScores) => Float64Array,
): LogisticFusion {
  const examples: FusionExample[] = [];
  for (const { account, genuine, impostors } of lessons) {
    const row = rowsOf(account);
    const add = (rows: readonly SeedlessScores[], stranger: boolean) => {
      for (const scores of rows) examples.push({ scores: row(scores), weight: 1 / rows.length, stranger });
    };
    add(genuine, false);
    add(impostors.novice, true);
    add(impostors.practised, true);
  }
  return fitLogisticFusion(examples, fusionRidge);
}

/** The fusion's inputs. */
function fusedRow(template: OneClassTemplate, constants: FusionConstants): (scores: SeedlessScores) => Float64Array {
  return ({ likelihoodRatio, forest, tendencies, undone }) => {
    const oneClass = fuse(oneClassScores(template, undone), constants);
    return Float64Array.of(
      softCompression(likelihoodRatio),
      softCompression(oneClassStretch * oneClass),
      forest,
      ...tendencies,
    );
  };
}

function judgedRows(
  cohort: Cohort,
  accounts: readonly FixedTextAccount[],
  templates: TemplatesByName,
  attempts: typeof attemptsOf,
): JudgedRows[] {
  return accounts.map((account) => {
    const enrolled = enrolInCohort(cohort, account);
    const template = templates.get(account.name)!;
    const scoresOf = (features: Float64Array): SeedlessScores => {
      const undone = features.map((value, f) => value - cohort.practiceDrift[f]!);
      const scaled = scaledFeatures(template, undone);
      const tendencies = Float64Array.from(timingGroups, ([from, to]) => meanBetween(scaled, from, to));
      return { ...cohortScores(cohort, enrolled, features), tendencies, undone };
    };
    const others = accounts.filter((other) => other !== account);
    const attempted = (practice: Practice) =>
      others.flatMap((other) => other.features.slice(...attempts(other, practice)).map(scoresOf));
    return {
      account,
      genuine: account.features.slice(enrolmentRepetitions).map(scoresOf),
      impostors: { novice: attempted('novice'), practised: attempted('practised') },
    };
  });
}

function teachingAttemptsOf({ features }: FixedTextAccount, practice: Practice): [number, number] {
  return practice === 'novice' ? [0, teachingAttempts] : [features.length - teachingAttempts, features.length];
}

function meanBetween(values: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}
