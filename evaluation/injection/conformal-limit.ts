/**
 * A limit that a new person's largest evidence exceeds with a chance of at most `share`, whoever they are, if they are like
 * those the maxima come from: split conformal prediction over people (Vovk et al. 2005), one maximum a person, because
 * false alarms sit in few people. With fewer than `1 / share - 1` people the largest maximum, which promises less.
 * @throws RangeError for no people.
 */
export function conformalLimit(maxima: readonly number[], share: number): number {
  const sorted = Float64Array.from(maxima).sort();
  const rank = Math.min(Math.ceil((sorted.length + 1) * (1 - share)), sorted.length);
  const limit = sorted[rank - 1];
  if (limit === undefined) throw new RangeError('a limit over people needs at least one person');
  return limit;
}
