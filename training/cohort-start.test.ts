import { beforeAll, describe, expect, it } from '@jest/globals';
import { reconstructionError } from '../detection/autoencoder.ts';
import { currentCatalogue } from '../detection/features/catalogue.ts';
import { fitScaler, scale } from '../detection/scaling.ts';
import type { Autoencoder } from '../detection/words/template.ts';
import { createSeededRandom } from '../platform/seeded-random.ts';
import { fineTuning, fitCohortStart, type StartOptions } from './cohort-start.ts';
import { fitEnsembles } from './denoising-ensemble.ts';
import { loadTensorflow, type Tensorflow } from './tensorflow.ts';

const { features, referenceSpread } = currentCatalogue('keystrokes');
const inputs = features.length;
const options: StartOptions = {
  inputs,
  hidden: 6,
  members: 2,
  steps: 60,
  learningRate: 0.02,
  maskShare: 0.6,
  noise: 1,
  weightDecay: 1e-4,
  seed: 1,
  referenceSpread,
};

/** Windows of a person whose features move together as everybody's do, about a centre of their own. */
function windowsOf(person: number, count: number): Float32Array[] {
  const shared = createSeededRandom('shared habits');
  const habits = Array.from({ length: 3 }, () => Array.from(referenceSpread, () => shared.normal(0, 0.8)));
  const own = createSeededRandom(`person ${person}`);
  const centre = Array.from(referenceSpread, () => own.normal(0, 0.8));
  return Array.from({ length: count }, () => {
    const moods = habits.map(() => own.normal(0, 1));
    return referenceSpread.map((spread, i) => {
      const together = habits.reduce((sum, habit, h) => sum + habit[i]! * moods[h]!, 0);
      return (centre[i]! + together + own.normal(0, 0.4)) * spread;
    });
  });
}

const people = (count: number, windows = 30) => Array.from({ length: count }, (_, i) => windowsOf(i + 1, windows));

let tf: Tensorflow;
beforeAll(async () => {
  tf = (await loadTensorflow()).tf;
});

describe("a cohort's start", () => {
  it('lets few windows of somebody new teach more than random weights do, where people vary alike', async () => {
    const [enrolled, later] = [windowsOf(40, 48).slice(0, 8), windowsOf(40, 48).slice(8)];
    const scaler = fitScaler(enrolled, referenceSpread);
    const scaled = (windows: readonly Float32Array[]) => {
      const rows = new Float32Array(windows.length * inputs);
      for (const [i, window] of windows.entries()) scale(scaler, window, rows.subarray(i * inputs, (i + 1) * inputs));
      return rows;
    };
    const asked = scaled(later);
    const meanError = (net: Autoencoder | undefined) =>
      later.reduce((sum, _, i) => sum + reconstructionError(net!, asked.subarray(i * inputs, (i + 1) * inputs)), 0);
    const job = { rows: scaled(enrolled), weights: new Float32Array(enrolled.length).fill(1) };
    const { referenceSpread: _, ...fresh } = options;
    const starts = await fitCohortStart(tf, people(20), options);
    expect(starts).toHaveLength(options.members);
    const [cold] = await fitEnsembles(tf, [job], fresh);
    const [warm] = await fitEnsembles(tf, [job], { ...fresh, ...fineTuning, starts });
    expect(meanError(warm)).toBeLessThan(0.9 * meanError(cold));
  });

  it("takes no note of where a person's windows lie: everybody is seen in their own units", async () => {
    const crowd = people(8);
    // A shift of everything that a person does; numbers stay exact in single precision.
    const elsewhere = crowd.map((windows, i) => (i % 2 === 0 ? windows : windows.map((row) => row.map((v) => v + 8))));
    const [here] = await fitCohortStart(tf, crowd, { ...options, steps: 5 });
    const [there] = await fitCohortStart(tf, elsewhere, { ...options, steps: 5 });
    for (const [i, value] of here!.encode.entries()) expect(Math.abs(there!.encode[i]! - value)).toBeLessThan(1e-2);
  });

  it('gives the same bytes again, of people without number and of long histories', async () => {
    const crowd = [...people(140, 2), windowsOf(200, 500)];
    const short = { ...options, steps: 2 };
    expect(await fitCohortStart(tf, crowd, short)).toEqual(await fitCohortStart(tf, crowd, short));
  });

  it('refuses to be made of nobody, or of somebody without a window', async () => {
    await expect(fitCohortStart(tf, [], options)).rejects.toThrow(RangeError);
    await expect(fitCohortStart(tf, [...people(2), []], options)).rejects.toThrow(RangeError);
  });
});
