import type { EvidenceCalibration } from './evidence-calibration.ts';
import type { EvidenceRule } from './evidence-rule.ts';
import { type SessionEvidence, sessionLevel, standardScore } from './session-evidence.ts';

/**
 * The slow clock: a small but steady share of foreign behaviour, in pieces too short for the session's evidence. It adds up how
 * far single windows stand out of their session, judged by the template of the enrolment, which never moves.
 */
export interface WeeksEvidence {
  /** In spreads; never negative. */
  value: number;
  /** What the running session has brought, before the allowance. */
  fromSession: number;
}

/** Of an account that nothing is held against. */
export const noWeeksEvidence: WeeksEvidence = Object.freeze({ value: 0, fromSession: 0 });

/** How far a window stands out of its session, in spreads, beyond what is everyday. 0 where it does not. */
export function weeksExcess(standard: number, session: SessionEvidence, rule: EvidenceRule): number {
  const excess = standard - sessionLevel(session, rule) - rule.weeks.standsOut;
  return Math.min(Math.max(excess, 0), rule.weeks.mostPerWindow);
}

/**
 * Slow evidence after a window. One session brings at most so much, so that a single odd day is no alarm. Never negative; grows
 * with the score.
 * @param anchorScore of the window under the frozen template of the enrolment; NaN says nothing
 * @param session the session's evidence before the window
 */
export function accumulateWeeks(
  before: WeeksEvidence,
  anchorScore: number,
  session: SessionEvidence,
  calibration: EvidenceCalibration,
  rule: EvidenceRule,
): WeeksEvidence {
  const standard = standardScore(calibration, anchorScore);
  if (standard === undefined) return before;
  const fromSession = Math.min(before.fromSession + weeksExcess(standard, session, rule), rule.weeks.mostPerSession);
  const value = before.value + (fromSession - before.fromSession) - calibration.weeksAllowance;
  const ceiling = rule.ceilingInThresholds * calibration.weeksThreshold;
  return { value: Math.min(Math.max(value, 0), ceiling), fromSession };
}

/**
 * Slow evidence at the start of another session. Where the alarm fell, it has been said: what follows is counted anew, or the
 * owner would stand accused in every session from then on.
 */
export function openWeeksSession(before: WeeksEvidence, calibration: EvidenceCalibration): WeeksEvidence {
  return weeksInThresholds(before, calibration) >= 1 ? noWeeksEvidence : { value: before.value, fromSession: 0 };
}

/** Slow evidence in thresholds: at 1 and above the alarm falls. Never negative. */
export function weeksInThresholds({ value }: WeeksEvidence, { weeksThreshold }: EvidenceCalibration): number {
  return value / weeksThreshold;
}
