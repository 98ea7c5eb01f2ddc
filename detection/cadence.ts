import { toFourDigits } from './attribution.ts';
import type { CadenceMeasure, CadenceMeasures, KeyTimings } from './cadence-measures.ts';
import { cadenceMeasureNames, cadenceMeasures } from './cadence-measures.ts';
import type { KeystrokeWindow } from './features/keystroke-window.ts';
import { unpackKeystrokes } from './features/keystroke-window.ts';
import type { Contribution } from './words/verdict.ts';

/**
 * Version of the cadence rules, and of the words that explain them: the `catalogueVersion` of a `cadence` judgement, which has
 * no catalogue of features.
 */
export const cadenceVersion = 2;

/**
 * One rule: `genuine` is what people typically have, `limit` what they do not reach. Evidence is the way from the one to
 * the other, 1 at the limit.
 */
interface CadenceRule {
  genuine: number;
  limit: number;
  /** True where a clock of 50 ms and more makes people look like that. */
  needsFineClock: boolean;
}

/** The rules for one length of window. */
type CadenceRules = Record<CadenceMeasure, CadenceRule>;

/**
 * Version 2, for 25 and for 50 keystrokes. A limit is where programs of some design end: times that jitter by up to 30 %
 * (both ranges together 2 ln(1.3 / 0.7) = 1.24), by 20 % between pauses, press-press alone by 20 % (35 % in 50 keystrokes),
 * holds alone by 10 %. No hold of 30 (36) ms and no timer that puts two thirds of the press-press times within 20 ms is a
 * hand's. All limits lie beyond each of the 4,860 windows of 27 people typing freely (Villani recordings, BSD-3-Clause),
 * whose medians are `genuine`. The ranges are no wider for 50 keystrokes, although free typing would allow it: people who
 * type one short text over and over come closer than people who type freely.
 */
const keystrokeRules: Record<25 | 50, CadenceRules> = {
  25: {
    timingRange: { genuine: 3.65, limit: 1.3, needsFineClock: false },
    coreRange: { genuine: 2.8, limit: 0.85, needsFineClock: true },
    pressPressSpread: { genuine: 0.6, limit: 0.12, needsFineClock: false },
    holdSpread: { genuine: 0.33, limit: 0.065, needsFineClock: true },
    slowHold: { genuine: 4.9, limit: 3.4, needsFineClock: true },
    pressPressPeak: { genuine: 0.24, limit: 0.65, needsFineClock: true },
  },
  50: {
    timingRange: { genuine: 4.65, limit: 1.3, needsFineClock: false },
    coreRange: { genuine: 3.45, limit: 0.85, needsFineClock: true },
    pressPressSpread: { genuine: 0.61, limit: 0.2, needsFineClock: false },
    holdSpread: { genuine: 0.38, limit: 0.065, needsFineClock: true },
    slowHold: { genuine: 4.9, limit: 3.6, needsFineClock: true },
    pressPressPeak: { genuine: 0.2, limit: 0.55, needsFineClock: true },
  },
};

/** The way from what people typically have to what they do not reach: 1 at the limit, negative on the human side. */
function ruleEvidence(rule: CadenceRule, measured: number): number {
  return (measured - rule.genuine) / (rule.limit - rule.genuine);
}

function rulesFor(keystrokes: number): CadenceRules {
  return keystrokeRules[keystrokes >= 50 ? 50 : 25];
}

/** Whether a rule may speak of a window: on a coarse clock, not every one. */
function speaks(rule: CadenceRule, { coarseClock }: CadenceMeasures): boolean {
  return !(coarseClock && rule.needsFineClock);
}

/** {@link keystrokeRegularity} of keystrokes in columns, in any order. */
export function timingRegularity(timings: KeyTimings): number {
  const measures = cadenceMeasures(timings);
  if (measures === undefined) return 0;
  const rules = rulesFor(timings.holdSteps.length);
  let strongest = 0;
  for (const measure of cadenceMeasureNames) {
    const rule = rules[measure];
    if (speaks(rule, measures)) strongest = Math.max(strongest, ruleEvidence(rule, measures.values[measure]));
  }
  return strongest;
}

/**
 * How much the keystrokes look made by a machine, with no template: 1 at the limit, more beyond, 0 for people or where too
 * little was typed. Six rules, the strongest counts; none depends on order. On a clock too coarse to tell, the rules that
 * would mistake it for a machine are silent.
 */
export function keystrokeRegularity(window: KeystrokeWindow): number {
  return timingRegularity(unpackKeystrokes(window));
}

/** The measures as an analyst reads them. */
const measureWords: Record<CadenceMeasure, { feature: string; unit: string; shown: (value: number) => number }> = {
  timingRange: { feature: 'slowest to fastest timing', unit: 'times', shown: Math.exp },
  coreRange: { feature: 'slowest to fastest timing between pauses', unit: 'times', shown: Math.exp },
  pressPressSpread: { feature: 'press-press spread', unit: '%', shown: (logSpread) => (Math.exp(logSpread) - 1) * 100 },
  holdSpread: { feature: 'hold spread', unit: '%', shown: (share) => share * 100 },
  slowHold: { feature: 'longest holds', unit: 'ms', shown: Math.exp },
  pressPressPeak: { feature: 'press-press in one 20 ms cell', unit: '%', shown: (share) => share * 100 },
};

/** Which rules speak against a human hand: those that passed at least half of the way to their limit, strongest first. */
export function cadenceContributions(window: KeystrokeWindow): Contribution[] {
  const measures = cadenceMeasures(unpackKeystrokes(window));
  if (measures === undefined) return [];
  const rules = rulesFor(window.length);
  const speaking = cadenceMeasureNames
    .filter((measure) => speaks(rules[measure], measures))
    .map((measure) => ({
      measure,
      rule: rules[measure],
      evidence: ruleEvidence(rules[measure], measures.values[measure]),
    }))
    .filter(({ evidence }) => evidence >= 0.5)
    .sort((a, b) => b.evidence - a.evidence);
  const total = speaking.reduce((sum, { evidence }) => sum + evidence, 0);
  return speaking.map(({ measure, rule: { genuine }, evidence }) => {
    const { feature, unit, shown } = measureWords[measure];
    const observed = measures.values[measure];
    return {
      feature,
      observed: toFourDigits(shown(observed)),
      typical: toFourDigits(shown(genuine)),
      unit,
      direction: observed >= genuine ? ('high' as const) : ('low' as const),
      share: toFourDigits(evidence / total),
    };
  });
}
