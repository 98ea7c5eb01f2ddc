/**
 * Weights that halve every `halfLife` samples, oldest first: the newest has 1. All 1 where `halfLife` is null.
 * @throws RangeError without a sample, and for a half-life that is not positive
 */
export function agedWeights(count: number, halfLife: number | null): Float64Array {
  if (!(count >= 1)) throw new RangeError('weights need at least one sample');
  if (halfLife !== null && !(halfLife > 0)) throw new RangeError(`a half-life is positive, not ${halfLife}`);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) weights[i] = halfLife === null ? 1 : 0.5 ** ((count - 1 - i) / halfLife);
  return weights;
}

/**
 * {@link agedWeights} as shares: they add up to 1, newest last. `halfLife` is in samples.
 * @throws RangeError as {@link agedWeights}
 */
export function recencyWeights(count: number, halfLife: number | null): Float64Array {
  const weights = agedWeights(count, halfLife);
  let total = 0;
  for (const weight of weights) total += weight;
  for (let i = 0; i < count; i++) weights[i]! /= total;
  return weights;
}
