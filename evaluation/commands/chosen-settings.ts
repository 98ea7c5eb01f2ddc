import type { UserScores } from '../metrics/error-rates.ts';
import { pooledAuc } from './command-figures.ts';
import type { TakeOverSettings } from './stranger-scores.ts';

/** Used where nothing is chosen: the short form and the curves. */
export const plainSettings: TakeOverSettings = { pairShare: 0.2, strangerWithinBlock: 0.1, halfLifeBlocks: null };

/** What is chosen from; the same in both modes. */
export const settingsToChooseFrom: readonly TakeOverSettings[] = [0.1, 0.2, 0.4, 0.6].flatMap((pairShare) =>
  [0.03, 0.1, 0.3].flatMap((strangerWithinBlock) =>
    [null, 50].map((halfLifeBlocks) => ({ pairShare, strangerWithinBlock, halfLifeBlocks })),
  ),
);

/** Every second user; which half a user is in follows from the order of the recording. */
export function halfOf<T>(users: readonly T[], half: 0 | 1): T[] {
  return users.filter((_, index) => index % 2 === half);
}

/** What was chosen on the other half of the users, and the scores of this half under it. */
export interface ReportedHalf {
  settings: TakeOverSettings;
  scores: UserScores[];
}

/**
 * For each half of the users the setting under which the *other* half's pooled area under the curve is largest.
 * @param scoresUnder scores of all users under a setting, in one order
 * @throws RangeError without a setting
 */
export function chosenOnOtherHalf(
  candidates: readonly TakeOverSettings[],
  scoresUnder: (settings: TakeOverSettings) => readonly UserScores[],
): [ReportedHalf, ReportedHalf] {
  const runs = candidates.map((settings) => ({ settings, scores: scoresUnder(settings) }));
  const reported = (half: 0 | 1): ReportedHalf => {
    let best: ReportedHalf | undefined;
    let largest = Number.NEGATIVE_INFINITY;
    for (const { settings, scores } of runs) {
      const auc = pooledAuc(halfOf(scores, half === 0 ? 1 : 0));
      if (best !== undefined && !(auc > largest)) continue;
      best = { settings, scores: halfOf(scores, half) };
      largest = auc;
    }
    if (best === undefined) throw new RangeError('there is no setting to choose from');
    return best;
  };
  return [reported(0), reported(1)];
}
