import { zones } from '../words/behaviour.ts';
import type { KeystrokeColumns } from './keystroke-window.ts';
import { lnHold, lnPressPress, releasePressOffset, signedLnReleasePress } from './typing-quantities.ts';

/**
 * How long a keystroke takes given which zones it joins: for each pair a smoothed histogram of hold, press-press and
 * release-press that leans on the current zone's, and that on everybody's, as far as the pair is rare. The same code
 * fits one person's typing and a population's; measured against it, what was typed weighs less than how.
 */

/** Timings with the pair that each belongs to, `previous * classes + current`. */
export interface PairedTimings {
  pair: Uint8Array | Int32Array;
  holdSteps: Uint8Array;
  /** -1 where there is no flight. */
  pressPressSteps: Int16Array;
  releasePressSteps: Int16Array;
}

/** Plain typed arrays. A row is a pair that was seen, or (`pairs + current`) the back-off for pairs that were not. */
export interface ZonePairModel {
  /** Zones, or keys in research. */
  classes: number;
  /** Row of each pair, -1 for its current class's back-off; `classes * classes`. */
  rowOfPair: Int32Array;
  /** Rows that are pairs. */
  pairs: number;
  /** Median by row, for hold, press-press, release-press: `rows x 3`, in the logarithms of typing-quantities.ts. */
  centre: Float64Array;
  /** Mean absolute deviation around it, likewise. */
  spread: Float64Array;
  /** How far out a value lies, 0 (the median) to 0.5, `rows x 327` over the bins of the three quantities. */
  tail: Float32Array;
  /** -ln of a bin's probability less its mean, clipped to -3..4; likewise. */
  surprise: Float32Array;
}

const binWidth = 0.05;
/** Standard deviation of the smoothing, in bins. */
const smoothing = 0.1 / binWidth;
/** Beyond it the smoothing's weight is below 1e-13. */
const kernelReach = 16;
/** Weight by distance in bins. */
const kernel = Float64Array.from({ length: kernelReach + 1 }, (_, bins) => Math.exp(-0.5 * (bins / smoothing) ** 2));
const bins = [97, 120, 110] as const;
const firstBin = [0, 97, 217] as const;
const lowest = [Math.log(8), Math.log(5), -2] as const;
const allBins = 327;
/** Keystrokes' worth of trust in the row that a row leans on. */
const backOff = 6;
/** The same in equal probabilities, for the row of all keystrokes. */
const uniformPrior = 1;
const furthest = 4;

/** Numbers that {@link scoreTimings} writes per keystroke. */
export const scoresPerSample = 9;

function binsOf(values: Float64Array, quantity: 0 | 1 | 2): Uint8Array {
  return Uint8Array.from(values, (value) =>
    Math.min(Math.max(Math.floor((value - lowest[quantity]) / binWidth), 0), bins[quantity] - 1),
  );
}

const valueTables = [lnHold, lnPressPress, signedLnReleasePress] as const;
const binTables = [binsOf(lnHold, 0), binsOf(lnPressPress, 1), binsOf(signedLnReleasePress, 2)] as const;

/** Keystrokes of the wire, paired by zone. */
export function byZonePair(columns: KeystrokeColumns): PairedTimings {
  return { ...columns, pair: columns.zonePair };
}

/** Adds to `out` the smoothed counts of one quantity: each bin spread over its neighbours, none lost at the ends. */
function addSmoothed(counts: Float64Array, from: number, length: number, out: Float64Array): void {
  for (let i = 0; i < length; i++) {
    const count = counts[from + i]!;
    if (count === 0) continue;
    const low = Math.max(0, i - kernelReach);
    const high = Math.min(length - 1, i + kernelReach);
    let total = 0;
    for (let j = low; j <= high; j++) total += kernel[Math.abs(i - j)]!;
    const each = count / total;
    for (let j = low; j <= high; j++) out[j]! += each * kernel[Math.abs(i - j)]!;
  }
}

/** Bin probabilities of one row and quantity: its smoothed counts, leaning on `prior` with the weight of `trust`. */
function density(counts: Float64Array, from: number, length: number, prior: Float64Array, trust: number): Float64Array {
  const out = Float64Array.from(prior, (share) => share * trust);
  addSmoothed(counts, from, length, out);
  let total = trust;
  for (let i = 0; i < length; i++) total += counts[from + i]!;
  for (let i = 0; i < length; i++) out[i]! /= total;
  return out;
}

/** What scoring needs of one row's probabilities. */
function writeTables(model: ZonePairModel, row: number, quantity: 0 | 1 | 2, probability: Float64Array): void {
  const n = probability.length;
  const low = lowest[quantity];
  const at = row * allBins + firstBin[quantity];
  let passed = 0;
  let centre = Number.NaN;
  let entropy = 0;
  for (let i = 0; i < n; i++) {
    const share = probability[i]!;
    if (Number.isNaN(centre) && passed + share >= 0.5) centre = low + (i + (0.5 - passed) / share) * binWidth;
    const below = passed + 0.5 * share;
    const surprise = -Math.log(share);
    model.tail[at + i] = 0.5 - Math.min(below, 1 - below);
    model.surprise[at + i] = surprise;
    entropy += share * surprise;
    passed += share;
  }
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const share = probability[i]!;
    spread += share * Math.abs(low + (i + 0.5) * binWidth - centre);
    model.surprise[at + i] = Math.min(Math.max(model.surprise[at + i]! - entropy, -3), furthest);
  }
  model.centre[row * 3 + quantity] = centre;
  model.spread[row * 3 + quantity] = spread;
}

/** Counts by row and bin; hold counts always, flights where there are any. */
function count(parts: readonly PairedTimings[], rowOf: (pair: number) => number, rows: number): Float64Array {
  const counts = new Float64Array(rows * allBins);
  for (const { pair, holdSteps, pressPressSteps, releasePressSteps } of parts) {
    for (let i = 0; i < pair.length; i++) {
      const at = rowOf(pair[i]!) * allBins;
      counts[at + binTables[0][holdSteps[i]!]!]! += 1;
      const pressPress = pressPressSteps[i]!;
      if (pressPress < 0) continue;
      counts[at + firstBin[1] + binTables[1][pressPress]!]! += 1;
      counts[at + firstBin[2] + binTables[2][releasePressSteps[i]! + releasePressOffset]!]! += 1;
    }
  }
  return counts;
}

/**
 * Fits the model to all keystrokes of `parts`.
 * @throws RangeError when there is no keystroke.
 */
export function fitZonePairModel(parts: readonly PairedTimings[], classes: number = zones.length): ZonePairModel {
  const rowOfPair = new Int32Array(classes * classes).fill(-1);
  let pairs = 0;
  for (const { pair } of parts) {
    for (let i = 0; i < pair.length; i++) if (rowOfPair[pair[i]!]! < 0) rowOfPair[pair[i]!] = pairs++;
  }
  if (pairs === 0) throw new RangeError('a zone-pair model needs at least one keystroke');
  const byPair = count(parts, (pair) => rowOfPair[pair]!, pairs);
  const byClass = count(parts, (pair) => pair % classes, classes);
  const overall = count(parts, () => 0, 1);
  const rows = pairs + classes;
  const model: ZonePairModel = {
    classes,
    rowOfPair,
    pairs,
    centre: new Float64Array(rows * 3),
    spread: new Float64Array(rows * 3),
    tail: new Float32Array(rows * allBins),
    surprise: new Float32Array(rows * allBins),
  };
  for (const quantity of [0, 1, 2] as const) {
    const n = bins[quantity];
    const first = firstBin[quantity];
    const everyone = density(overall, first, n, new Float64Array(n).fill(1 / n), uniformPrior);
    const ofClass = Array.from({ length: classes }, (_, current) =>
      density(byClass, current * allBins + first, n, everyone, backOff),
    );
    for (const [current, probability] of ofClass.entries()) writeTables(model, pairs + current, quantity, probability);
    for (let pair = 0; pair < rowOfPair.length; pair++) {
      const row = rowOfPair[pair]!;
      if (row < 0) continue;
      writeTables(model, row, quantity, density(byPair, row * allBins + first, n, ofClass[pair % classes]!, backOff));
    }
  }
  return model;
}

/** Share of a distribution that lies below a value, for one pair and one of hold, press-press, release-press. */
export type CumulativeShare = (pair: number, quantity: 0 | 1 | 2, value: number) => number;

/** Weight of the uniform distribution, so that no bin is impossible. */
const uniformShare = 1e-3;

/** The model of distributions that are known already: every pair has its row. */
export function zonePairModelOf(below: CumulativeShare, classes: number = zones.length): ZonePairModel {
  const pairs = classes * classes;
  const model: ZonePairModel = {
    classes,
    rowOfPair: Int32Array.from({ length: pairs }, (_, pair) => pair),
    pairs,
    centre: new Float64Array(pairs * 3),
    spread: new Float64Array(pairs * 3),
    tail: new Float32Array(pairs * allBins),
    surprise: new Float32Array(pairs * allBins),
  };
  for (const quantity of [0, 1, 2] as const) {
    const n = bins[quantity];
    for (let pair = 0; pair < pairs; pair++) {
      // What lies beyond the first and the last bin is clipped into them.
      const edge = (bin: number) =>
        bin === 0 ? 0 : bin === n ? 1 : below(pair, quantity, lowest[quantity] + bin * binWidth);
      const shares = Float64Array.from({ length: n }, (_, bin) => edge(bin + 1) - edge(bin));
      writeTables(model, pair, quantity, density(shares, 0, n, new Float64Array(n).fill(1 / n), uniformShare));
    }
  }
  return model;
}

/**
 * Each keystroke against the model, {@link scoresPerSample} numbers: its deviation in spreads (clipped to +-4), for hold,
 * press-press and release-press; how far out each lies (0..0.5); how surprising each is (-3..4). Flights that are
 * missing score 0: tell them by `pressPressSteps < 0`.
 */
export function scoreTimings(model: ZonePairModel, timings: PairedTimings): Float32Array {
  const { pair, holdSteps, pressPressSteps, releasePressSteps } = timings;
  const out = new Float32Array(pair.length * scoresPerSample);
  for (let i = 0; i < pair.length; i++) {
    const seen = model.rowOfPair[pair[i]!]!;
    const row = seen < 0 ? model.pairs + (pair[i]! % model.classes) : seen;
    write(model, row, 0, holdSteps[i]!, out, i * scoresPerSample);
    if (pressPressSteps[i]! < 0) continue;
    write(model, row, 1, pressPressSteps[i]!, out, i * scoresPerSample);
    write(model, row, 2, releasePressSteps[i]! + releasePressOffset, out, i * scoresPerSample);
  }
  return out;
}

function write(
  model: ZonePairModel,
  row: number,
  quantity: 0 | 1 | 2,
  entry: number,
  out: Float32Array,
  at: number,
): void {
  const deviation =
    (valueTables[quantity][entry]! - model.centre[row * 3 + quantity]!) / model.spread[row * 3 + quantity]!;
  const bin = row * allBins + firstBin[quantity] + binTables[quantity][entry]!;
  out[at + quantity] = Math.min(Math.max(deviation, -furthest), furthest);
  out[at + 3 + quantity] = model.tail[bin]!;
  out[at + 6 + quantity] = model.surprise[bin]!;
}
