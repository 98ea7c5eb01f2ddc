import { createSeededRandom } from '../../platform/seeded-random.ts';
import { areaUnderCurve } from '../metrics/area-under-curve.ts';
import { equalErrorRate } from '../metrics/equal-error-rate.ts';
import { type ErrorRates, errorRates, type UserScores } from '../metrics/error-rates.ts';

/** One stretch of strokes, judged under one account's template. */
export interface PointerTrial {
  account: string;
  genuine: boolean;
  strokes: number;
  /** Higher is stranger. */
  score: number;
}

/** The scores of trials by account, accounts in order of appearance. */
export function userScoresOf(trials: readonly PointerTrial[]): UserScores[] {
  const byAccount = new Map<string, PointerTrial[]>();
  for (const trial of trials) {
    const known = byAccount.get(trial.account);
    if (known === undefined) byAccount.set(trial.account, [trial]);
    else known.push(trial);
  }
  const scores = (of: readonly PointerTrial[], genuine: boolean) =>
    Float64Array.from(of.filter((trial) => trial.genuine === genuine).map((trial) => trial.score));
  return [...byAccount].map(([user, of]) => ({ user, genuine: scores(of, true), impostor: scores(of, false) }));
}

/** A type, not an interface: figures are read as records. */
export type PlainRates = {
  auc: number;
  eer: number;
  trials: number;
};

/** Pooled rates of trials: one threshold for everybody. */
export function plainRates(trials: readonly PointerTrial[]): PlainRates {
  const genuine = trials.filter((trial) => trial.genuine).map((trial) => trial.score);
  const impostor = trials.filter((trial) => !trial.genuine).map((trial) => trial.score);
  return { auc: areaUnderCurve(genuine, impostor), eer: equalErrorRate(genuine, impostor), trials: trials.length };
}

const shuffles = 20;

/**
 * Pooled AUC with the labels of each account's trials dealt again by lot, mean over twenty deals: 0.5 for any scores, up to how
 * few trials there are.
 */
export function shuffledLabels(trials: readonly PointerTrial[]): { auc: number } {
  const random = createSeededRandom('shuffled labels');
  const byAccount = userScoresOf(trials);
  let sum = 0;
  for (let deal = 0; deal < shuffles; deal++) {
    const dealt = byAccount.map(({ genuine, impostor }) => {
      const scores = random.shuffled([...genuine, ...impostor]);
      return { genuine: scores.slice(0, genuine.length), impostor: scores.slice(genuine.length) };
    });
    sum += areaUnderCurve(
      dealt.flatMap(({ genuine }) => genuine),
      dealt.flatMap(({ impostor }) => impostor),
    );
  }
  return { auc: sum / shuffles };
}

const lengthBands = {
  below30: [0, 30],
  from30to60: [30, 60],
  from60to90: [60, 90],
  from90: [90, Number.POSITIVE_INFINITY],
} as const;

/** Figures of a set of trials, all shares 0..1. */
export interface TrialFigures extends ErrorRates {
  /** Pooled: one threshold for everybody. */
  eer: number;
  aucFrom60Actions: number;
  aucBelow30Strokes: number;
  byLength: Record<keyof typeof lengthBands, PlainRates>;
  perUser: Record<string, PlainRates>;
}

/** All figures of a set of trials; those that nothing speaks for are NaN. */
export function trialFigures(trials: readonly PointerTrial[]): TrialFigures {
  const between = (from: number, below: number) =>
    plainRates(trials.filter(({ strokes }) => strokes >= from && strokes < below));
  const byLength = {
    below30: between(...lengthBands.below30),
    from30to60: between(...lengthBands.from30to60),
    from60to90: between(...lengthBands.from60to90),
    from90: between(...lengthBands.from90),
  };
  const rates = errorRates(userScoresOf(trials));
  const accounts = [...new Set(trials.map(({ account }) => account))];
  return {
    ...rates,
    eer: rates.pooledEer,
    aucFrom60Actions: between(60, Number.POSITIVE_INFINITY).auc,
    aucBelow30Strokes: byLength.below30.auc,
    byLength,
    perUser: Object.fromEntries(
      accounts.map((account) => [account, plainRates(trials.filter((trial) => trial.account === account))]),
    ),
  };
}
