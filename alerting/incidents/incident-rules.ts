import { riskFloor } from '../severity.ts';

/** At this risk an incident opens, and goes on. */
export const openingRisk = riskFloor.high;
/** Under this risk a verdict is calm: well under {@link openingRisk}, so that an incident does not flicker. */
export const calmRisk = riskFloor.medium;
/** So many calm verdicts of its device in a row close an incident. */
export const calmVerdictsToClose = 8;
/** Calm closes nothing before: whoever looks at an opening finds it open. */
export const shortestOpenMs = 5 * 60_000;
/**
 * An incident without a high-risk verdict for longer is over, however little was said since: subjects without a template
 * never get a calm verdict, and what happens tomorrow is worth an incident of its own. Half a working day.
 */
export const longestSilenceMs = 4 * 3_600_000;
/** High risk so soon after calm is the same incident again. */
export const coolDownMs = 3_600_000;
/** So long a closed incident is kept for what analysts say of it: they look the next morning, or after the weekend. */
export const keptClosedMs = 7 * 86_400_000;
/** Between what was told of an incident and its next update. Escalations, closings and rulings do not wait. */
export const updateIntervalMs = 10 * 60_000;
/** Worth an update: this many times the risk that was told last. Random Cut Forest asks the same of a repeated anomaly. */
export const newRiskFactor = 1.2;
/** Worth an update: more than this share of the contributions comes from features that were not told last. */
export const newContributionShare = 0.3;
/** Incidents kept of one subject, the closed ones included: about 2.4 kB each. */
export const maxIncidents = 16;
