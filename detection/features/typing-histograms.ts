import type { Feature } from '../words/catalogue.ts';
import type { KeystrokeColumns } from './keystroke-window.ts';
import { addSoftly, type SoftBins, softBins } from './soft-bins.ts';
import { lnHold, lnPressPress, releasePressOffset, signedLnReleasePress } from './typing-quantities.ts';

/** Coarse histograms of a window's times, of all keys and by zone or pair: no finer, or they would tell timers, not people. */

const zones = ['left', 'right', 'space'] as const;
const pairs = ['left-hand', 'right-hand', 'hand-to-hand', 'to-space', 'from-space'] as const;

/** Which of {@link pairs} a zone pair belongs to, or -1. */
const groupOfPair = Int8Array.from({ length: 36 }, (_, pair) => {
  const before = (pair / 6) | 0;
  const zone = pair - before * 6;
  if (zone === 2) return 3;
  if (before === 2) return 4;
  if (before > 1 || zone > 1) return -1;
  return before === zone ? before : 2;
});

const holdBins = softBins(lnHold, 3.6, 5.4, 10);
const pressPressBins = softBins(lnPressPress, 4, 6.8, 12);
const releasePressBins = softBins(signedLnReleasePress, -1.3, 2.6, 12);
const zoneHoldBins = softBins(lnHold, 3.8, 5.2, 8);
const pairPressPressBins = softBins(lnPressPress, 4.2, 6.2, 7);
const pairReleasePressBins = softBins(signedLnReleasePress, -1.1, 2.2, 7);

/** In the order in which they are written. */
const histograms: readonly { name: string; bins: SoftBins }[] = [
  { name: 'hold', bins: holdBins },
  { name: 'press-press', bins: pressPressBins },
  { name: 'release-press', bins: releasePressBins },
  ...zones.map((zone) => ({ name: `hold-${zone}`, bins: zoneHoldBins })),
  ...pairs.map((pair) => ({ name: `press-press-${pair}`, bins: pairPressPressBins })),
  ...pairs.map((pair) => ({ name: `release-press-${pair}`, bins: pairReleasePressBins })),
];

/** What {@link writeHistograms} writes. */
export const histogramFeatures: readonly Feature[] = histograms.flatMap(({ name, bins }) =>
  Array.from({ length: bins.count }, (_, bin) => ({
    name: `${name}-bin-${bin + 1}`,
    unit: 'root share of keys',
    scale: 'linear' as const,
  })),
);

const starts = Int32Array.from(histograms, (_, i) =>
  histograms.slice(0, i).reduce((sum, { bins }) => sum + bins.count, 0),
);
/** Written before they are read in every call. */
const counts = new Float64Array(histogramFeatures.length);
const keys = new Float64Array(histograms.length);

function add(histogram: number, entry: number): void {
  addSoftly(histograms[histogram]!.bins, entry, counts, starts[histogram]!);
  keys[histogram]! += 1;
}

/** Writes the histograms of keystrokes `from`..`to` into `out`, from `at` on. */
export function writeHistograms(
  columns: KeystrokeColumns,
  from: number,
  to: number,
  out: Float32Array,
  at: number,
): void {
  const { zonePair, holdSteps, pressPressSteps, releasePressSteps } = columns;
  counts.fill(0);
  keys.fill(0);
  for (let i = from; i < to; i++) {
    const zone = zonePair[i]! % 6;
    add(0, holdSteps[i]!);
    if (zone < zones.length) add(3 + zone, holdSteps[i]!);
    const pressPress = pressPressSteps[i]!;
    if (pressPress < 0) continue;
    const releasePress = releasePressSteps[i]! + releasePressOffset;
    add(1, pressPress);
    add(2, releasePress);
    const group = groupOfPair[zonePair[i]!]!;
    if (group < 0) continue;
    add(6 + group, pressPress);
    add(11 + group, releasePress);
  }
  for (let h = 0; h < histograms.length; h++) {
    const end = starts[h]! + histograms[h]!.bins.count;
    // Roots of shares spread alike whatever the share; one key more than there are draws what is rare to 0.
    for (let bin = starts[h]!; bin < end; bin++) out[at + bin] = Math.sqrt(counts[bin]! / (keys[h]! + 1));
  }
}
