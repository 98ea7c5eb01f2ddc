import { describe, expect, it } from '@jest/globals';
import { choleskyOf, squaredMahalanobis } from '../linear-algebra/cholesky.ts';
import { writeCoordinates } from '../linear-algebra/covariance-pair.ts';
import { sessionMomentsOf } from '../linear-algebra/session-moments.ts';
import { fitSessionGaussian, sessionGaussianScore, strokeSessionOptions } from './session-gaussian.ts';

function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const width = 3;
const next = uniform(7);
/** Sessions of samples around 5, whose first number also changes from session to session. */
const sessions = Array.from({ length: 4 }, () => {
  const shift = 2 * next();
  return Array.from({ length: 60 }, () => [5 + shift + next(), 5 + next() + next(), 5 + 3 * next()]);
});
const momentsOf = (samples: readonly (readonly number[])[]) =>
  sessionMomentsOf(samples.length, width, strokeSessionOptions.blockSamples, (i, out) => out.set(samples[i]!));
const model = fitSessionGaussian(sessions.map(momentsOf), strokeSessionOptions);

function scoreOf(mean: readonly number[], samples: number, of = model): number {
  const at = new Float64Array(width);
  writeCoordinates(of.pair, Float64Array.from(mean), at);
  return sessionGaussianScore(of, at, samples);
}

const centre = Array.from({ length: width }, (_, f) => {
  const means = sessions.map((session) => session.reduce((sum, row) => sum + row[f]!, 0) / session.length);
  return means.reduce((sum, value) => sum + value, 0) / means.length;
});
const beside = (f: number, by: number) => centre.map((value, i) => (i === f ? value + by : value));

describe('the distribution of an account’s window means', () => {
  it('is 0 in its centre and grows away from it', () => {
    expect(scoreOf(centre, 30)).toBeCloseTo(0, 9);
    expect(scoreOf(beside(1, 0.5), 30)).toBeGreaterThan(scoreOf(beside(1, 0.2), 30));
  });

  it('holds longer windows to a narrower standard', () => {
    expect(scoreOf(beside(1, 0.3), 60)).toBeGreaterThan(scoreOf(beside(1, 0.3), 10));
  });

  it('forgives where the account’s own sessions differ', () => {
    expect(scoreOf(beside(0, 0.5), 60)).toBeLessThan(scoreOf(beside(1, 0.5), 60));
  });

  it('is the Student distance under session scatter plus sample scatter over n', () => {
    const { blockSamples, diagonalShare, ridge, sessionPrior, sessionSamples, degreesOfFreedom } = strokeSessionOptions;
    const outer = (rows: readonly (readonly number[])[], factor: number) => {
      const mean = rows[0]!.map((_, f) => rows.reduce((sum, row) => sum + row[f]!, 0) / rows.length);
      return Float64Array.from({ length: width * width }, (_, a) => {
        const [i, j] = [Math.floor(a / width), a % width];
        return factor * rows.reduce((sum, row) => sum + (row[i]! - mean[i]!) * (row[j]! - mean[j]!), 0);
      });
    };
    const add = (all: readonly Float64Array[]) => all[0]!.map((_, a) => all.reduce((sum, one) => sum + one[a]!, 0));
    const blocks = sessions.map((session) =>
      Array.from({ length: session.length / blockSamples }, (_, b) =>
        centre.map((_, f) => {
          const block = session.slice(b * blockSamples, (b + 1) * blockSamples);
          return block.reduce((sum, row) => sum + row[f]!, 0) / blockSamples;
        }),
      ),
    );
    const rows = blocks.flat().length;
    const raw = add(blocks.map((of) => outer(of, of.length / (of.length - 1)))).map(
      (value) => (value * blockSamples) / rows,
    );
    const trace = raw[0]! + raw[4]! + raw[8]!;
    const perSample = raw.map((value, a) =>
      a % 4 === 0 ? value + (ridge * trace) / width : value * (1 - diagonalShare),
    );
    const means = sessions.map((session) =>
      centre.map((_, f) => session.reduce((sum, row) => sum + row[f]!, 0) / session.length),
    );
    const between = outer(means, 4 / 3).map(
      (value, a) => (value + (sessionPrior * perSample[a]!) / sessionSamples) / (4 + sessionPrior),
    );
    const n = 25;
    const covariance = between.map((value, a) => value * 1.25 + perSample[a]! / 240 + perSample[a]! / n);
    const difference = Float64Array.of(0.3, -0.4, 0.7);
    const distance = squaredMahalanobis(choleskyOf(covariance, width), width, difference);
    const expected = 0.5 * (degreesOfFreedom + width) * Math.log1p(distance / degreesOfFreedom);
    expect(
      scoreOf(
        centre.map((value, f) => value + difference[f]!),
        n,
      ),
    ).toBeCloseTo(expected, 8);
  });

  it('knows an account of one session too, and refuses one without two blocks or without scatter', () => {
    const one = fitSessionGaussian([momentsOf(sessions[0]!)], strokeSessionOptions);
    expect(scoreOf(sessions[0]![0]!, 1, one)).toBeGreaterThan(0);
    expect(() => fitSessionGaussian([], strokeSessionOptions)).toThrow(RangeError);
    expect(() => fitSessionGaussian([momentsOf(sessions[0]!.slice(0, 9))], strokeSessionOptions)).toThrow(RangeError);
    const still = Array.from({ length: 20 }, () => [1, 1, 1]);
    expect(() => fitSessionGaussian([momentsOf(still)], strokeSessionOptions)).toThrow(RangeError);
  });

  it('stays finite for means that nobody could have', () => {
    for (const wild of [
      1e12,
      -1e12,
      Number.MAX_VALUE,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]) {
      expect(Number.isFinite(scoreOf([wild, wild, wild], 1))).toBe(true);
      expect(Number.isFinite(sessionGaussianScore(model, Float64Array.of(wild, 0, wild), 1))).toBe(true);
    }
  });
});
