import type { EvidenceRule } from './evidence-rule.ts';
import { addWindow, type EvidenceUnits, noEvidence, standardScore } from './session-evidence.ts';
import { weeksExcess } from './weeks-clock.ts';

/** What one genuine session brings to the slow clock, before the allowance. */
export interface SessionExcess {
  windows: number;
  excess: number;
}

/** The slow clock's intake over genuine streams of scores, one a session. */
export function sessionExcesses(
  streams: readonly Float64Array[],
  units: EvidenceUnits,
  rule: EvidenceRule,
): SessionExcess[] {
  return streams
    .filter((stream) => stream.length > 0)
    .map((stream) => {
      let evidence = noEvidence;
      let excess = 0;
      for (const score of stream) {
        const standard = standardScore(units, score);
        if (standard === undefined) continue;
        excess += weeksExcess(standard, evidence, rule);
        evidence = addWindow(evidence, standard, rule, Number.POSITIVE_INFINITY);
      }
      return { windows: stream.length, excess: Math.min(excess, rule.weeks.mostPerSession) };
    });
}

/** Mean intake per window. */
export function excessPerWindow(sessions: readonly SessionExcess[]): number {
  let excess = 0;
  let windows = 0;
  for (const session of sessions) {
    excess += session.excess;
    windows += session.windows;
  }
  return windows > 0 ? excess / windows : 0;
}

/** Windows' worth of trust in the usual intake. */
const intakePrior = 40;

/** What an account may bring per window: its own genuine intake, drawn to the usual one, and the rule's allowance. */
export function weeksAllowanceOf(own: readonly SessionExcess[], usualExcess: number, rule: EvidenceRule): number {
  const windows = own.reduce((sum, session) => sum + session.windows, 0);
  const intake = (windows * excessPerWindow(own) + intakePrior * usualExcess) / (windows + intakePrior);
  return intake + rule.weeks.allowance;
}

const least = 0.05;
const most = 4;

/**
 * The exponent at which genuine slow evidence decays: the positive root t of mean exp(t x) = 1 over what sessions bring beyond
 * their allowance (Lundberg's equation), within 0.05..4.
 */
export function decayExponent(beyondAllowance: readonly number[]): number {
  const grows = (t: number) => beyondAllowance.reduce((sum, x) => sum + Math.exp(t * x), 0) > beyondAllowance.length;
  let low = least;
  let high = most;
  if (grows(low)) return low;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (grows(middle)) high = middle;
    else low = middle;
  }
  return low;
}
