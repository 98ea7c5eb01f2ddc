import type { KeystrokeColumns } from './keystroke-window.ts';
import { writeHistograms } from './typing-histograms.ts';
import { lnHold, lnPressPress, releasePressOffset, signedLnReleasePress } from './typing-quantities.ts';
import { commonPairs, commonSlot, writeTimings } from './typing-vector.ts';
import { wideColumns } from './wide-columns.ts';
import { wideAt } from './wide-typing-catalogue.ts';
import { correlation, writeMoments, writeQuantiles } from './window-statistics.ts';
import type { PairedTimings } from './zone-pair-model.ts';

/** Flights' worth of trust that a pair overlaps as often as any. */
const slotPrior = 3;
const pairCount = commonPairs.length;

const pairFlights = new Float64Array(pairCount);
const pairRollovers = new Float64Array(pairCount);

/**
 * Writes what keystrokes `from`..`to` say without any model into a wide vector; `linked` are the same keystrokes as
 * `linkedTimings` tells them. A function of the multiset of keystrokes; what a window cannot tell is 0.
 */
export function writeWideTimings(
  columns: KeystrokeColumns,
  linked: PairedTimings,
  from: number,
  to: number,
  out: Float32Array,
): void {
  writeTimings(columns, from, to, out);
  const { zonePair, holdSteps, pressPressSteps, releasePressSteps } = columns;
  const { hold, previousHold, pressPress, releasePress, releaseRelease } = wideColumns(to - from);
  pairFlights.fill(0);
  pairRollovers.fill(0);
  let n = 0;
  let rollovers = 0;
  for (let i = from; i < to; i++) {
    if (pressPressSteps[i]! < 0) continue;
    hold[n] = lnHold[holdSteps[i]!]!;
    previousHold[n] = lnHold[linked.holdSteps[i]!]!;
    pressPress[n] = lnPressPress[pressPressSteps[i]!]!;
    releasePress[n] = signedLnReleasePress[releasePressSteps[i]! + releasePressOffset]!;
    releaseRelease[n] = signedLnReleasePress[linked.releasePressSteps[i]! + releasePressOffset]!;
    n++;
    const rollover = releasePressSteps[i]! < 0 ? 1 : 0;
    rollovers += rollover;
    const slot = commonSlot[zonePair[i]!]!;
    if (slot < 0) continue;
    pairFlights[slot]! += 1;
    pairRollovers[slot]! += rollover;
  }
  const usual = n > 0 ? rollovers / n : 0;
  for (let slot = 0; slot < pairCount; slot++) {
    out[wideAt.rolloverByPair + slot] = (pairRollovers[slot]! + slotPrior * usual) / (pairFlights[slot]! + slotPrior);
  }
  out[wideAt.correlation] = correlation(previousHold, pressPress, n);
  out[wideAt.correlation + 1] = correlation(hold, previousHold, n);
  out[wideAt.correlation + 2] = correlation(previousHold, releasePress, n);
  out[wideAt.correlation + 3] = correlation(hold, releasePress, n);
  // Last, since it sorts the columns.
  const summary = wideAt.summary;
  writeMoments(previousHold, n, out, summary, summary + 1);
  writeQuantiles(previousHold, n, out, summary + 2);
  writeMoments(releaseRelease, n, out, summary + 7, summary + 8);
  writeQuantiles(releaseRelease, n, out, summary + 9);
  writeHistograms(columns, from, to, out, wideAt.histograms);
}
