import { toFourDigits } from '../attribution.ts';
import type { ActivityCount } from '../words/behaviour.ts';
import { activityKinds } from '../words/behaviour.ts';
import type { Contribution } from '../words/verdict.ts';
import { expectationOf } from './activity-expectation.ts';
import { learned } from './activity-learning.ts';
import type { ActivityModel } from './activity-model.ts';
import { activityThresholds } from './activity-model.ts';
import type { ActivityState, ActivityWindow } from './activity-state.ts';
import { excessSurprise } from './excess-surprise.ts';

/** Longest active time and most events of a kind that one batch can claim; a batch is 10 s. */
const longestBatchMs = 60_000;
const mostEvents = 1e6;

/** Active time after which evidence counts half, once what caused it has stopped. */
const evidenceHalfLifeMs = 1_800_000;
/** Evidence is held at so many thresholds. */
const ceilingInThresholds = 2;

const windowWords = ['in 10 min', 'in 4 h'] as const;
const kindWords: Readonly<Record<(typeof activityKinds)[number], string>> = {
  'records-viewed': 'records viewed',
  searches: 'searches',
  exports: 'exports',
  pastes: 'pastes',
  'application-switches': 'application switches',
  logins: 'logins',
};

/** What one batch's activity came to. */
export interface ActivityJudgement {
  /** How much more was done than the subject does, nats, of the kind and window that surprise most; 0 for the usual or less. */
  surprise: number;
  /** In thresholds of the contract, 0..2: at 1 an alert falls. For the evidence clock `activity`, whose threshold is 1. */
  evidence: number;
  /** The kinds that surprise in the strongest window, most first; empty where nothing does. Always `high`: doing less is nobody's business. */
  contributions: Contribution[];
  /** Hours of active time that the subject's best known kind is known by; few mean that the cohort speaks. */
  learnedHours: number;
  state: ActivityState;
}

/** Events of each kind in a batch; what is no count is none, and a kind that is named twice counts twice. */
function countsOf(counts: readonly ActivityCount[]): number[] {
  const sums = activityKinds.map(() => 0);
  for (const { kind, count } of counts) {
    const index = activityKinds.indexOf(kind);
    if (index >= 0 && count > 0) sums[index] = Math.min(sums[index]! + count, mostEvents);
  }
  return sums;
}

function added(window: ActivityWindow, counts: readonly number[], durationMs: number): ActivityWindow {
  return {
    ...window,
    activeMs: window.activeMs + durationMs,
    counts: window.counts.map((count, kind) => Math.min(count + counts[kind]!, 1e9)),
  };
}

function contributionsOf(
  model: ActivityModel,
  state: ActivityState,
  window: 0 | 1,
  surprises: readonly number[],
): Contribution[] {
  const total = surprises.reduce((sum, nats) => sum + nats, 0);
  return surprises
    .map((nats, kind) => ({ nats, kind }))
    .filter(({ nats }) => nats > 0)
    .sort((a, b) => b.nats - a.nats)
    .map(({ nats, kind }) => ({
      feature: `${kindWords[activityKinds[kind]!]} ${windowWords[window]}`,
      observed: state.windows[window].counts[kind]!,
      typical: toFourDigits(expectationOf(model, state, kind, window).expected),
      unit: 'times',
      direction: 'high' as const,
      share: toFourDigits(nats / total),
    }));
}

/**
 * One batch's activity against the subject's own history, with the cohort's prior where there is little of it. Gamma-Poisson
 * rates per hour of *active* time; a window's count is held against what a whole window may bring (negative binomial), so
 * that looking at every batch is one look per window, and no batch raises an alarm by being early. A function of its arguments.
 *
 * In a given state surprise and evidence never fall as a count grows and never rise as one shrinks; a batch without activity
 * raises neither. Only windows that have passed teach, at most what half a threshold allows.
 * @param durationMs active time of the batch; anything but a positive number is none, more than a minute is one
 */
export function stepActivity(
  model: ActivityModel,
  before: ActivityState,
  counts: readonly ActivityCount[],
  durationMs: number,
): ActivityJudgement {
  const activeMs = durationMs > 0 ? Math.min(durationMs, longestBatchMs) : 0;
  const events = countsOf(counts);
  let state: ActivityState = {
    ...before,
    windows: [added(before.windows[0], events, activeMs), added(before.windows[1], events, activeMs)],
  };
  const thresholds = activityThresholds(model);
  const surprises = ([0, 1] as const).map((window) =>
    activityKinds.map((_, kind) => {
      const { expected, shape } = expectationOf(model, state, kind, window);
      return excessSurprise(state.windows[window].counts[kind]!, expected, shape);
    }),
  );
  const [short, long] = [Math.max(...surprises[0]!), Math.max(...surprises[1]!)];
  const inThresholds: [number, number] = [short / thresholds[0], long / thresholds[1]];
  const strongest = inThresholds[0] >= inThresholds[1] ? 0 : 1;
  const contributions = contributionsOf(model, state, strongest, surprises[strongest]!);
  const held = before.evidence * 0.5 ** (activeMs / evidenceHalfLifeMs);
  const now = inThresholds[strongest] / Math.max(1, state.highest);
  const evidence = Math.min(Math.max(held, now), ceilingInThresholds);
  state = { ...learned(model, state, thresholds, inThresholds), evidence };
  return {
    surprise: Math.max(short, long),
    evidence,
    contributions,
    learnedHours: Math.max(...state.learnedHours),
    state,
  };
}
