import type { ActivityModel } from './activity-model.ts';
import { activityWindowsMs, hourMs } from './activity-model.ts';
import type { ActivityState } from './activity-state.ts';

/** Windows' worth of trust in the prior burstiness, and the least share of it that is believed. */
const burstinessPrior = [20, 6] as const;
const leastBurstinessShare = 0.5;

/** A window's expectation of one kind, and how far rates vary. */
export interface Expectation {
  expected: number;
  shape: number;
}

/**
 * What a whole window may hold of a kind: rate of the gamma posterior (prior and own history) times the window's active time,
 * and the shape of the negative binomial around it, from own burstiness shrunk to the prior's and the rate's own uncertainty.
 */
export function expectationOf(model: ActivityModel, state: ActivityState, kind: number, window: 0 | 1): Expectation {
  const prior = model.priors[kind]!;
  const events = prior.shape + state.learned[kind]!;
  const hours = prior.shape / prior.perHour + state.learnedHours[kind]!;
  const { activeMs, excess, squares } = state.windows[window];
  const expected = (events / hours) * (Math.max(activeMs, activityWindowsMs[window]) / hourMs);
  const typical = burstinessPrior[window] * expected * expected;
  const assumed = prior.burstiness[window];
  const measured = (excess[kind]! + typical * assumed) / (squares[kind]! + typical);
  const burstiness = Math.max(measured, leastBurstinessShare * assumed);
  return { expected, shape: 1 / (burstiness + 1 / events) };
}
