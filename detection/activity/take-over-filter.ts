/** How people come and go at an account, in steps of one block. */
export interface TakeOverRates {
  /** Probability that somebody else sits down while the owner is there, per block. */
  entering: number;
  /** Probability that somebody else is still there at the next block. */
  staying: number;
}

/** The belief after a block. */
export interface TakeOverBelief {
  /** Posterior log odds, nats: the score of the block. Higher is stranger; unbounded, so that scores keep their order. */
  logOdds: number;
  /** The same as a probability: what the next block starts from. */
  probability: number;
}

/**
 * One step of the forward filter of a two-state hidden Markov model (owner or somebody else; Rabiner 1989): the past decides
 * only how likely somebody else is before this block is seen, and nothing later than the block is read.
 * @param before probability that somebody else was there at the block before; 0 at the start
 * @param blockLogOdds nats that the block itself brings; NaN brings nothing
 * @throws RangeError for rates outside 0..1
 */
export function stepTakeOver(
  before: number,
  blockLogOdds: number,
  { entering, staying }: TakeOverRates,
): TakeOverBelief {
  if (!(entering > 0 && entering < 1 && staying > 0 && staying < 1)) throw new RangeError('rates lie within 0..1');
  const prior = Math.min(Math.max(before, 0), 1) * (staying - entering) + entering;
  const logOdds = Math.log(prior / (1 - prior)) + (Number.isNaN(blockLogOdds) ? 0 : blockLogOdds);
  return { logOdds, probability: 1 / (1 + Math.exp(-logOdds)) };
}
