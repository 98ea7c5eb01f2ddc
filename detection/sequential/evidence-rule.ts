/**
 * How the score of one window becomes evidence against an account. All in spreads of a genuine score around its usual place.
 * The numbers of a rule are the same for every account; what differs between accounts is in the calibration.
 */
export interface EvidenceRule {
  /** Evidence under another version means nothing. */
  version: number;
  /** What a window may be stranger than usual without being held against the account. Large, since people vary more than a normal law has it. */
  allowance: number;
  /** A window brings at most so much. */
  mostPerWindow: number;
  /** How far a session may be strange, or familiar, as a whole: what it has shown so far moves the allowance. */
  sessionLevel: {
    /** Windows' worth of trust that the session is like any other. */
    priorWindows: number;
    /** Windows that the level looks back over. */
    memoryWindows: number;
    /** The level counts a window for at most so much. */
    mostPerWindow: number;
    /** Bounds of the level: a session that is strange throughout is forgiven in part, never in full. */
    least: number;
    most: number;
  };
  /** Windows after which the evidence of an earlier session counts for half. */
  carryHalfLife: number;
  /** An earlier session leaves at most so many thresholds: nobody starts a session in alarm. */
  carryMost: number;
  /** The slow clock, which looks for short foreign pieces over many sessions. */
  weeks: {
    /** How far above its session a window must lie to count, and how much it counts at most. */
    standsOut: number;
    mostPerWindow: number;
    /** One session counts for at most so much. */
    mostPerSession: number;
    /** What may come in per window beyond the account's own genuine intake. */
    allowance: number;
  };
  /** Evidence is held at so many thresholds, so that an account cleared by its own behaviour comes down again. */
  ceilingInThresholds: number;
}

/**
 * For typing, a window per batch of 25 keys, scored by the mean of what the last 25 and the last 50 keys say. Allowance and bound
 * per window were chosen on Aalto's recordings. The session's level was chosen on Villani's, where it raised what is caught within
 * 100 keys at one first false alarm per 10,000 from 0.72 to 0.82 for one half of the people, from 0.85 to 0.88 for the other;
 * Aalto's stayed as they were. Carrying and the slow clock were chosen on Villani's, the only ones with several sessions.
 */
export const typingEvidenceRule = {
  version: 1,
  allowance: 2,
  mostPerWindow: 6,
  sessionLevel: { priorWindows: 6, memoryWindows: 40, mostPerWindow: 6, least: -1, most: 3 },
  carryHalfLife: 20,
  carryMost: 0.75,
  weeks: { standsOut: 3, mostPerWindow: 4, mostPerSession: 8, allowance: 0.1 },
  ceilingInThresholds: 2,
} satisfies EvidenceRule;

/** The same for scores of one-class models, which spread wider and tell less apart; the allowance was chosen on Aalto's recordings. */
export const oneClassTypingEvidenceRule = { ...typingEvidenceRule, allowance: 1 } satisfies EvidenceRule;
