import { describe, expect, it } from '@jest/globals';
import { holdToBars } from './bars.ts';

const quick = { guaranteeCosts: [-0.05, 0.1, 0.02], batchesPerSecond: [6_100, 5_600, 6_200], ratios: [0.4, 0.3, 0.5] };

describe('the bars of the pipeline bench', () => {
  it('are met by medians that reach them', () => {
    const held = holdToBars(quick);
    expect([held.guaranteeCost, held.batchesPerSecond, held.ratio]).toEqual([
      { bar: 0.3, outcome: 'met' },
      { bar: 5_000, outcome: 'met' },
      { bar: 0.3, outcome: 'met' },
    ]);
    expect(held.fails).toBe(false);
  });

  it('fail where the guarantee costs too much in every run, and not where one run says otherwise', () => {
    const dear = holdToBars({ ...quick, guaranteeCosts: [0.31, 0.4, 0.35] });
    expect(dear).toMatchObject({ guaranteeCost: { outcome: 'missed' }, fails: true });
    const noisy = holdToBars({ ...quick, guaranteeCosts: [0.31, 0.4, 0.28] });
    expect(noisy).toMatchObject({ guaranteeCost: { outcome: 'within-spread' }, fails: false });
  });

  it('fail nothing for a rate, which a busy machine lowers', () => {
    const slow = holdToBars({ ...quick, batchesPerSecond: [900, 1_000], ratios: [0.11, 0.13] });
    expect(slow).toMatchObject({
      batchesPerSecond: { outcome: 'missed' },
      ratio: { outcome: 'missed' },
      fails: false,
    });
  });
});
