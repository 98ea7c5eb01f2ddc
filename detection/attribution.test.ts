import { describe, expect, it } from '@jest/globals';
import { attribute, contributionLimit, inAnalystsUnit } from './attribution.ts';
import { keystrokeCatalogue } from './features/keystroke-catalogue.ts';

const inputs = keystrokeCatalogue.features.length;
const featureAt = (name: string) => keystrokeCatalogue.features.findIndex((feature) => feature.name === name);
const scaler = { centre: new Float32Array(inputs).fill(1), spread: new Float32Array(inputs).fill(1) };

describe('attribution', () => {
  it('names the largest residuals first, with their direction and share', () => {
    const vector = new Float32Array(inputs).fill(1);
    vector[featureAt('press-press-q10')] = 4;
    vector[featureAt('rollover-share')] = 0;
    const scaled = vector.map((value) => value - 1);
    const contributions = attribute(keystrokeCatalogue, scaler, vector, scaled, new Float32Array(inputs));
    expect(contributions).toHaveLength(contributionLimit);
    expect(contributions[0]).toMatchObject({ feature: 'press-press-q10', unit: 'ms', direction: 'high', share: 0.75 });
    expect(contributions[1]).toMatchObject({ feature: 'rollover-share', observed: 0, direction: 'low', share: 0.25 });
  });

  it('gives no share of nothing', () => {
    const flat = new Float32Array(inputs).fill(1);
    const contributions = attribute(keystrokeCatalogue, scaler, flat, flat, flat);
    expect(contributions.every((contribution) => contribution.share === 0)).toBe(true);
  });

  it('turns logarithms back into milliseconds', () => {
    const unit = { name: 'x', unit: 'ms' };
    expect(inAnalystsUnit({ ...unit, scale: 'ln' }, Math.log(120))).toBeCloseTo(120, 6);
    expect(inAnalystsUnit({ ...unit, scale: 'signed-ln' }, -Math.log(1 + 100 / 50))).toBeCloseTo(-100, 6);
    expect(inAnalystsUnit({ ...unit, scale: 'linear' }, 0.123456)).toBe(0.1235);
  });
});
