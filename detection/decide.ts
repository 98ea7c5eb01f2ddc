import { cohortRiskLimit, contextRisk, highRisk, machineRiskOf, riskOf } from './risk.ts';
import type { Decision, UndecidedReason } from './words/verdict.ts';

/** Everything that speaks for or against the account in one batch. Evidence in thresholds. */
export interface Findings {
  /** `none`: nobody's template judged; `away`: the subject has one, and it cannot be read now. */
  template: 'own' | 'away' | 'none';
  objected: boolean;
  accommodated: boolean;
  machine: number;
  session: number;
  weeks: number;
  activity: number;
  /** The subject works from somewhere new. */
  changedContext: boolean;
  /** A window was scored in this batch. */
  scored: boolean;
  /** A window was scored in this session, in this batch or before. */
  scoredInSession: boolean;
}

/** What is said of the batch. */
export interface Outcome {
  decision: Decision;
  reason: UndecidedReason;
  /** 0..100, whole. */
  risk: number;
}

/** From this share of the threshold on, evidence is worth a second look. */
export const suspiciousFrom = 0.5;

function undecided(reason: UndecidedReason, risk: number): Outcome {
  return { decision: 'undecided', reason, risk };
}

function decided(decision: Exclude<Decision, 'undecided'>, risk: number): Outcome {
  return { decision, reason: 'none', risk };
}

/** Without a template of the subject's own nobody is called an impostor, and nothing passes for genuine. */
function decideWithoutOwn({ template, session, activity, changedContext }: Findings): Outcome {
  if (activity >= 1) return decided('suspicious', riskOf(activity));
  if (template === 'away') return undecided('template-unavailable', 0);
  const risk = Math.min(riskOf(session), cohortRiskLimit);
  if (session >= 1) return decided('suspicious', risk);
  return undecided('enrolling', changedContext ? Math.max(risk, contextRisk) : risk);
}

/**
 * The decision that follows from what was found. Machine cadence first, since it needs no template; then the person (session and
 * weeks); then what was done (activity), which is an incident of its own and never makes an `impostor`; then where from: somebody
 * at a new device is worth asking until their behaviour has been seen there.
 */
export function decide(findings: Findings): Outcome {
  const { machine, session, weeks, activity, accommodated } = findings;
  if (machine >= 1) return decided('machine', machineRiskOf(machine));
  if (findings.objected) return undecided('insufficient-evidence', 0);
  if (findings.template !== 'own') return decideWithoutOwn(findings);
  const person = Math.max(session, weeks);
  if (person >= 1 && !accommodated) return decided('impostor', riskOf(person));
  if (activity >= 1) return decided('suspicious', riskOf(activity));
  const risk = accommodated ? Math.min(riskOf(person), highRisk - 1) : riskOf(person);
  if (person >= suspiciousFrom) return decided('suspicious', risk);
  if (findings.changedContext && !findings.scoredInSession) return decided('suspicious', Math.max(risk, contextRisk));
  return findings.scored ? decided('genuine', risk) : undecided('insufficient-evidence', risk);
}
