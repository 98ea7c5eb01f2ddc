import { describe, expect, it } from '@jest/globals';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { actionMixtureScore, actionSurprise, fitActionMixture, pointerMixture } from './action-mixture.ts';

/** Two kinds of action, as one number each. */
const twoKinds = [-2.1, -1.9, -2.4, -1.6, -2, 2.2, 1.8, 2.5, 1.4, 2.1, 1.9, 2.05].map((value) =>
  Float64Array.of(value),
);
const asked = [-2, 0.3, 5].map((value) => Float64Array.of(value));

function fitted(gaussians: number, seed = 1) {
  const { uniform } = seededNumbers(seed);
  return fitActionMixture(twoKinds, { ...pointerMixture, gaussians, leastGain: 1e-13, mostSteps: 500, next: uniform });
}

describe('the action mixture', () => {
  it("is scikit-learn's GaussianMixture: diagonal, the same floor, run until nothing moves", () => {
    const model = fitted(2);
    [0.4440689681927113, 4.941284188804353, 15.24535443529654].forEach((surprise, i) => {
      expect(actionSurprise(model, asked[i]!)).toBeCloseTo(surprise, 5);
    });
    expect(actionMixtureScore(model, asked, 0.5)).toBeCloseTo(3.4422124486004724, 5);
  });

  it('is, with one Gaussian, the density of that Gaussian', () => {
    const model = fitted(1);
    // Whitened variance is 1, and the floor is added to it.
    const { mean, projection } = model.whitening;
    const whitened = (5 - mean[0]!) * projection[0]!;
    const expected = 0.5 * (whitened ** 2 / 1.05 + Math.log(2 * Math.PI * 1.05));
    expect(actionSurprise(model, Float64Array.of(5))).toBeCloseTo(expected, 9);
  });

  it('knows two kinds of action apart from what lies between them', () => {
    const model = fitted(2);
    for (const own of twoKinds) {
      expect(actionSurprise(model, own)).toBeLessThan(actionSurprise(model, Float64Array.of(0)));
    }
  });

  it('does not let one mishap decide: a window’s last hundredth is clipped', () => {
    const model = fitted(2);
    const calm = Array.from({ length: 100 }, (_, i) => twoKinds[i % twoKinds.length]!);
    const mishap = [...calm.slice(1), Float64Array.of(1e6)];
    expect(actionMixtureScore(model, mishap)).toBeLessThan(actionMixtureScore(model, calm) + 0.1);
  });

  it('is the same for the same chance, and holds with more Gaussians than actions', () => {
    expect(fitted(2, 5)).toEqual(fitted(2, 5));
    expect(fitted(40).gaussians).toBe(twoKinds.length);
  });

  it('refuses a window without actions, no Gaussian, and a floor of nothing', () => {
    const next = () => 0.5;
    expect(() => actionMixtureScore(fitted(2), [])).toThrow(RangeError);
    expect(() => fitActionMixture(twoKinds, { ...pointerMixture, gaussians: 0, next })).toThrow(RangeError);
    expect(() => fitActionMixture(twoKinds, { ...pointerMixture, varianceFloor: 0, next })).toThrow(RangeError);
  });
});
