import { type FalseAlarmContract, windowsPerFalseAlert } from './contract.ts';
import type { EvidenceCalibration } from './evidence-calibration.ts';
import { type EvidenceConstants, joinedScores, medianScore } from './evidence-constants.ts';
import type { EvidenceRule } from './evidence-rule.ts';
import { excursionBase, excursionsOf } from './excursions.ts';
import { scoreQuantilesOf } from './score-quantiles.ts';
import { sessionExcesses, weeksAllowanceOf } from './weeks-excess.ts';

/** What a calibration starts from, beside the account's own scores. */
export interface CalibrationQuestion {
  constants: EvidenceConstants;
  contract: FalseAlarmContract;
  /** What this modality may spend of the contract, above 0, at most 1. */
  shareOfBudget: number;
  rule: EvidenceRule;
  /** Sessions that the account was enrolled over. */
  sessions: number;
}

/**
 * From so many sessions on, an account's out-of-fold scores know how its sessions differ. One session alone does not: its later
 * sessions lay higher by about so much, and spread wider by so much (Villani, 200 and 400 keys in a row).
 */
const enoughSessions = 3;
const unseenShift = 1.5;
const unseenSpread = 0.7;
/** Windows' worth of trust in the usual location. */
const locationPrior = 20;
/** Excursions' worth of trust in their usual height, and windows' worth in their usual frequency. */
const heightPrior = 20;
const frequencyPrior = 800;
/** The margin that a short history widens the threshold by, and the windows until it has halved. */
const shortHistoryMargin = 0.5;
const marginHalvesAt = 25;
/** What the two clocks spend of the budget. */
const sessionShare = 0.8;
const weeksShare = 0.2;

/**
 * An account's calibration from its own out-of-fold genuine scores, one stream per session in the order of time.
 *
 * The location is the account's own median, drawn to the usual one while windows are few; the spread is the usual one, since
 * a few drifting scores of one account would only add noise. Above the base, genuine evidence falls off exponentially (Lundberg's
 * inequality; the exponent is 1 / the mean height of its excursions), so the mean number of windows to a false alert grows as
 * `exp(threshold / height) / frequency`. The threshold is where that meets the contract, height and frequency being the usual
 * ones moved a little towards the account's own; it rises with the contract, and is widened while history is short. Who was
 * enrolled in few sessions is given the benefit of the doubt on how sessions differ.
 *
 * @throws RangeError without scores, for a score that is not finite, and for a contract that is not positive
 */
export function calibrateEvidence(
  outOfFold: readonly Float64Array[],
  { constants, contract, shareOfBudget, rule, sessions }: CalibrationQuestion,
): EvidenceCalibration {
  const perAlert = windowsPerFalseAlert(contract, shareOfBudget);
  const scores = joinedScores(outOfFold);
  const n = scores.length;
  const unseen = Math.min(Math.max((enoughSessions - sessions) / (enoughSessions - 1), 0), 1);
  const scale = constants.scale * (1 + unseenSpread * unseen);
  const middle = (n * medianScore(scores) + locationPrior * constants.location) / (n + locationPrior);
  const units = { location: middle + unseenShift * unseen * scale, scale };
  const own = excursionsOf(outOfFold, units, rule);
  const height = (own.heights + heightPrior * constants.excursionHeight) / (own.ended + heightPrior);
  const frequency = (own.count + frequencyPrior * constants.excursionsPerWindow) / (own.windows + frequencyPrior);
  const margin = 1 + shortHistoryMargin * 0.5 ** (n / marginHalvesAt);
  const rise = Math.max(Math.log((frequency * perAlert) / sessionShare), Math.LN2);
  const sessionsPerWeeksAlert = Math.max(perAlert / weeksShare / constants.windowsPerSession, Math.E);
  return {
    ...units,
    scoreQuantiles: scoreQuantilesOf(scores),
    threshold: excursionBase + height * margin * rise,
    weeksAllowance: weeksAllowanceOf(sessionExcesses(outOfFold, units, rule), constants.weeksExcessPerWindow, rule),
    // No single session reaches it.
    weeksThreshold: Math.max(
      (Math.log(sessionsPerWeeksAlert) * margin) / constants.weeksExponent,
      1.25 * rule.weeks.mostPerSession,
    ),
  };
}
