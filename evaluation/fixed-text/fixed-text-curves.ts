import type { FusionConstants } from '../../detection/detectors/fusion.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import { errorRates, type UserScores } from '../metrics/error-rates.ts';
import type { Curve, ScoreSet } from '../suites/suite.ts';
import { attemptsAveraged } from './attempts-averaged.ts';
import {
  cohortSplits,
  leastBackgroundUsers,
  prepareSplits,
  ratesOverSplits,
  type SeedOfAccounts,
  splitScores,
} from './cohort-splits.ts';
import { fitTemplates } from './one-class-template.ts';
import { enrolmentRepetitions, type FixedTextAccount, type Practice } from './protocol.ts';
import { fusedScore, staticScores } from './static-scores.ts';

const practices = { novice: 'novice impostors', practised: 'practised impostors' } as const satisfies Record<
  Practice,
  string
>;
const yLabel = 'mean EER';
/** Points of a curve need no interval of their own. */
const meanEerOf = (users: readonly UserScores[]) => errorRates(users, { bootstrapDraws: 0 }).meanEer;

/** What waiting for more attempts of the same person brings. */
export function attemptsCurve(sets: readonly ScoreSet[]): Curve {
  return {
    id: 'length',
    title: 'Error rate by attempts averaged',
    xLabel: 'attempts in a row (11 keys each)',
    yLabel,
    series: sets.map(({ name, users }) => ({
      name,
      points: [1, 2, 3, 5].map((x) => ({ x, y: meanEerOf(users.map((user) => attemptsAveraged(user, x))) })),
    })),
  };
}

/** Each later session's repetitions against all impostors. Genuine scores must be in the order of the repetitions. */
export function sessionsCurve(accounts: readonly FixedTextAccount[], sets: readonly ScoreSet[]): Curve {
  const sessionsOf = new Map(accounts.map(({ name, sessions }) => [name, sessions.slice(enrolmentRepetitions)]));
  const later = [...new Set([...sessionsOf.values()].flat())].sort((a, b) => a - b);
  const inSession = ({ user, genuine, impostor }: UserScores, session: number): UserScores => ({
    user,
    genuine: genuine.filter((_, i) => sessionsOf.get(user)?.[i] === session),
    impostor,
  });
  return {
    id: 'drift',
    title: 'Error rate by session after enrolment',
    xLabel: 'session',
    yLabel,
    series: sets.map(({ name, users }) => ({
      name,
      points: later.map((x) => ({ x, y: meanEerOf(users.map((user) => inSession(user, x))) })),
    })),
  };
}

/** One-class templates of fewer repetitions: always the last ones before the account is judged. */
export async function enrolmentCurve(
  tf: Tensorflow,
  accounts: readonly FixedTextAccount[],
  constants: readonly FusionConstants[],
  { sizes, seed }: { sizes: readonly number[]; seed: number },
): Promise<Curve> {
  const points: Record<Practice, { x: number; y: number }[]> = { novice: [], practised: [] };
  for (const x of sizes) {
    const enrolments = accounts.map(({ features }) => features.slice(enrolmentRepetitions - x, enrolmentRepetitions));
    const templates = await fitTemplates(tf, enrolments, seed);
    const scores = templates.map((template, a) => fusedScore(template, constants[a]!));
    for (const practice of ['novice', 'practised'] as const) {
      points[practice].push({ x, y: meanEerOf(staticScores(accounts, scores, practice)) });
    }
  }
  return {
    id: 'enrolment-size',
    title: 'Error rate by repetitions enrolled, one-class',
    xLabel: 'repetitions',
    yLabel,
    series: (['novice', 'practised'] as const).map((practice) => ({
      name: practices[practice],
      points: points[practice],
    })),
  };
}

/** Cohorts of fewer users, up to half of the accounts. */
export function cohortSizeCurve(seeded: SeedOfAccounts, sizes: readonly number[], permutations: number): Curve {
  const half = seeded.accounts.length >> 1;
  const possible = [...new Set(sizes.map((size) => Math.min(size, half)))].filter((x) => x >= leastBackgroundUsers);
  const measured = possible.map((x) => {
    const scores = splitScores(prepareSplits(cohortSplits(seeded.accounts, permutations, x), seeded), seeded);
    return { x, scores };
  });
  return {
    id: 'cohort-size',
    title: 'Error rate by background users',
    xLabel: 'users in the background',
    yLabel,
    series: (['novice', 'practised'] as const).map((practice) => ({
      name: practices[practice],
      points: measured.map(({ x, scores }) => ({
        x,
        y: ratesOverSplits(scores.map((split) => split[practice])).meanEer,
      })),
    })),
  };
}
