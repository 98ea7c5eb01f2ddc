import { type ErrorRates, mean, standardDeviation } from './error-rates.ts';

/** The same evaluation under several seeds: every rate the mean over them. */
export interface SeededErrorRates extends ErrorRates {
  seeds: number;
  /** How far the choice of the seed moves a figure. */
  sdOverSeeds: Record<'meanEer' | 'pooledEer' | 'auc', number>;
}

/**
 * Means over seeds. `users` and `usersWithoutScores` are those of the first run, `worstUser` that of the run with the
 * worst single user. Throws RangeError for no runs.
 */
export function acrossSeeds(runs: readonly ErrorRates[]): SeededErrorRates {
  const [first] = runs;
  if (first === undefined) throw new RangeError('no runs to take a mean of');
  const meanOf = (pick: (run: ErrorRates) => number) => mean(runs.map(pick));
  const sdOf = (pick: (run: ErrorRates) => number) => standardDeviation(runs.map(pick));
  const worst = runs.reduce((a, b) => (b.worstEer > a.worstEer ? b : a));
  return {
    users: first.users,
    usersWithoutScores: first.usersWithoutScores,
    meanEer: meanOf((run) => run.meanEer),
    sdEer: meanOf((run) => run.sdEer),
    medianEer: meanOf((run) => run.medianEer),
    worstEer: meanOf((run) => run.worstEer),
    worstUser: worst.worstUser,
    meanEerInterval: [meanOf((run) => run.meanEerInterval[0]), meanOf((run) => run.meanEerInterval[1])],
    pooledEer: meanOf((run) => run.pooledEer),
    pooledEerSd: meanOf((run) => run.pooledEerSd),
    auc: meanOf((run) => run.auc),
    aucSd: meanOf((run) => run.aucSd),
    meanAuc: meanOf((run) => run.meanAuc),
    frrAtFar1Percent: meanOf((run) => run.frrAtFar1Percent),
    farAtFrr1Percent: meanOf((run) => run.farAtFrr1Percent),
    detectionAt1PercentFalseAlarms: meanOf((run) => run.detectionAt1PercentFalseAlarms),
    detectionAt5PercentFalseAlarms: meanOf((run) => run.detectionAt5PercentFalseAlarms),
    seeds: runs.length,
    sdOverSeeds: {
      meanEer: sdOf((run) => run.meanEer),
      pooledEer: sdOf((run) => run.pooledEer),
      auc: sdOf((run) => run.auc),
    },
  };
}
