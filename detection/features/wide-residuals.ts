import type { KeystrokeColumns } from './keystroke-window.ts';
import { commonPairs, commonSlot, writeResiduals } from './typing-vector.ts';
import { wideColumns } from './wide-columns.ts';
import { previousZones, wideAt } from './wide-typing-catalogue.ts';
import { correlation, writeMoments, writeQuantiles } from './window-statistics.ts';
import { scoresPerSample } from './zone-pair-model.ts';

/** Keystrokes' worth of trust that a zone or pair is as typical as any. */
const slotPrior = 3;
const pairCount = commonPairs.length;

/** By common pair: flights, then sums of four deviations, then of the press-press one's squares. */
const perPair = 6;
const pairSums = new Float64Array(pairCount * perPair);
const zoneSums = new Float64Array(previousZones.length);
const zoneKeys = new Float64Array(previousZones.length);

/**
 * Writes what keystrokes `from`..`to` say against a model into a wide vector: `own` are their scores as they are, `linked`
 * as `linkedTimings` tells them. A function of the multiset of keystrokes; what a window cannot tell is 0.
 */
export function writeWideResiduals(
  columns: KeystrokeColumns,
  own: Float32Array,
  linked: Float32Array,
  from: number,
  to: number,
  out: Float32Array,
): void {
  writeResiduals(columns, own, from, to, out);
  const { zonePair, pressPressSteps } = columns;
  const { hold, previousHold, pressPress, releasePress, releaseRelease } = wideColumns(to - from);
  pairSums.fill(0);
  zoneSums.fill(0);
  zoneKeys.fill(0);
  let n = 0;
  for (let i = from; i < to; i++) {
    if (pressPressSteps[i]! < 0) continue;
    const at = i * scoresPerSample;
    hold[n] = own[at]!;
    previousHold[n] = linked[at]!;
    pressPress[n] = own[at + 1]!;
    releasePress[n] = own[at + 2]!;
    releaseRelease[n] = linked[at + 2]!;
    const before = (zonePair[i]! / 6) | 0;
    if (before < previousZones.length) {
      zoneSums[before]! += previousHold[n]!;
      zoneKeys[before]! += 1;
    }
    const slot = commonSlot[zonePair[i]!]!;
    if (slot >= 0) {
      const p = slot * perPair;
      pairSums[p]! += 1;
      pairSums[p + 1]! += releaseRelease[n]!;
      pairSums[p + 2]! += hold[n]!;
      pairSums[p + 3]! += previousHold[n]!;
      pairSums[p + 4]! += pressPress[n]!;
      pairSums[p + 5]! += pressPress[n]! ** 2;
    }
    n++;
  }
  writeSlots(out);
  out[wideAt.shiftCorrelation] = correlation(previousHold, pressPress, n);
  out[wideAt.shiftCorrelation + 1] = correlation(hold, previousHold, n);
  out[wideAt.shiftCorrelation + 2] = correlation(previousHold, releasePress, n);
  out[wideAt.shiftCorrelation + 3] = correlation(hold, releasePress, n);
  writeQuantity(columns, linked, 0, previousHold, n, from, to, out);
  writeQuantity(columns, linked, 2, releaseRelease, n, from, to, out);
}

function writeSlots(out: Float32Array): void {
  for (let zone = 0; zone < previousZones.length; zone++) {
    out[wideAt.previousHoldByZone + zone] = zoneSums[zone]! / (zoneKeys[zone]! + slotPrior);
  }
  for (let slot = 0; slot < pairCount; slot++) {
    const p = slot * perPair;
    const count = pairSums[p]!;
    const squares = count > 0 ? Math.max(pairSums[p + 5]! - pairSums[p + 4]! ** 2 / count, 0) : 0;
    out[wideAt.releaseReleaseByPair + slot] = pairSums[p + 1]! / (count + slotPrior);
    out[wideAt.holdByPair + slot] = pairSums[p + 2]! / (count + slotPrior);
    out[wideAt.previousHoldByPair + slot] = pairSums[p + 3]! / (count + slotPrior);
    out[wideAt.varianceByPair + slot] = Math.log((squares + slotPrior) / (count + slotPrior));
  }
}

/** Deviation, shift, its spread, tail, surprise and quantiles of one linked quantity, 0 or 2. Sorts the values. */
function writeQuantity(
  { pressPressSteps }: KeystrokeColumns,
  linked: Float32Array,
  quantity: 0 | 2,
  values: Float64Array,
  count: number,
  from: number,
  to: number,
  out: Float32Array,
): void {
  let deviation = 0;
  let tail = 0;
  let surprise = 0;
  for (let i = from; i < to; i++) {
    if (pressPressSteps[i]! < 0) continue;
    const at = i * scoresPerSample + quantity;
    deviation += Math.abs(linked[at]!);
    tail += linked[at + 3]!;
    surprise += linked[at + 6]!;
  }
  const at = wideAt.residual + (quantity === 0 ? 0 : 10);
  const flights = Math.max(count, 1);
  out[at] = deviation / flights;
  out[at + 3] = tail / flights;
  out[at + 4] = surprise / flights;
  writeMoments(values, count, out, at + 1, at + 2);
  writeQuantiles(values, count, out, at + 5);
}
