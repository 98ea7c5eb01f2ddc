import { createSeededRandom } from '../../platform/seeded-random.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import { autoAssociativeScore, fitAutoAssociativeNetworks } from '../baselines/auto-associative-network.ts';
import {
  fitMahalanobisNearestNeighbour,
  mahalanobisNearestNeighbourScore,
} from '../baselines/mahalanobis-nearest-neighbour.ts';
import { fitScaledManhattan, scaledManhattanScore } from '../baselines/scaled-manhattan.ts';
import { errorRates, type UserScores } from '../metrics/error-rates.ts';
import { enrolmentRepetitions, type FixedTextAccount } from './protocol.ts';
import { type AccountScore, staticScores } from './static-scores.ts';

/** The published distances under the published protocol: raw timings in, novices as impostors. */
export function publishedDistanceScores(
  accounts: readonly FixedTextAccount[],
): Record<'scaledManhattan' | 'nearestNeighbourMahalanobis', UserScores[]> {
  return {
    scaledManhattan: rawScores(accounts, (enrolment) => {
      const model = fitScaledManhattan(enrolment);
      return (row) => scaledManhattanScore(model, row);
    }),
    nearestNeighbourMahalanobis: rawScores(accounts, (enrolment) => {
      const model = fitMahalanobisNearestNeighbour(enrolment);
      return (row) => mahalanobisNearestNeighbourScore(model, row);
    }),
  };
}

/** The auto-associative network under the same protocol. */
export async function autoAssociativeScores(
  tf: Tensorflow,
  accounts: readonly FixedTextAccount[],
  seed: number,
): Promise<UserScores[]> {
  const networks = await fitAutoAssociativeNetworks(tf, accounts.map(rawEnrolmentOf), seed);
  return rawScores(accounts, (_, a) => (row) => autoAssociativeScore(networks[a]!, row));
}

const rawEnrolmentOf = ({ timings }: FixedTextAccount) => timings.slice(0, enrolmentRepetitions);

/** Seconds in the place of features. */
function rawScores(
  accounts: readonly FixedTextAccount[],
  enrol: (enrolment: readonly Float64Array[], account: number) => AccountScore,
): UserScores[] {
  const raw = accounts.map((account) => ({ ...account, features: account.timings }));
  const scores = accounts.map((account, a) => enrol(rawEnrolmentOf(account), a));
  return staticScores(raw, scores, 'novice');
}

/** Shufflings whose mean is reported: a single one is off by a hundredth now and then. */
const shufflings = 20;

/** Mean area under the curve of the same scores under labels shuffled within each user: other than 0.5 would be a leak. */
export function shuffledLabelsAuc(users: readonly UserScores[], seed: number): number {
  const random = createSeededRandom(`labels/${seed}`);
  let sum = 0;
  for (let i = 0; i < shufflings; i++) {
    const mixed = users.map(({ user, genuine, impostor }): UserScores => {
      const scores = Float64Array.from(random.shuffled([...genuine, ...impostor]));
      return { user, genuine: scores.slice(0, genuine.length), impostor: scores.slice(genuine.length) };
    });
    sum += errorRates(mixed, { bootstrapDraws: 0 }).auc;
  }
  return sum / shufflings;
}
