import type { Feature, FeatureScale } from '../words/catalogue.ts';
import { type KeystrokeColumns, type KeystrokeWindow, unpackKeystrokes } from './keystroke-window.ts';
import { lnHold, lnPressPress, releasePressOffset, signedLnReleasePress } from './typing-quantities.ts';
import { correlation, quantileNames, writeMoments, writeQuantiles } from './window-statistics.ts';
import { byZonePair, scoresPerSample, scoreTimings, type ZonePairModel } from './zone-pair-model.ts';

const quantities = ['hold', 'press-press', 'release-press'] as const;
const holdZones = ['left', 'right', 'space', 'backspace', 'modifier'] as const;
/** Zone pairs that every window has some of. */
export const commonPairs = [
  'left-left',
  'left-right',
  'right-left',
  'right-right',
  'left-space',
  'right-space',
  'space-left',
  'space-right',
] as const;
const rarePairs = ['to-backspace', 'from-backspace', 'with-modifier'] as const;

function feature(name: string, unit: string, scale: FeatureScale = 'linear'): Feature {
  return { name, unit, scale };
}

function summaryOf(quantity: (typeof quantities)[number]): Feature[] {
  const scale = quantity === 'release-press' ? 'signed-ln' : 'ln';
  return [
    feature(`${quantity}-mean`, 'ms', scale),
    feature(`${quantity}-sd`, 'log spread'),
    ...quantileNames.map((name) => feature(`${quantity}-${name}`, 'ms', scale)),
  ];
}

const spreads = 'spreads from typical';

/**
 * What the numbers of {@link typingVector} mean. The first {@link identityFeatureCount} tell who types; the last, how
 * often two press-press times are equal, tells a timer from a hand and fingerprints the machine more than the person.
 */
export const typingFeatures: readonly Feature[] = [
  ...quantities.flatMap(summaryOf),
  feature('rollover-share', 'share of flights'),
  feature('pause-share', 'share of keys'),
  feature('hold-press-press-correlation', 'correlation'),
  feature('backspace-share', 'share of keys'),
  feature('modifier-share', 'share of keys'),
  ...quantities.map((quantity) => feature(`${quantity}-deviation`, spreads)),
  ...quantities.map((quantity) => feature(`${quantity}-shift`, spreads)),
  ...quantities.map((quantity) => feature(`${quantity}-deviation-sd`, spreads)),
  ...quantities.map((quantity) => feature(`${quantity}-tail`, 'share from the median')),
  ...quantities.map((quantity) => feature(`${quantity}-surprise`, 'nats above the mean')),
  ...quantities.flatMap((quantity) => quantileNames.map((name) => feature(`${quantity}-shift-${name}`, spreads))),
  feature('shift-correlation', 'correlation'),
  ...holdZones.map((zone) => feature(`hold-${zone}`, spreads)),
  ...[...commonPairs, ...rarePairs].map((pair) => feature(`press-press-${pair}`, spreads)),
  ...commonPairs.map((pair) => feature(`release-press-${pair}`, spreads)),
  feature('equal-intervals-share', 'share of keys'),
];

/** Numbers of a window that may tell one person from another. */
export const identityFeatureCount = typingFeatures.length - 1;

const rolloverAt = 21;
const firstResidual = 26;
const slotsAt = 57;
/** Keystrokes' worth of trust that a zone or pair is as typical as any. */
const slotPrior = 3;
const pauseSteps = 700 / 5;

/** Left 0, right 1, space 2, backspace 3, modifier 4, other 5: slot in {@link commonPairs} by zone pair, or -1. */
export const commonSlot = new Int8Array(36).fill(-1);
for (const [slot, pair] of [0, 1, 6, 7, 2, 8, 12, 13].entries()) commonSlot[pair] = slot;

/** Working columns of one call, grown to the longest window so far; written before they are read in every call. */
let first = new Float64Array(256);
let second = new Float64Array(256);
let third = new Float64Array(256);
/** Sums of absolute deviation, tail and surprise, each of hold, press-press and release-press. */
const sums = new Float64Array(9);
const slotSums = new Float64Array(24);
const slotCounts = new Float64Array(24);

function makeRoom(count: number): void {
  if (first.length >= count) return;
  first = new Float64Array(2 * count);
  second = new Float64Array(2 * count);
  third = new Float64Array(2 * count);
}

/**
 * Writes what keystrokes `from`..`to` say without any model, entries 0..25 and the last, into `out`. A function of the
 * multiset of those keystrokes, up to the last bits of a sum. What a window cannot tell is 0.
 */
export function writeTimings(columns: KeystrokeColumns, from: number, to: number, out: Float32Array): void {
  const { zonePair, holdSteps, pressPressSteps, releasePressSteps } = columns;
  const n = to - from;
  makeRoom(n);
  let flights = 0;
  let rollover = 0;
  let pauses = 0;
  let backspaces = 0;
  let modifiers = 0;
  for (let i = from; i < to; i++) {
    const zone = zonePair[i]! % 6;
    if (zone === 3) backspaces++;
    if (zone === 4) modifiers++;
    const steps = pressPressSteps[i]!;
    if (steps < 0 || steps > pauseSteps) pauses++;
    if (steps < 0) continue;
    if (releasePressSteps[i]! < 0) rollover++;
    first[flights] = lnHold[holdSteps[i]!]!;
    second[flights] = lnPressPress[steps]!;
    third[flights] = signedLnReleasePress[releasePressSteps[i]! + releasePressOffset]!;
    flights++;
  }
  out[rolloverAt] = flights > 0 ? rollover / flights : 0;
  out[rolloverAt + 1] = n > 0 ? pauses / n : 0;
  out[rolloverAt + 2] = correlation(first, second, flights);
  out[rolloverAt + 3] = n > 0 ? backspaces / n : 0;
  out[rolloverAt + 4] = n > 0 ? modifiers / n : 0;
  writeMoments(second, flights, out, 7, 8);
  writeQuantiles(second, flights, out, 9);
  let equal = 0;
  for (let i = 1; i < flights; i++) if (second[i] === second[i - 1]) equal++;
  out[typingFeatures.length - 1] = n > 0 ? equal / n : 0;
  writeMoments(third, flights, out, 14, 15);
  writeQuantiles(third, flights, out, 16);
  for (let i = 0; i < n; i++) first[i] = lnHold[holdSteps[from + i]!]!;
  writeMoments(first, n, out, 0, 1);
  writeQuantiles(first, n, out, 2);
}

/** Sums by slot: hold by zone 0..4, press-press by pair 5..15, release-press by pair 16..23. */
function addSlot(slot: number, value: number): void {
  slotSums[slot]! += value;
  slotCounts[slot]! += 1;
}

/**
 * Writes what keystrokes `from`..`to` say against a zone-pair model, entries 26..80, into `out`; `scores` are
 * {@link scoreTimings} of the same columns. A function of the multiset, as {@link writeTimings}.
 */
export function writeResiduals(
  columns: KeystrokeColumns,
  scores: Float32Array,
  from: number,
  to: number,
  out: Float32Array,
): void {
  const { zonePair, pressPressSteps } = columns;
  const n = to - from;
  makeRoom(n);
  slotSums.fill(0);
  slotCounts.fill(0);
  sums.fill(0);
  let flights = 0;
  for (let i = from; i < to; i++) {
    const at = i * scoresPerSample;
    const pair = zonePair[i]!;
    const before = (pair / 6) | 0;
    const zone = pair - before * 6;
    const hold = scores[at]!;
    sums[0]! += Math.abs(hold);
    sums[3]! += scores[at + 3]!;
    sums[6]! += scores[at + 6]!;
    if (zone < 5) addSlot(zone, hold);
    if (pressPressSteps[i]! < 0) continue;
    const flight = scores[at + 1]!;
    const gap = scores[at + 2]!;
    sums[1]! += Math.abs(flight);
    sums[2]! += Math.abs(gap);
    sums[4]! += scores[at + 4]!;
    sums[5]! += scores[at + 5]!;
    sums[7]! += scores[at + 7]!;
    sums[8]! += scores[at + 8]!;
    first[flights] = hold;
    second[flights] = flight;
    third[flights] = gap;
    flights++;
    const slot = commonSlot[pair]!;
    if (slot >= 0) {
      addSlot(5 + slot, flight);
      addSlot(16 + slot, gap);
    }
    if (zone === 3) addSlot(13, flight);
    if (before === 3) addSlot(14, flight);
    if (zone === 4 || before === 4) addSlot(15, flight);
  }
  for (let i = 0; i < 9; i++) {
    const of = i % 3 === 0 ? n : flights;
    out[firstResidual + i + (i < 3 ? 0 : 6)] = of > 0 ? sums[i]! / of : 0;
  }
  out[56] = correlation(first, second, flights);
  writeMoments(second, flights, out, 30, 33);
  writeQuantiles(second, flights, out, 46);
  writeMoments(third, flights, out, 31, 34);
  writeQuantiles(third, flights, out, 51);
  for (let i = 0; i < n; i++) first[i] = scores[(from + i) * scoresPerSample]!;
  writeMoments(first, n, out, 29, 32);
  writeQuantiles(first, n, out, 41);
  for (let slot = 0; slot < slotSums.length; slot++) {
    out[slotsAt + slot] = slotSums[slot]! / (slotCounts[slot]! + slotPrior);
  }
}

/**
 * The numbers of one window against a zone-pair model, unscaled, in the order of {@link typingFeatures}. A window is
 * sorted, so that not a bit depends on the order of typing. An empty window gives zeros; no entry is ever NaN.
 */
export function typingVector(window: KeystrokeWindow, model: ZonePairModel): Float32Array {
  const columns = unpackKeystrokes(window);
  const out = new Float32Array(typingFeatures.length);
  writeTimings(columns, 0, window.length, out);
  writeResiduals(columns, scoreTimings(model, byZonePair(columns)), 0, window.length, out);
  return out;
}
