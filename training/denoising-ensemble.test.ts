import { beforeAll, describe, expect, it } from '@jest/globals';
import { reconstruct } from '../detection/autoencoder.ts';
import { currentCatalogue } from '../detection/features/catalogue.ts';
import { fitScaler, scale } from '../detection/scaling.ts';
import type { Autoencoder } from '../detection/words/template.ts';
import { createSeededRandom } from '../platform/seeded-random.ts';
import { syntheticPerson, syntheticRows } from '../test/samples/synthetic-windows.ts';
import { type FitJob, fitAutoencoders } from './batched-autoencoder.ts';
import { type EnsembleOptions, fitEnsembles, fitMembers } from './denoising-ensemble.ts';
import { loadTensorflow, type Tensorflow } from './tensorflow.ts';

const { features, referenceSpread } = currentCatalogue('keystrokes');
const inputs = features.length;
const options: EnsembleOptions = {
  inputs,
  hidden: 6,
  members: 4,
  steps: 25,
  learningRate: 0.02,
  maskShare: 0.6,
  noise: 1,
  weightDecay: 1e-4,
  seed: 1,
};

/** A person's scaled rows. */
function personal(person: number, rows: number): FitJob {
  const vectors = syntheticRows(syntheticPerson(person), 1, rows).map(({ vector }) => vector);
  const scaler = fitScaler(vectors, referenceSpread);
  const job: FitJob = { rows: new Float32Array(rows * inputs), weights: new Float32Array(rows).fill(1) };
  for (const [i, vector] of vectors.entries()) scale(scaler, vector, job.rows.subarray(i * inputs, (i + 1) * inputs));
  return job;
}

function bytesOf({ encode, encodeBias, decode, decodeBias }: Autoencoder): Buffer {
  return Buffer.concat([encode, encodeBias, decode, decodeBias].map((part) => Buffer.from(part.buffer)));
}

function reconstructionsOf(net: Autoencoder, rows: Float32Array): Float32Array {
  const all = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += inputs) {
    reconstruct(net, rows.subarray(at, at + inputs), all.subarray(at, at + inputs));
  }
  return all;
}

let tf: Tensorflow;
beforeAll(async () => {
  // The same bytes whoever is beside one: promised on wasm.
  tf = (await loadTensorflow('wasm')).tf;
});

describe('an ensemble', () => {
  it("reconstructs as the mean of its members' reconstructions", async () => {
    const job = personal(1, 40);
    const { members, ...each } = options;
    const [ensemble] = await fitEnsembles(tf, [job], options);
    const alone = await Promise.all(
      Array.from({ length: members }, async (_, member) => {
        const [net] = await fitAutoencoders(tf, [job], { ...each, seed: each.seed * members + member });
        return net!;
      }),
    );
    const random = createSeededRandom(3);
    const rows = Float32Array.from({ length: 30 * inputs }, () => random.normal(0, 1.5));
    const parts = alone.map((net) => reconstructionsOf(net, rows));
    for (const [i, value] of reconstructionsOf(ensemble!, rows).entries()) {
      const expected = parts.reduce((sum, part) => sum + part[i]!, 0) / members;
      expect(Math.abs(value - expected)).toBeLessThan(1e-5);
    }
  });

  it('has members that went different ways', async () => {
    const [net] = await fitEnsembles(tf, [personal(1, 40)], options);
    const member = (m: number) => net!.encode.subarray(m * 6 * inputs, (m + 1) * 6 * inputs);
    for (const m of [1, 2, 3]) expect(member(m)).not.toEqual(member(0));
  });

  it('of one is the network itself', async () => {
    const job = personal(1, 20);
    const [net] = await fitEnsembles(tf, [job], { ...options, members: 1 });
    const [plain] = await fitAutoencoders(tf, [job], options);
    expect(net).toEqual(plain);
  });

  it('shares no member with the ensemble of the next seed', async () => {
    const job = personal(1, 20);
    const [one] = await fitEnsembles(tf, [job], { ...options, members: 2, steps: 2 });
    const [next] = await fitEnsembles(tf, [job], { ...options, members: 2, steps: 2, seed: 2 });
    const halves = (net: Autoencoder) => [0, 1].map((m) => net.encode.slice(m * 6 * inputs, (m + 1) * 6 * inputs));
    for (const mine of halves(one!)) for (const other of halves(next!)) expect(mine).not.toEqual(other);
  });

  it('tells how far it has come, up to every job', async () => {
    const told: number[] = [];
    await fitEnsembles(tf, [personal(1, 20), personal(2, 40)], { ...options, steps: 1 }, (done) => told.push(done));
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(2);
  });

  it('starts each member from its own', async () => {
    const two = { ...options, members: 2, steps: 4 };
    const [starts] = await fitMembers(tf, [personal(1, 40)], two);
    const [unmoved] = await fitMembers(tf, [personal(2, 20)], { ...two, steps: 0, starts });
    expect(unmoved).toEqual(starts);
    // An ensemble of fewer takes the first of them.
    const [one] = await fitEnsembles(tf, [personal(2, 20)], { ...two, members: 1, steps: 0, starts });
    expect(one).toEqual(starts![0]);
  });

  it('refuses fewer starts than it has members', async () => {
    const [starts] = await fitMembers(tf, [personal(1, 20)], { ...options, members: 2, steps: 1 });
    await expect(fitEnsembles(tf, [personal(2, 20)], { ...options, members: 3, starts })).rejects.toThrow(RangeError);
  });

  it('refuses to have no members', async () => {
    await expect(fitEnsembles(tf, [personal(1, 20)], { ...options, members: 0 })).rejects.toThrow(RangeError);
  });
});

describe('one account, one model: in one-class mode a trainer reads no second person', () => {
  it.each([
    ['in the same group', 40],
    ['in another group', 90],
  ])('gives an account the same bytes alone and beside others %s', async (_, otherRows) => {
    const mine = personal(1, 40);
    const [alone] = await fitEnsembles(tf, [mine], options);
    const beside = await fitEnsembles(tf, [personal(2, otherRows), mine, personal(3, otherRows)], options);
    expect(bytesOf(beside[1]!).equals(bytesOf(alone!))).toBe(true);
  });

  it("does not change when another account's windows change, in value, weight or number", async () => {
    const mine = personal(1, 40);
    const other = personal(2, 40);
    const [reference] = await fitEnsembles(tf, [mine, other], options);
    const changed: FitJob[] = [
      { rows: other.rows.map((value) => -3 * value), weights: other.weights },
      { rows: other.rows, weights: other.weights.map((_, i) => i + 1) },
      personal(3, 17),
      mine,
    ];
    for (const neighbour of changed) {
      const [net, its] = await fitEnsembles(tf, [mine, neighbour], options);
      expect(bytesOf(net!).equals(bytesOf(reference!))).toBe(true);
      // The neighbour was read, by its own model.
      if (neighbour !== mine) expect(bytesOf(its!).equals(bytesOf(net!))).toBe(false);
    }
  });
});
