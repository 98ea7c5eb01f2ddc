import { describe, expect, it } from '@jest/globals';
import { embedStroke, strokeEmbeddingSize } from '../features/stroke-embedding.ts';
import { missingStrokeFeature, type StrokeVector, strokeFeatureCount } from '../features/stroke-vector.ts';
import {
  fitStrokeBackground,
  projected,
  projectStroke,
  type StrokeBackground,
  strokeBackgroundOptions,
} from './stroke-background.ts';
import { enrolStrokes, strokeBackgroundScore, strokeEnrolmentOptions } from './stroke-enrolment.ts';

/** Park and Miller's generator, easily repeated elsewhere. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Sessions of one made-up person: features scatter around the person's own, shifted from session to session. */
function person(seed: number, sessions: number, strokes: number): StrokeVector[][] {
  const next = uniform(seed);
  const own = Float64Array.from({ length: strokeFeatureCount }, () => 2 * next() - 1);
  return Array.from({ length: sessions }, () => {
    const day = Float64Array.from({ length: strokeFeatureCount }, () => next() - 0.5);
    return Array.from({ length: strokes }, () => {
      const kind = Math.floor(3 * next());
      const sector = Math.floor(8 * next());
      const features = own.map((value, f) => value + day[f]! + next() + next() + next() - 1.5);
      if (kind !== 1) features.fill(missingStrokeFeature, 1, 3);
      return { features, kind, sector };
    });
  });
}

const people = (count: number) =>
  Array.from({ length: count }, (_, p) => ({ id: `p${p}`, sessions: person(100 + 7 * p, 3, 40) }));

function backgroundOf(options = {}): StrokeBackground {
  const outcome = fitStrokeBackground(people(10), { ...strokeBackgroundOptions, ...options });
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
}

const background = backgroundOf();
const enrolled = person(991, 3, 40);
/** The same person on another day, and another person. */
const later = person(991, 4, 60)[3]!;
const stranger = person(1_777, 3, 60)[0]!;

function scoreOf(of: StrokeBackground, strokes: readonly StrokeVector[], options = strokeEnrolmentOptions): number {
  const mean = new Float64Array(strokeEmbeddingSize);
  const one = new Float64Array(strokeEmbeddingSize);
  for (const stroke of strokes) {
    embedStroke(of.units, stroke, one);
    for (let f = 0; f < mean.length; f++) mean[f]! += one[f]! / strokes.length;
  }
  const account = enrolStrokes(of, enrolled, options);
  return strokeBackgroundScore(of, account, projected(of.projection, mean), strokes.length);
}

describe('a background of strokes', () => {
  it('gives the log-likelihood ratio that numpy gives for the published recipe', () => {
    const published = backgroundOf({ components: 20, blockStrokes: 20, sessionFactor: 2 });
    const trust = { blockTrust: 100, sessionTrust: 1e12 };
    // From the reference implementation in numpy, on the same made-up people.
    expect(scoreOf(published, later.slice(0, 20), trust)).toBeCloseTo(-9.3796, 3);
    expect(scoreOf(published, later.slice(0, 55), trust)).toBeCloseTo(-8.6222, 3);
    expect(scoreOf(published, stranger.slice(0, 20), trust)).toBeCloseTo(3.7273, 3);
    expect(scoreOf(published, stranger.slice(0, 55), trust)).toBeCloseTo(3.2267, 3);
  });

  it('tells the account on another day from strangers', () => {
    const own = scoreOf(background, later);
    for (const seed of [1_777, 2_001, 2_013, 2_027]) {
      expect(scoreOf(background, person(seed, 1, 60)[0]!)).toBeGreaterThan(own);
    }
  });

  it('projects strokes so that a window is their plain mean', () => {
    const mean = new Float64Array(background.components);
    const one = new Float64Array(background.components);
    for (const stroke of later) {
      projectStroke(background, stroke, one);
      for (let k = 0; k < one.length; k++) mean[k]! += one[k]! / later.length;
    }
    const account = enrolStrokes(background, enrolled);
    expect(strokeBackgroundScore(background, account, mean, later.length)).toBeCloseTo(scoreOf(background, later), 8);
  });

  it('refuses fewer than eight accounts, and accounts too short to be of use', () => {
    const short = { id: 'short', sessions: [later.slice(0, 3)] };
    expect(fitStrokeBackground([...people(7), short])).toEqual({
      ok: false,
      reason: 'too-few-contributors',
      contributors: 7,
      leastContributors: 8,
    });
  });

  it('names everybody who went in, once', () => {
    expect(background.contributors).toEqual(people(10).map(({ id }) => id));
    expect(() => fitStrokeBackground([...people(8), ...people(1)])).toThrow(RangeError);
  });

  it('survives serialisation', () => {
    const revived = structuredClone(background);
    expect(scoreOf(revived, stranger)).toBe(scoreOf(background, stranger));
  });

  it('draws an account that gave few strokes to the population', () => {
    const distance = (mean: Float64Array) => Math.hypot(...mean.map((value, k) => value - background.mean[k]!));
    const few = enrolStrokes(background, [enrolled[0]!.slice(0, 5)]);
    const many = enrolStrokes(background, enrolled);
    expect(distance(few.mean)).toBeLessThan(distance(many.mean));
    expect(() => enrolStrokes(background, [[]])).toThrow(RangeError);
  });

  it('scores a stroke that nobody could make as finite', () => {
    const wild = { features: new Float64Array(strokeFeatureCount).fill(1e9), kind: 3, sector: 7 };
    expect(Number.isFinite(scoreOf(background, [wild]))).toBe(true);
    const account = enrolStrokes(background, enrolled);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300]) {
      const mean = new Float64Array(background.components).fill(value);
      expect(Number.isFinite(strokeBackgroundScore(background, account, mean, 3))).toBe(true);
    }
  });
});
