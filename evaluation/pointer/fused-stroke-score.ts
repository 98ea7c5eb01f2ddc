/**
 * How much the account's own model counts beside the background's log-likelihood ratio: it knows how its sessions differ only
 * from as many of them as it enrolled with. 0.3 at six sessions was chosen on training sessions of Balabit, each left out
 * in turn, against training sessions of accounts outside the background; the labelled sessions were not used.
 */
const ownShare = 0.8;
const sessionPrior = 10;
/** A usual genuine own score, in nats: median over the same accounts of the median of their left-out windows of 60 strokes. */
const usualOwnScore = 131;

/** Weight of the own score for an account of `sessions` enrolled sessions, 0..{@link ownShare}. */
function ownWeight(sessions: number): number {
  return (ownShare * sessions) / (sessions + sessionPrior);
}

/** Background log-likelihood ratio and own score as one, both in nats. Higher is stranger. */
export function fusedStrokeScore(likelihoodRatio: number, own: number, sessions: number): number {
  return likelihoodRatio + ownWeight(sessions) * (own - usualOwnScore);
}
