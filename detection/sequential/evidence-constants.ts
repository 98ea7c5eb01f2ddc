import { quantileOfSorted } from '../features/order-statistics.ts';
import type { EvidenceRule } from './evidence-rule.ts';
import { excursionsOf, sumOfExcursions } from './excursions.ts';
import type { EvidenceUnits } from './session-evidence.ts';
import { decayExponent, excessPerWindow, sessionExcesses, weeksAllowanceOf } from './weeks-excess.ts';

/** What is usual among accounts: an account's own few scores are drawn to it. */
export interface EvidenceConstants extends EvidenceUnits {
  /** Excursions of genuine evidence per window, and their mean height above the base in spreads; see {@link excursionsOf}. */
  excursionsPerWindow: number;
  excursionHeight: number;
  /** What genuine windows bring to the slow clock on average, and the exponent at which that evidence decays, per session. */
  weeksExcessPerWindow: number;
  weeksExponent: number;
  /** Windows of a usual session. */
  windowsPerSession: number;
}

/** Makes a median absolute deviation comparable with a standard deviation. */
const normalConsistency = 1.4826;
/** Excursions' worth of doubt, so that a few quiet accounts do not promise that evidence never rises. */
const excursionPrior = 3;
/** Typical height of an excursion, in spreads. */
const typicalHeight = 1.8;
/** Typical excursions per window. */
const typicalPerWindow = 0.03;

/** The middle of some scores. @throws RangeError without scores, or for one that is not finite */
export function medianScore(scores: Float64Array): number {
  if (scores.length === 0) throw new RangeError('calibration needs at least one out-of-fold score');
  if (!scores.every(Number.isFinite)) throw new RangeError('an out-of-fold score is not finite');
  return quantileOfSorted(scores.slice().sort(), scores.length, 0.5);
}

/** Streams of scores one after another. */
export function joinedScores(streams: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(streams.reduce((sum, stream) => sum + stream.length, 0));
  let at = 0;
  for (const stream of streams) {
    joined.set(stream, at);
    at += stream.length;
  }
  return joined;
}

/**
 * Constants from accounts' out-of-fold genuine scores, a stream per session and in the order of time: medians over the accounts
 * of their location and spread, and what genuine evidence does in these units. An account that is to be judged in a report
 * should not be among them.
 * @throws RangeError where no account has a score, for a score that is not finite, and where half of the accounts score without any spread
 */
export function measureEvidenceConstants(
  accounts: readonly (readonly Float64Array[])[],
  rule: EvidenceRule,
): EvidenceConstants {
  const all = accounts.map(joinedScores).filter((scores) => scores.length > 0);
  const locations = Float64Array.from(all, medianScore);
  const spreads = Float64Array.from(all, (scores, i) => {
    const location = locations[i]!;
    return normalConsistency * medianScore(scores.map((score) => Math.abs(score - location)));
  });
  const scale = medianScore(spreads);
  if (!(scale > 0)) throw new RangeError('half of the accounts score without any spread');
  const units = { location: medianScore(locations), scale };
  // Each in its own place, as it will be judged.
  const placed = accounts
    .filter((streams) => streams.some((stream) => stream.length > 0))
    .map((streams, i) => ({ streams, units: { location: locations[i]!, scale } }));
  const seen = sumOfExcursions(placed.map(({ streams, units: own }) => excursionsOf(streams, own, rule)));
  const sessions = placed.map(({ streams, units: own }) => sessionExcesses(streams, own, rule));
  const usualExcess = excessPerWindow(sessions.flat());
  return {
    ...units,
    excursionsPerWindow: (seen.count + excursionPrior) / (seen.windows + excursionPrior / typicalPerWindow),
    excursionHeight: (seen.heights + excursionPrior * typicalHeight) / (seen.ended + excursionPrior),
    weeksExcessPerWindow: usualExcess,
    weeksExponent: decayExponent(
      sessions.flatMap((own) => {
        const allowance = weeksAllowanceOf(own, usualExcess, rule);
        return own.map(({ excess, windows }) => excess - allowance * windows);
      }),
    ),
    windowsPerSession: medianScore(Float64Array.from(sessions.flat(), ({ windows }) => windows)),
  };
}
