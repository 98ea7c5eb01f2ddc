import type { EvidenceRule } from './evidence-rule.ts';
import { addWindow, type EvidenceUnits, noEvidence, standardScore } from './session-evidence.ts';

/** How genuine evidence rises and falls: what a false-alarm rate is extrapolated from. */
export interface Excursions {
  windows: number;
  /** Times that the evidence rose above {@link excursionBase} before it was 0 again. */
  count: number;
  /** Of these, the ones that ended below {@link excursionLimit}. */
  ended: number;
  /** Sum of how far each rose above the base, counted up to the limit. */
  heights: number;
}

/** Lower rises are everyday noise, and say little about the tail. In spreads. */
export const excursionBase = 1;
/** Where a rise counts as censored: one that goes beyond is a session unlike any other, not the tail of the usual ones. */
const excursionLimit = 8;

/**
 * Excursions of the evidence over genuine streams of scores, one stream a session, each begun with no evidence.
 */
export function excursionsOf(streams: readonly Float64Array[], units: EvidenceUnits, rule: EvidenceRule): Excursions {
  const found: Excursions = { windows: 0, count: 0, ended: 0, heights: 0 };
  const end = (peak: number) => {
    if (peak <= excursionBase) return;
    found.count += 1;
    if (peak < excursionLimit) found.ended += 1;
    found.heights += Math.min(peak, excursionLimit) - excursionBase;
  };
  for (const stream of streams) {
    let evidence = noEvidence;
    let peak = 0;
    for (const score of stream) {
      const standard = standardScore(units, score);
      if (standard === undefined) continue;
      evidence = addWindow(evidence, standard, rule, Number.POSITIVE_INFINITY);
      found.windows += 1;
      if (evidence.value > 0) peak = Math.max(peak, evidence.value);
      else {
        end(peak);
        peak = 0;
      }
    }
    end(peak);
  }
  return found;
}

/** Elementwise sum. */
export function sumOfExcursions(all: readonly Excursions[]): Excursions {
  const sum: Excursions = { windows: 0, count: 0, ended: 0, heights: 0 };
  for (const { windows, count, ended, heights } of all) {
    sum.windows += windows;
    sum.count += count;
    sum.ended += ended;
    sum.heights += heights;
  }
  return sum;
}
