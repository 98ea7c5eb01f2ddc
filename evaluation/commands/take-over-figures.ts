import type { UserScores } from '../metrics/error-rates.ts';
import { median, quantile } from '../metrics/quantile.ts';
import { commandsPerBlock } from '../recordings/schonlau.ts';
import type { CodedUser } from './coded-users.ts';
import { publishedFalseAlarmShare } from './command-figures.ts';

/** The pooled threshold that flags this share of genuine blocks. */
export function thresholdAt(users: readonly UserScores[], falseAlarmShare = publishedFalseAlarmShare): number {
  return quantile(
    users.flatMap((user) => Array.from(user.genuine)),
    1 - falseAlarmShare,
  );
}

/** Shares of blocks above a threshold that comes from elsewhere. */
export function carriedThreshold(users: readonly UserScores[], threshold: number) {
  const above = (kind: 'genuine' | 'impostor') => {
    const scores = users.flatMap((user) => Array.from(user[kind]));
    return scores.filter((score) => score > threshold).length / scores.length;
  };
  return { falseAlarms: above('genuine'), hits: above('impostor') };
}

/** How long visits of somebody else last until they are flagged. */
export interface TakeOvers {
  /** Runs of consecutive foreign blocks. */
  count: number;
  /** Share of them with at least one flagged block. */
  caughtShare: number;
  /** Commands up to and including the first flagged block, median over the caught; NaN for none. */
  medianCommands: number;
}

/** Counts the visits of somebody else and when each was flagged. */
export function takeOvers(users: readonly CodedUser[], scores: readonly Float64Array[], threshold: number): TakeOvers {
  const lengths: number[] = [];
  let count = 0;
  for (const [u, { foreign }] of users.entries()) {
    for (let start = 0; start < foreign.length; start++) {
      if (!foreign[start] || (start > 0 && foreign[start - 1])) continue;
      count++;
      let block = start;
      while (foreign[block] && !(scores[u]![block]! > threshold)) block++;
      if (foreign[block]) lengths.push((block - start + 1) * commandsPerBlock);
    }
  }
  return { count, caughtShare: lengths.length / count, medianCommands: median(lengths) };
}
