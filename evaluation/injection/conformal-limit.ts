import { falseAlarmThreshold } from '../../detection/detectors/false-alarm-quantile.ts';

/**
 * A limit that a new person's largest evidence exceeds with a chance of at most `share`, whoever they are, if they are like
 * those the maxima come from: the false-alarm threshold over people, one maximum a person, because false alarms sit in few
 * people. With fewer than `1 / share - 1` people the largest maximum, which promises less.
 * @throws RangeError for no people, and for a share outside 0..1
 */
export function conformalLimit(maxima: readonly number[], share: number): number {
  if (maxima.length === 0) throw new RangeError('a limit over people needs at least one person');
  const outcome = falseAlarmThreshold(Float64Array.from(maxima), share);
  switch (outcome.kind) {
    case 'threshold':
      return outcome.threshold;
    case 'too-few-scores':
      return Math.max(...maxima);
  }
}
