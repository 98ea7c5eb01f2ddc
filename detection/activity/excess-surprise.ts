/**
 * How surprising so many events are, in nats, where `expected` were: a bound below -ln P(count or more) for a negative
 * binomial of that mean and `shape` (Chernoff), so that `exp(-surprise)` is never less than the true probability. Never falls
 * as the count grows, 0 up to the expectation: only excess surprises.
 * @param shape of the gamma that the rate is drawn from; small where rates differ much from time to time
 */
export function excessSurprise(count: number, expected: number, shape: number): number {
  if (!(count > expected) || !(expected > 0) || !(shape > 0)) return 0;
  const nats = count * Math.log(count / expected) - (count + shape) * Math.log((count + shape) / (expected + shape));
  return Math.max(nats, 0);
}

/** The count at which {@link excessSurprise} reaches `nats`, to a part in a thousand; at least the expectation. */
export function countAtSurprise(nats: number, expected: number, shape: number): number {
  let low = expected;
  let high = expected + 1;
  while (excessSurprise(high, expected, shape) < nats && high < 1e12) high *= 2;
  while (high - low > 1e-3 * high) {
    const middle = (low + high) / 2;
    if (excessSurprise(middle, expected, shape) < nats) low = middle;
    else high = middle;
  }
  return low;
}
