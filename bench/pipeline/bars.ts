import { median } from '../../evaluation/metrics/quantile.ts';

/** Where a bar stands, and how the runs came out against it. */
export interface BarOutcome {
  bar: number;
  /** `within-spread`: the median misses it and at least one run does not, so this machine cannot tell. */
  outcome: 'met' | 'within-spread' | 'missed';
}

/** What the runs of one bench came to. Each list has one entry a run. */
export interface PipelineRuns {
  guaranteeCosts: readonly number[];
  batchesPerSecond: readonly number[];
  ratios: readonly number[];
}

/** The figures: most of the throughput that the guarantee may cost, least batches a second, least ratio to a bare client. */
const bars = { guaranteeCost: 0.3, batchesPerSecond: 5_000, ratio: 0.3 };

function heldTo(bar: number, values: readonly number[], isMet: (value: number) => boolean): BarOutcome {
  if (isMet(median(values))) return { bar, outcome: 'met' };
  return { bar, outcome: values.some(isMet) ? 'within-spread' : 'missed' };
}

/**
 * Holds the runs to their bars. Rates follow the machine and what else it does, so they are told and fail nothing; the
 * cost of the guarantee is a difference of two programs that take turns on it, so `fails` is true where every single run
 * costs more than its bar.
 */
export function holdToBars({ guaranteeCosts, batchesPerSecond, ratios }: PipelineRuns): {
  guaranteeCost: BarOutcome;
  batchesPerSecond: BarOutcome;
  ratio: BarOutcome;
  fails: boolean;
} {
  const guaranteeCost = heldTo(bars.guaranteeCost, guaranteeCosts, (cost) => cost <= bars.guaranteeCost);
  return {
    guaranteeCost,
    batchesPerSecond: heldTo(bars.batchesPerSecond, batchesPerSecond, (rate) => rate >= bars.batchesPerSecond),
    ratio: heldTo(bars.ratio, ratios, (ratio) => ratio >= bars.ratio),
    fails: guaranteeCost.outcome === 'missed',
  };
}
