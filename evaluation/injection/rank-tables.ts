import { zonePairCount } from '../../detection/words/behaviour.ts';
import { normalDeviate } from '../metrics/normal-deviate.ts';
import type { TypingSamples } from '../typing/typing-recordings.ts';

/** How the values of one quantity are spread over the wire's steps, in normal scores. */
export interface RankTable {
  /** Normal score of a step: that of its middle rank. */
  score: Float64Array;
  /** Normal score up to which a step reaches, ascending; Infinity from the largest seen step on. */
  upTo: Float64Array;
}

/** Tables of hold and press-press. */
export type TimingRanks = readonly [hold: RankTable, pressPress: RankTable];

const holdLevels = 200; // 1 s is a resting hand
const pressPressLevels = 401;
/** A rarer pair has the tables of all keystrokes. */
const fewestOfPair = 200;

/** Whether a keystroke has a flight, and a hold that is none of a resting hand. */
export function isRanked({ holdSteps, pressPressSteps }: TypingSamples, at: number): boolean {
  return pressPressSteps[at]! >= 0 && holdSteps[at]! < holdLevels;
}

function rankTable(counts: Float64Array): RankTable {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const score = new Float64Array(counts.length);
  const upTo = new Float64Array(counts.length);
  let below = 0;
  for (let level = 0; level < counts.length; level++) {
    score[level] = normalDeviate((below + 0.5 * counts[level]! + 0.5) / (total + 1));
    below += counts[level]!;
    upTo[level] = normalDeviate(below / total);
  }
  return { score, upTo };
}

/** The step at a normal score: the first that reaches it. */
export function stepAt({ upTo }: RankTable, score: number): number {
  let low = 0;
  let high = upTo.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (upTo[middle]! < score) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tables of the keystrokes with a flight, by zone pair. */
export function ranksByZonePair(sessions: readonly TypingSamples[]): readonly TimingRanks[] {
  const everybody = zonePairCount;
  const counts = Array.from({ length: zonePairCount + 1 }, () => ({
    keys: 0,
    hold: new Float64Array(holdLevels),
    pressPress: new Float64Array(pressPressLevels),
  }));
  for (const samples of sessions) {
    for (let i = 0; i < samples.zonePair.length; i++) {
      if (!isRanked(samples, i)) continue;
      for (const at of [samples.zonePair[i]!, everybody]) {
        const count = counts[at]!;
        count.keys += 1;
        count.hold[samples.holdSteps[i]!]! += 1;
        count.pressPress[samples.pressPressSteps[i]!]! += 1;
      }
    }
  }
  const tables = counts.map(({ hold, pressPress }): TimingRanks => [rankTable(hold), rankTable(pressPress)]);
  return counts.slice(0, everybody).map(({ keys }, pair) => (keys < fewestOfPair ? tables[everybody]! : tables[pair]!));
}
