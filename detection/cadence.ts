import { toFourDigits } from './attribution.ts';
import type { KeystrokeWindow } from './features/keystroke-window.ts';
import { keystrokeStepMs, unpackKeystrokes } from './features/keystroke-window.ts';
import { quantileOfSorted, sortFirst } from './features/order-statistics.ts';
import { strokeMeasureCount, strokeMeasures } from './features/stroke-measures.ts';
import type { StrokeWindow } from './features/stroke-window.ts';
import { measureSteps } from './features/stroke-window.ts';
import type { Contribution } from './words/verdict.ts';

/**
 * Version of the cadence rules, and of the words that explain them: the `catalogueVersion` of a `cadence` judgement, which has
 * no catalogue of features.
 */
export const cadenceVersion = 1;

/**
 * One order-free measure of regularity: `genuine` is what people typically have, `limit` what they do not reach. Evidence is
 * the way from the one to the other, 1 at the limit.
 */
interface CadenceRule {
  genuine: number;
  limit: number;
}

type CadenceMeasure =
  | 'pressPressPeak'
  | 'pressPressSpread'
  | 'holdSpread'
  | 'distinctPairs'
  | 'pressPressRange'
  | 'slowHold';

/**
 * Version 1, for 25 and for 50 keystrokes. From the 3,240 and 1,620 windows of 27 people typing freely (Villani recordings,
 * BSD-3-Clause), no generator among them: `genuine` is their median; `limit` is their most extreme window (0.48, 0.25, 0.09,
 * 0.52, 0.69, 4.09 and 0.42, 0.32, 0.11, 0.50, 0.91, 4.17) moved on by about a third, and rounded.
 */
const keystrokeRules: Record<25 | 50, Record<CadenceMeasure, CadenceRule>> = {
  25: {
    pressPressPeak: { genuine: 0.24, limit: 0.65 },
    pressPressSpread: { genuine: 0.6, limit: 0.12 },
    holdSpread: { genuine: 0.33, limit: 0.06 },
    distinctPairs: { genuine: 0.92, limit: 0.4 },
    pressPressRange: { genuine: 1.8, limit: 0.35 },
    slowHold: { genuine: 4.9, limit: 3.4 },
  },
  50: {
    pressPressPeak: { genuine: 0.2, limit: 0.55 },
    pressPressSpread: { genuine: 0.61, limit: 0.2 },
    holdSpread: { genuine: 0.35, limit: 0.08 },
    distinctPairs: { genuine: 0.86, limit: 0.4 },
    pressPressRange: { genuine: 1.9, limit: 0.6 },
    slowHold: { genuine: 4.9, limit: 3.6 },
  },
};

/** Fewest flights among the keystrokes for their regularity to mean anything. */
const fewestFlights = 20;

/** ln ms of each step of the grid. */
const lnSteps = Float64Array.from({ length: 401 }, (_, steps) => Math.log(Math.max(steps, 1) * keystrokeStepMs));

function spread(values: Float64Array, count: number): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    sum += values[i]!;
    squares += values[i]! * values[i]!;
  }
  return Math.sqrt(Math.max(squares / count - (sum / count) ** 2, 0));
}

function distinct(values: Int32Array): number {
  values.sort();
  let count = 1;
  for (let i = 1; i < values.length; i++) if (values[i] !== values[i - 1]) count++;
  return count;
}

/** Share of the two best adjacent 10 ms cells: a constant interval with a little jitter may fall on a cell's edge. */
function peakShare(steps: Int16Array, count: number): number {
  const cells = new Uint16Array(202);
  for (let i = 0; i < count; i++) cells[(steps[i]! + 1) >> 1]! += 1;
  let best = 0;
  for (let c = 0; c + 1 < cells.length; c++) best = Math.max(best, cells[c]! + cells[c + 1]!);
  return best / count;
}

/** What the rules look at; `undefined` where too few keystrokes have a flight. */
export function cadenceMeasures(window: KeystrokeWindow): Record<CadenceMeasure, number> | undefined {
  const { holdSteps, pressPressSteps } = unpackKeystrokes(window);
  const n = window.length;
  const lnHold = new Float64Array(n);
  const lnPressPress = new Float64Array(n);
  const flights = new Int16Array(n);
  const pairs = new Int32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    lnHold[i] = lnSteps[holdSteps[i]!]!;
    const steps = pressPressSteps[i]!;
    if (steps < 0) continue;
    pairs[count] = steps * 256 + holdSteps[i]!;
    lnPressPress[count] = lnSteps[steps]!;
    flights[count++] = steps;
  }
  if (count < fewestFlights) return undefined;
  const pressPressSpread = spread(lnPressPress, count);
  const holdSpread = spread(lnHold, n);
  const sorted = sortFirst(lnPressPress, count);
  return {
    pressPressPeak: peakShare(flights, count),
    pressPressSpread,
    holdSpread,
    distinctPairs: distinct(pairs.subarray(0, count)) / count,
    pressPressRange: quantileOfSorted(sorted, count, 0.95) - quantileOfSorted(sorted, count, 0.05),
    slowHold: quantileOfSorted(sortFirst(lnHold, n), n, 0.9),
  };
}

/**
 * How much the keystrokes look made by a machine, with no template: 1 at the limit, more beyond, 0 for people or where too
 * little was typed. Six rules, the strongest counts; none depends on order.
 */
export function keystrokeRegularity(window: KeystrokeWindow): number {
  const measures = cadenceMeasures(window);
  if (measures === undefined) return 0;
  const rules = keystrokeRules[window.length >= 50 ? 50 : 25];
  let strongest = 0;
  for (const measure of Object.keys(rules) as CadenceMeasure[]) {
    strongest = Math.max(strongest, ruleEvidence(rules[measure], measures[measure]));
  }
  return strongest;
}

/** The way from what people typically have to what they do not reach: 1 at the limit, negative on the human side. */
function ruleEvidence({ genuine, limit }: CadenceRule, measured: number): number {
  return (measured - genuine) / (limit - genuine);
}

/** The measures as an analyst reads them. */
const measureWords: Record<CadenceMeasure, { feature: string; unit: string; shown: (value: number) => number }> = {
  pressPressPeak: { feature: 'press-press in one 20 ms cell', unit: '%', shown: (share) => share * 100 },
  pressPressSpread: { feature: 'press-press spread', unit: '%', shown: (logSpread) => (Math.exp(logSpread) - 1) * 100 },
  holdSpread: { feature: 'hold spread', unit: '%', shown: (logSpread) => (Math.exp(logSpread) - 1) * 100 },
  distinctPairs: { feature: 'distinct timings', unit: '%', shown: (share) => share * 100 },
  pressPressRange: { feature: 'slow to fast press-press', unit: 'times', shown: Math.exp },
  slowHold: { feature: 'longest holds', unit: 'ms', shown: Math.exp },
};

/** Which rules speak against a human hand: those that passed at least half of the way to their limit, strongest first. */
export function cadenceContributions(window: KeystrokeWindow): Contribution[] {
  const measures = cadenceMeasures(window);
  if (measures === undefined) return [];
  const rules = keystrokeRules[window.length >= 50 ? 50 : 25];
  const speaking = (Object.keys(rules) as CadenceMeasure[])
    .map((measure) => ({ measure, evidence: ruleEvidence(rules[measure], measures[measure]) }))
    .filter(({ evidence }) => evidence >= 0.5)
    .sort((a, b) => b.evidence - a.evidence);
  const total = speaking.reduce((sum, { evidence }) => sum + evidence, 0);
  return speaking.map(({ measure, evidence }) => {
    const { feature, unit, shown } = measureWords[measure];
    return {
      feature,
      observed: toFourDigits(shown(measures[measure])),
      typical: toFourDigits(shown(rules[measure].genuine)),
      unit,
      direction: measures[measure] >= rules[measure].genuine ? ('high' as const) : ('low' as const),
      share: toFourDigits(evidence / total),
    };
  });
}

const efficiencyAt = strokeMeasures.indexOf('efficiency');
const variationAt = strokeMeasures.indexOf('speed-variation');
const pathAt = strokeMeasures.indexOf('path');
const pointsAt = strokeMeasures.indexOf('points');
/** A stroke counts from 50 px and 8 points on. */
const longPath = Math.log(50) * measureSteps;
const manyPoints = Math.log(8) * measureSteps;
/** Straight to 1 part in 256 and constant in speed to 5 %: a program's line. */
const straight = measureSteps - 1;
const constantSpeed = Math.round(0.05 * measureSteps);
const fewestLongStrokes = 6;

/** Share of the long strokes that a program draws and no hand does. */
const perfectShareLimit = 0.5;

/** Share of the long strokes that are perfectly straight at constant speed; 0 where there are too few. */
function perfectShare(batches: readonly StrokeWindow[]): number {
  let long = 0;
  let perfect = 0;
  for (const { measures } of batches) {
    for (let at = 0; at < measures.length; at += strokeMeasureCount) {
      if (measures[at + pathAt]! < longPath || measures[at + pointsAt]! < manyPoints) continue;
      long++;
      if (measures[at + efficiencyAt]! >= straight && measures[at + variationAt]! <= constantSpeed) perfect++;
    }
  }
  return long >= fewestLongStrokes ? perfect / long : 0;
}

/** How much the strokes look made by a machine, with no template: 1 at the limit, up to 2, 0 where there are too few long ones. */
export function strokeRegularity(batches: readonly StrokeWindow[]): number {
  return perfectShare(batches) / perfectShareLimit;
}

/** Which rule speaks against a hand on the pointer; there is one, and it speaks alone. */
export function strokeContributions(batches: readonly StrokeWindow[]): Contribution[] {
  const observed = toFourDigits(perfectShare(batches) * 100);
  return [
    { feature: 'straight strokes at constant speed', observed, typical: 0, unit: '%', direction: 'high', share: 1 },
  ];
}
