import { type AccountForest, accountForestScore, fitAccountForest } from '../../detection/cohort/account-forest.ts';
import { backgroundScore } from '../../detection/cohort/background-score.ts';
import { type Enrolled, enrol } from '../../detection/cohort/enrolment.ts';
import { recencyWeights } from '../../detection/detectors/recency.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { centreHalfLife, type FixedTextBackground, fitFixedTextBackground } from './cohort-background.ts';
import { withoutPressPress } from './fixed-text-features.ts';
import { enrolmentRepetitions, type FixedTextAccount } from './protocol.ts';

/** A background, and the repetitions of its users that forests are grown against. */
export interface Cohort extends FixedTextBackground {
  strangers: readonly Float64Array[];
}

/** What a cohort adds to an account's one-class template. */
export interface CohortAccount {
  enrolled: Enrolled;
  forest: AccountForest;
}

const spreadHalfLife = 60;
/** Repetitions' worth of trust in the spread that people have in common; 100 to 300 made no difference of note. */
const ownCovarianceTrust = 200;

/** Of a background user's repetitions every fourth: neighbouring ones say much the same. */
const strangerStride = 4;
/** The forest's view of the account: its last repetitions, as they were and as practice will have moved them. */
const forestRepetitions = 100;
const forestHalfLife = 60;
const forestOptions = { trees: 100, leastLeafRows: 3, featuresTried: 6 } as const;

/** @throws RangeError for fewer than two users */
export function fitCohort(users: readonly FixedTextAccount[]): Cohort {
  return {
    ...fitFixedTextBackground(users),
    strangers: users.flatMap(({ features }) => features.filter((_, i) => i % strangerStride === 0)),
  };
}

/** Enrols an account against a cohort that it is no part of. The forest's chance follows from the account's name. */
export function enrolInCohort(cohort: Cohort, { name, features }: FixedTextAccount): CohortAccount {
  const rows = features.slice(0, enrolmentRepetitions);
  const ahead = rows.map((row) => row.map((value, f) => value + cohort.practiceDrift[f]!));
  const weights = recencyWeights(rows.length, centreHalfLife);
  const spreadWeights = recencyWeights(rows.length, spreadHalfLife);
  const enrolled = enrol(cohort.background, ahead.map(withoutPressPress), {
    weights,
    effectiveWindows: effectiveCount(weights),
    spread: { weights: spreadWeights, effectiveWindows: effectiveCount(spreadWeights) },
    ownCovarianceTrust,
  });
  const recent = recencyWeights(forestRepetitions, forestHalfLife);
  const { next } = createSeededRandom(`forest/${name}`);
  const forest = fitAccountForest(
    {
      rows: [...rows.slice(-forestRepetitions), ...ahead.slice(-forestRepetitions)],
      weights: Float64Array.of(...recent, ...recent),
    },
    cohort.strangers,
    { ...forestOptions, next },
  );
  return { enrolled, forest };
}

/** Background log-likelihood ratio in nats, and the forest's share of strangers, 0..1; both higher for strangers. */
export function cohortScores(
  { background }: Cohort,
  { enrolled, forest }: CohortAccount,
  features: Float64Array,
): { likelihoodRatio: number; forest: number } {
  return {
    likelihoodRatio: backgroundScore(background, enrolled, withoutPressPress(features)),
    forest: accountForestScore(forest, features),
  };
}

/** How many rows that all count the same would say as much. */
function effectiveCount(shares: Float64Array): number {
  return 1 / shares.reduce((sum, share) => sum + share * share, 0);
}
