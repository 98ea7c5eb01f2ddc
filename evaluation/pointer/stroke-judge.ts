import type { StrokeBackground } from '../../detection/cohort/stroke-background.ts';
import { projected } from '../../detection/cohort/stroke-background.ts';
import { type EnrolledStrokes, strokeBackgroundScore } from '../../detection/cohort/stroke-enrolment.ts';
import {
  fitSessionGaussian,
  type SessionGaussianOptions,
  sessionGaussianScore,
  strokeSessionOptions,
} from '../../detection/detectors/session-gaussian.ts';
import {
  embedStroke,
  fitStrokeUnits,
  type StrokeUnits,
  strokeEmbeddingSize,
} from '../../detection/features/stroke-embedding.ts';
import type { StrokeVector } from '../../detection/features/stroke-vector.ts';
import { writeCoordinates } from '../../detection/linear-algebra/covariance-pair.ts';
import { sessionMomentsOf } from '../../detection/linear-algebra/session-moments.ts';

/** One account's model as what it says about windows of strokes. Higher is stranger. */
export interface StrokeJudge {
  /** Under which strokes are embedded before they are averaged. */
  units: StrokeUnits;
  /** Score of a window of `strokes` strokes whose embeddings have this mean. */
  score(mean: Float64Array, strokes: number): number;
}

/** Strictly the account's own sessions: units, scatter and differences between sessions all come from them. */
export function judgeOwnStrokes(
  sessions: readonly (readonly StrokeVector[])[],
  options: SessionGaussianOptions = strokeSessionOptions,
): StrokeJudge {
  const present = sessions.filter((session) => session.length > 0);
  const units = fitStrokeUnits(present.flat());
  const moments = present.map((session) =>
    sessionMomentsOf(session.length, strokeEmbeddingSize, options.blockSamples, (i, out) =>
      embedStroke(units, session[i]!, out),
    ),
  );
  const model = fitSessionGaussian(moments, options);
  const at = new Float64Array(strokeEmbeddingSize);
  return {
    units,
    score(mean, strokes) {
      writeCoordinates(model.pair, mean, at);
      return sessionGaussianScore(model, at, strokes);
    },
  };
}

/** The background's log-likelihood ratio. */
export function judgeByBackground(background: StrokeBackground, enrolled: EnrolledStrokes): StrokeJudge {
  return {
    units: background.units,
    score: (mean, strokes) =>
      strokeBackgroundScore(background, enrolled, projected(background.projection, mean), strokes),
  };
}

/** Score of all strokes of a session as one window. @throws RangeError for none */
export function scoreSession(judge: StrokeJudge, strokes: readonly StrokeVector[]): number {
  if (strokes.length === 0) throw new RangeError('a window has at least one stroke');
  const mean = new Float64Array(strokeEmbeddingSize);
  const one = new Float64Array(strokeEmbeddingSize);
  for (const stroke of strokes) {
    embedStroke(judge.units, stroke, one);
    for (let f = 0; f < strokeEmbeddingSize; f++) mean[f]! += one[f]! / strokes.length;
  }
  return judge.score(mean, strokes.length);
}

/** After every stroke, the score of the last `most` strokes, fewer at the beginning. */
export function scoreStream(judge: StrokeJudge, strokes: readonly StrokeVector[], most: number): Float64Array {
  const ring = Array.from({ length: Math.min(most, strokes.length) }, () => new Float64Array(strokeEmbeddingSize));
  const sum = new Float64Array(strokeEmbeddingSize);
  const mean = new Float64Array(strokeEmbeddingSize);
  const scores = new Float64Array(strokes.length);
  for (let i = 0; i < strokes.length; i++) {
    const slot = ring[i % ring.length]!;
    if (i >= ring.length) for (let f = 0; f < strokeEmbeddingSize; f++) sum[f]! -= slot[f]!;
    embedStroke(judge.units, strokes[i]!, slot);
    const count = Math.min(i + 1, ring.length);
    for (let f = 0; f < strokeEmbeddingSize; f++) {
      sum[f]! += slot[f]!;
      mean[f] = sum[f]! / count;
    }
    scores[i] = judge.score(mean, count);
  }
  return scores;
}
