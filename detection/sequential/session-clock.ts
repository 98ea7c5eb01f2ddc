import type { EvidenceCalibration } from './evidence-calibration.ts';
import type { EvidenceRule } from './evidence-rule.ts';
import { addWindow, nextSession, type SessionEvidence, standardScore } from './session-evidence.ts';

/** An alarm takes so many windows that raise the evidence: one odd window is none. */
const leastRaises = 2;
/** Just below the threshold. */
const almost = 0.99;

/** Evidence after a window with this score, higher = stranger. A score that is NaN says nothing. */
export function accumulate(
  before: SessionEvidence,
  score: number,
  calibration: EvidenceCalibration,
  rule: EvidenceRule,
): SessionEvidence {
  const standard = standardScore(calibration, score);
  return standard === undefined
    ? before
    : addWindow(before, standard, rule, rule.ceilingInThresholds * calibration.threshold);
}

/** Evidence at the start of another session of the same account: what was gathered fades, but is not forgotten. */
export function openSession(
  before: SessionEvidence,
  calibration: EvidenceCalibration,
  rule: EvidenceRule,
): SessionEvidence {
  return nextSession(before, rule.carryMost * calibration.threshold);
}

/** Evidence in thresholds: at 1 and above the alarm falls. Never negative. */
export function evidenceInThresholds(
  { value, raises, carried }: SessionEvidence,
  { threshold }: EvidenceCalibration,
): number {
  const ratio = (value + carried) / threshold;
  return raises < leastRaises ? Math.min(ratio, almost) : ratio;
}
