import { keystrokeStepMs } from '../../detection/features/keystroke-window.ts';
import { zonePairCount } from '../../detection/words/behaviour.ts';
import type { TypingSamples } from '../typing/typing-recordings.ts';

/** Timings of people, out of their order: what an injector that imitates people draws from. */
export interface HumanSource {
  /** ms; `holdsMs[i]` and `pressPressMs[i]` are one keystroke's. */
  holdsMs: Float64Array;
  pressPressMs: Float64Array;
  /** Which of them belong to each zone pair. */
  byZonePair: readonly Int32Array[];
}

/** Longest hold that is imitated: 1 s is where the wire ends, and a resting hand. */
const longestHoldSteps = 200;

/** Gathers the keystrokes that have a flight. @throws RangeError when there is none. */
export function gatherHumanSource(sessions: readonly TypingSamples[]): HumanSource {
  const holdsMs: number[] = [];
  const pressPressMs: number[] = [];
  const byZonePair: number[][] = Array.from({ length: zonePairCount }, () => []);
  for (const { zonePair, holdSteps, pressPressSteps } of sessions) {
    for (let i = 0; i < zonePair.length; i++) {
      const flight = pressPressSteps[i]!;
      const hold = holdSteps[i]!;
      if (flight < 0 || hold >= longestHoldSteps) continue;
      byZonePair[zonePair[i]!]?.push(holdsMs.length);
      holdsMs.push(hold * keystrokeStepMs);
      pressPressMs.push(flight * keystrokeStepMs);
    }
  }
  if (holdsMs.length === 0) throw new RangeError('nobody typed: there are no timings to imitate');
  return {
    holdsMs: Float64Array.from(holdsMs),
    pressPressMs: Float64Array.from(pressPressMs),
    byZonePair: byZonePair.map((indices) => Int32Array.from(indices)),
  };
}
