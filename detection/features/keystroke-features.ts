import { zonePairCount } from '../words/behaviour.ts';
import type { Catalogue, Feature } from '../words/catalogue.ts';
import type { KeystrokeWindow } from './keystroke-window.ts';
import { keystrokeStepMs, unpackKeystrokes } from './keystroke-window.ts';
import { quantileOfSorted, sortFirst } from './order-statistics.ts';
import {
  overallLnHold,
  overallLnPressPress,
  overallReleasePress,
  typicalLnHold,
  typicalLnPressPress,
  typicalReleasePress,
} from './typical-typing.ts';

const summary = ['mean', 'sd', 'q10', 'q50', 'q90'] as const;
const shares = [0.1, 0.5, 0.9] as const;
const holdZones = ['left', 'right', 'space', 'backspace', 'modifier'] as const;
const commonPairs = [
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

/** Keystrokes' worth of trust in what is typical for a zone or pair. */
const slotPrior = 2;

function feature(name: string, unit: string, scale: Feature['scale']): Feature {
  return { name, unit, scale };
}

function summaryOf(what: string, scale: 'ln' | 'signed-ln'): Feature[] {
  return summary.map((part) =>
    part === 'sd' ? feature(`${what}-sd`, 'log spread', 'linear') : feature(`${what}-${part}`, 'ms', scale),
  );
}

const features: readonly Feature[] = [
  ...summaryOf('hold', 'ln'),
  ...summaryOf('press-press', 'ln'),
  ...summaryOf('release-press', 'signed-ln'),
  feature('rollover-share', 'share of keys', 'linear'),
  feature('pause-share', 'share of keys', 'linear'),
  feature('hold-press-press-correlation', 'correlation', 'linear'),
  feature('backspace-share', 'share of keys', 'linear'),
  feature('modifier-share', 'share of keys', 'linear'),
  ...holdZones.map((zone) => feature(`hold-${zone}`, 'times typical', 'ln')),
  ...[...commonPairs, ...rarePairs].map((pair) => feature(`press-press-${pair}`, 'times typical', 'ln')),
  ...commonPairs.map((pair) => feature(`release-press-${pair}`, 'log steps from typical', 'linear')),
];

/** Left 0, right 1, space 2, backspace 3, modifier 4, other 5; slot in {@link commonPairs} per zone pair, or -1. */
const commonSlot = new Int8Array(zonePairCount).fill(-1);
for (const [slot, pair] of [0, 1, 6, 7, 2, 8, 12, 13].entries()) commonSlot[pair] = slot;

const lnHold = Float64Array.from({ length: 201 }, (_, steps) => Math.log(Math.max(steps * keystrokeStepMs, 8)));
const lnPressPress = Float64Array.from({ length: 401 }, (_, steps) => Math.log(Math.max(steps * keystrokeStepMs, 5)));
const signedLnReleasePress = Float64Array.from({ length: 361 }, (_, index) => {
  const ms = (index - 60) * keystrokeStepMs;
  return Math.sign(ms) * Math.log(1 + Math.abs(ms) / 50);
});
const pauseSteps = 700 / keystrokeStepMs;

/** Running sums of one quantity over a window. */
class Moments {
  count = 0;
  #sum = 0;
  #squares = 0;

  add(value: number): void {
    this.count++;
    this.#sum += value;
    this.#squares += value * value;
  }

  get mean(): number {
    return this.count > 0 ? this.#sum / this.count : 0;
  }

  get variance(): number {
    return this.count > 0 ? Math.max(this.#squares / this.count - this.mean ** 2, 0) : 0;
  }
}

/** Mean, spread and quantiles of the values that `moments` has counted. Sorts the values. */
function writeSummary(values: Float64Array, moments: Moments, offset: number, out: Float32Array, at: number): void {
  if (moments.count === 0) return;
  out[at] = moments.mean + offset;
  out[at + 1] = Math.sqrt(moments.variance);
  const sorted = sortFirst(values, moments.count);
  for (let q = 0; q < shares.length; q++)
    out[at + 2 + q] = quantileOfSorted(sorted, moments.count, shares[q]!) + offset;
}

/** Sums by slot, and their means shrunk to 0 while few keystrokes speak. */
class Slots {
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;

  constructor(count: number) {
    this.#sums = new Float64Array(count);
    this.#counts = new Float64Array(count);
  }

  add(slot: number, value: number): void {
    this.#sums[slot]! += value;
    this.#counts[slot]! += 1;
  }

  countOf(slot: number): number {
    return this.#counts[slot]!;
  }

  write(count: number, out: Float32Array, at: number): void {
    for (let slot = 0; slot < count; slot++) out[at + slot] = this.#sums[slot]! / (this.#counts[slot]! + slotPrior);
  }
}

function correlation(a: Moments, b: Moments, products: number): number {
  if (a.count === 0) return 0;
  return (products / a.count - a.mean * b.mean) / Math.sqrt(a.variance * b.variance + 1e-6);
}

/**
 * The features of one window, unscaled, in catalogue order. A function of the multiset of keystrokes alone: times are
 * logarithms clipped as the recipe says, each measured against what its zone pair typically takes anyone. What a window
 * cannot tell (no flights at all) is 0; no entry is ever NaN.
 */
export function keystrokeVector(window: KeystrokeWindow): Float32Array {
  const { zonePair, holdSteps, pressPressSteps, releasePressSteps } = unpackKeystrokes(window);
  const n = window.length;
  const out = new Float32Array(features.length);
  if (n === 0) return out;
  const holdValues = new Float64Array(n);
  const flightValues = new Float64Array(n);
  const gapValues = new Float64Array(n);
  const holds = new Moments();
  const flights = new Moments();
  const gaps = new Moments();
  const rawHolds = new Moments();
  const rawFlights = new Moments();
  const holdByZone = new Slots(6);
  const flightByPair = new Slots(11);
  const gapByPair = new Slots(8);
  let products = 0;
  let rollover = 0;
  let pauses = 0;
  for (let i = 0; i < n; i++) {
    const pair = zonePair[i]!;
    const before = (pair / 6) | 0;
    const zone = pair - before * 6;
    const rawHold = lnHold[holdSteps[i]!]!;
    const hold = rawHold - typicalLnHold[zone]!;
    holdValues[i] = hold;
    holds.add(hold);
    holdByZone.add(zone, hold);
    const pressSteps = pressPressSteps[i]!;
    if (pressSteps < 0 || pressSteps > pauseSteps) pauses++;
    if (pressSteps < 0) continue;
    const rawFlight = lnPressPress[pressSteps]!;
    const flight = rawFlight - typicalLnPressPress[pair]!;
    const releaseSteps = releasePressSteps[i]!;
    const gap = signedLnReleasePress[releaseSteps + 60]! - typicalReleasePress[pair]!;
    flightValues[flights.count] = flight;
    gapValues[flights.count] = gap;
    flights.add(flight);
    gaps.add(gap);
    rawHolds.add(rawHold);
    rawFlights.add(rawFlight);
    products += rawHold * rawFlight;
    if (releaseSteps < 0) rollover++;
    const slot = commonSlot[pair]!;
    if (slot >= 0) {
      flightByPair.add(slot, flight);
      gapByPair.add(slot, gap);
    }
    if (zone === 3) flightByPair.add(8, flight);
    if (before === 3) flightByPair.add(9, flight);
    if (zone === 4 || before === 4) flightByPair.add(10, flight);
  }
  writeSummary(holdValues, holds, overallLnHold, out, 0);
  writeSummary(flightValues, flights, overallLnPressPress, out, 5);
  writeSummary(gapValues, gaps, overallReleasePress, out, 10);
  out[15] = rollover / Math.max(flights.count, 1);
  out[16] = pauses / n;
  out[17] = correlation(rawHolds, rawFlights, products);
  out[18] = holdByZone.countOf(3) / n;
  out[19] = holdByZone.countOf(4) / n;
  holdByZone.write(5, out, 20);
  flightByPair.write(11, out, 25);
  gapByPair.write(8, out, 36);
  return out;
}

/**
 * Median over 27 people of each person's mean absolute deviation (Villani free-text recordings, BSD-3-Clause, first four
 * sessions), rounded to 0.01.
 */
const referenceSpread = Float32Array.of(
  ...[0.07, 0.05, 0.11, 0.07, 0.09], // hold
  ...[0.09, 0.07, 0.09, 0.08, 0.18], // press-press
  ...[0.11, 0.08, 0.18, 0.11, 0.2], // release-press
  ...[0.04, 0.03, 0.14, 0.04, 0.02], // rollover .. modifier share
  ...[0.08, 0.08, 0.07, 0.08, 0.12], // hold by zone
  ...[0.12, 0.14, 0.13, 0.13, 0.13, 0.12, 0.17, 0.15, 0.09, 0.12, 0.18], // press-press by pair
  ...[0.19, 0.18, 0.17, 0.19, 0.17, 0.17, 0.22, 0.19], // release-press by pair
);

/** What the 44 numbers of a keystroke window mean. */
export const keystrokeCatalogue: Catalogue = {
  modality: 'keystrokes',
  version: 1,
  windowSamples: 50,
  stepSamples: 25,
  hidden: 12,
  features,
  referenceSpread,
};
