import { releasePressOffset } from './typing-quantities.ts';
import type { PairedTimings } from './zone-pair-model.ts';

const longestHoldSteps = 200;
const earliestStep = -releasePressOffset;
const latestStep = 300;

/**
 * The same keystrokes told from the key before: what was held is the previous key (press-press less release-press is its
 * hold), and in the place of release-press stands release-release. Keystrokes without a flight tell nothing; they keep
 * their places, with press-press -1.
 */
export function linkedTimings({ pair, holdSteps, pressPressSteps, releasePressSteps }: PairedTimings): PairedTimings {
  const n = pair.length;
  const previousHold = new Uint8Array(n);
  const releaseRelease = new Int16Array(n);
  for (let i = 0; i < n; i++) {
    if (pressPressSteps[i]! < 0) continue;
    previousHold[i] = Math.min(Math.max(pressPressSteps[i]! - releasePressSteps[i]!, 0), longestHoldSteps);
    releaseRelease[i] = Math.min(Math.max(releasePressSteps[i]! + holdSteps[i]!, earliestStep), latestStep);
  }
  return { pair, holdSteps: previousHold, pressPressSteps, releasePressSteps: releaseRelease };
}

/** Only keystrokes with a flight: what a model of linked timings is fitted to. */
export function withFlights({ pair, holdSteps, pressPressSteps, releasePressSteps }: PairedTimings): PairedTimings {
  const linked = (_: number, i: number) => pressPressSteps[i]! >= 0;
  return {
    pair: pair.filter(linked),
    holdSteps: holdSteps.filter(linked),
    pressPressSteps: pressPressSteps.filter(linked),
    releasePressSteps: releasePressSteps.filter(linked),
  };
}
