import { activityKinds } from '../words/behaviour.ts';
import type { ActivityState } from './activity-state.ts';

/** An hour, ms. */
export const hourMs = 3_600_000;

/** How much active time one look spans: minutes, for what is taken in a hurry, and hours, for what is taken patiently. */
export const activityWindowsMs = [600_000, 14_400_000] as const;

/** What is known of a kind of work before anything is known of the subject. */
export interface ActivityPrior {
  /** Events in an hour of active time, mean over users. */
  perHour: number;
  /** Shape of the gamma over users: 1 where many do ten times less than the mean and few ten times more. */
  shape: number;
  /** Variance of one user's own rate from window to window, relative to its square, for each of {@link activityWindowsMs}. */
  burstiness: readonly [number, number];
}

/** What activity is held against, and how often it may be wrong. */
export interface ActivityModel {
  /** Surprises under different versions are not comparable. */
  version: number;
  /** One per {@link activityKinds}. */
  priors: readonly ActivityPrior[];
  /** The contract: at most one false alert per user in so many working days of eight active hours. */
  workingDaysPerFalseAlert: number;
}

/** Assumed, not measured, for desk work; a tenant's own come from {@link fitActivityModel}. */
const assumedPriors: Readonly<Record<(typeof activityKinds)[number], ActivityPrior>> = {
  'records-viewed': { perHour: 40, shape: 0.7, burstiness: [2, 0.8] },
  searches: { perHour: 15, shape: 0.7, burstiness: [2, 0.8] },
  exports: { perHour: 0.5, shape: 0.5, burstiness: [4, 2] },
  pastes: { perHour: 20, shape: 0.7, burstiness: [2, 0.8] },
  'application-switches': { perHour: 60, shape: 1, burstiness: [1.5, 0.6] },
  logins: { perHour: 0.5, shape: 0.7, burstiness: [3, 1] },
};

/** The model before a tenant has one of its own: version 1. */
export const plainActivityModel: ActivityModel = {
  version: 1,
  priors: activityKinds.map((kind) => assumedPriors[kind]),
  workingDaysPerFalseAlert: 20,
};

const workingDayMs = 8 * hourMs;

/**
 * Surprise at which the contract is spent, nats, for each of {@link activityWindowsMs}: the windows of a working day, of all
 * kinds and both lengths, times the days, each with that probability, make one alert.
 */
export function activityThresholds(model: ActivityModel): [number, number] {
  const [short, long] = activityWindowsMs;
  const looks = (windowMs: number) =>
    Math.log(
      (workingDayMs / windowMs) *
        activityKinds.length *
        activityWindowsMs.length *
        Math.max(model.workingDaysPerFalseAlert, 1),
    );
  return [looks(short), looks(long)];
}

/** Fewest users, and hours of each, that say anything of the others. */
const fewestUsers = 8;
const fewestHours = 10;

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/**
 * The tenant's own priors from what its users were learned to do: mean and shape over users by moments, burstiness as the mean
 * over users. A kind that fewer than 8 users were seen to do for 10 hours stays as `model` has it.
 * @param version of the fitted model
 */
export function fitActivityModel(
  model: ActivityModel,
  users: readonly ActivityState[],
  version: number,
): ActivityModel {
  const priors = activityKinds.map((_, kind): ActivityPrior => {
    const prior = model.priors[kind]!;
    const known = users.filter((state) => state.learnedHours[kind]! >= fewestHours);
    if (known.length < fewestUsers) return prior;
    const rates = known.map((state) => state.learned[kind]! / state.learnedHours[kind]!);
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (rates.length - 1);
    const burstinessOf = (window: 0 | 1) => {
      const own = known.map(({ windows }) => windows[window]);
      const squares = own.reduce((sum, each) => sum + each.squares[kind]!, 0);
      const excess = own.reduce((sum, each) => sum + each.excess[kind]!, 0);
      return squares > 0 ? clamp(excess / squares, 0.05, 20) : prior.burstiness[window];
    };
    return {
      perHour: mean,
      shape: variance > 0 ? clamp((mean * mean) / variance, 0.2, 10) : 10,
      burstiness: [burstinessOf(0), burstinessOf(1)],
    };
  });
  return { ...model, version, priors };
}
